/** The operations of the tour are what a newcomer copies: each must be valid in the contract of who asks it, and in no wider one by accident. */
import { buildSchema, Kind, parse, validate } from 'graphql';
import { OPERATIONS, type TourOperation } from '../../../cli/tour/operations';
import { readContract } from '../../../schema/artefacts';
import type { Audience } from '../../../schema/vocabulary';

const schemas = new Map<Audience, ReturnType<typeof buildSchema>>();
const schemaOf = (audience: Audience) => {
  const known = schemas.get(audience) ?? buildSchema(readContract(audience).apiSdl);
  schemas.set(audience, known);
  return known;
};

const operations = Object.entries<TourOperation>(OPERATIONS);

describe('operations of the tour', () => {
  it.each(operations)('%s is valid in its contract', (_name, { audience, text }) => {
    expect(validate(schemaOf(audience), parse(text)).map(({ message }) => message)).toEqual([]);
  });

  it.each(operations)('%s is one named operation', (name, { text }) => {
    const { definitions } = parse(text);
    const names = definitions.map((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? definition.name?.value : 'no operation'));
    expect(names).toEqual([name[0]?.toUpperCase() + name.slice(1)]);
  });
});
