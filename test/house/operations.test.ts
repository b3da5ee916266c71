/** The shape every command and every list has, in every room: client keys, refusals as values, bounded pages. */
import { getNamedType, isInputObjectType, isListType, isNonNullType, isObjectType, isUnionType, type GraphQLField, type GraphQLSchema, type GraphQLType } from 'graphql';
import { ROOMS } from '../../schema/vocabulary';
import { ROOMS_WITHOUT_DOOR, schemaOfRoom } from '../schema/rooms';
import { auditSample } from '../schema/sample/audit';
import { borrowersSample } from '../schema/sample/borrowers';
import { debtsSample } from '../schema/sample/debts';

type Field = GraphQLField<unknown, unknown>;

function fieldsOf(type: unknown): [string, Field][] {
  return isObjectType(type) ? Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field]) : [];
}

function allFields(schema: GraphQLSchema): [string, Field][] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('_'))
    .flatMap(fieldsOf);
}

function isList(type: GraphQLType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function takesClientKey({ args }: Field): boolean {
  const [input] = args;
  if (args.length !== 1 || input?.name !== 'input' || !isNonNullType(input.type)) return false;
  const type = getNamedType(input.type);
  return isInputObjectType(type) && String(type.getFields()['clientKey']?.type) === 'String!';
}

function mayRefuse({ type }: Field): boolean {
  const answer = getNamedType(type);
  return isUnionType(answer) && answer.getTypes().some(({ name }) => name === 'Refusal');
}

function isPaged({ args }: Field): boolean {
  return ['first', 'after', 'last', 'before'].every((name) => args.some((argument) => argument.name === name));
}

const subjects: [string, () => GraphQLSchema][] = [
  ['the sample of debts', () => debtsSample().schema],
  ['the sample of borrowers', () => borrowersSample().schema],
  ['the sample of audit', () => auditSample().schema],
  ...ROOMS.filter((room) => !ROOMS_WITHOUT_DOOR.includes(room)).map((room): [string, () => GraphQLSchema] => [`the room ${room}`, () => schemaOfRoom(room).schema]),
];

describe.each(subjects)('in the schema of %s', (_name, schemaOf) => {
  const schema = schemaOf();
  const commands = fieldsOf(schema.getMutationType());
  const fields = allFields(schema);

  it('every command takes one input with a client key', () => {
    expect(commands.filter(([, field]) => !takesClientKey(field)).map(([coordinate]) => coordinate)).toEqual([]);
  });

  it('every command can answer a refusal as a value', () => {
    expect(commands.filter(([, field]) => !mayRefuse(field)).map(([coordinate]) => coordinate)).toEqual([]);
  });

  it('every connection is paged', () => {
    const connections = fields.filter(([, { type }]) => getNamedType(type).name.endsWith('Connection'));
    expect(connections.filter(([, field]) => !isPaged(field)).map(([coordinate]) => coordinate)).toEqual([]);
  });

  it('no list of entities is unbounded: outside a page there are only values', () => {
    const isEntity = (type: GraphQLType): boolean => {
      const named = getNamedType(type);
      return isObjectType(named) && named.getInterfaces().some(({ name }) => name === 'Node');
    };
    expect(fields.filter(([, { type }]) => isList(type) && isEntity(type)).map(([coordinate]) => coordinate)).toEqual([]);
  });
});

describe('the check itself', () => {
  it('knows a command and a list from what only looks like one', () => {
    const [, adjust] = fieldsOf(debtsSample().schema.getMutationType())[0]!;
    expect(takesClientKey(adjust) && mayRefuse(adjust)).toBe(true);
    const [, debt] = fieldsOf(debtsSample().schema.getQueryType()).find(([coordinate]) => coordinate === 'Query.debt')!;
    expect(takesClientKey(debt) || mayRefuse(debt) || isPaged(debt) || isList(debt.type)).toBe(false);
  });
});

const missing = ROOMS_WITHOUT_DOOR.map((room) => [room]);
if (missing.length > 0) {
  describe('a room that is not built yet', () => {
    it.skip.each(missing)('%s: has no door, so its schema is not checked', () => undefined);
  });
}
