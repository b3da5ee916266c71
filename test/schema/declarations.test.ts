/** Declarations that are kept by name for the whole process. */
import { readContract } from '../../schema/artefacts';
import { declareEnum } from '../../schema/enum-type';
import { newId, ID_ROOMS, type IdPrefix } from '../../schema/ids';
import { NODE_TYPES, nodeTypeOf } from '../../schema/node';
import { declareUnion } from '../../schema/union-type';
import { AUDIENCES } from '../../schema/vocabulary';

const values = { ON: 'On.', OFF: 'Off.' };

describe('an enum of one name', () => {
  it('may be declared again alike', () => {
    const declare = (): unknown => declareEnum({ ON: 'ON', OFF: 'OFF' }, { name: 'Lamp', description: 'A lamp.', audiences: ['INTERNAL'], values });
    declare();
    expect(declare).not.toThrow();
  });

  it('cannot be declared for other audiences: both rooms would print the later ones', () => {
    expect(() => declareEnum({ ON: 'ON', OFF: 'OFF' }, { name: 'Lamp', description: 'A lamp.', audiences: ['INTERNAL', 'PARTNER'], values })).toThrow(
      'enum Lamp is declared twice',
    );
  });
});

describe('a union of one name', () => {
  it('cannot be declared for other audiences', () => {
    declareUnion('Anything', ['INTERNAL']);
    expect(() => declareUnion('Anything', ['INTERNAL'])).not.toThrow();
    expect(() => declareUnion('Anything', ['PARTNER'])).toThrow('union Anything is declared twice');
  });
});

describe('a global id', () => {
  it.each(Object.keys(ID_ROOMS) as IdPrefix[])('of %s stands for its type', (prefix) => {
    expect(nodeTypeOf(newId(prefix))).toBe(NODE_TYPES[prefix]);
  });

  it('leads, where it stands for a type, to one that the contracts show as a node', () => {
    const shown = new Set(AUDIENCES.flatMap((audience) => [...readContract(audience).apiSdl.matchAll(/^type (\w+) implements Node \{$/gm)].map(([, name]) => name)));
    expect(shown.size).toBeGreaterThan(10);
    expect(Object.values(NODE_TYPES).filter((type) => type !== null && !shown.has(type))).toEqual([]);
  });

  it.each(['', 'debt_', 'debt_short', 'toString_00000000000000000000000000', 'DEBT_00000000000000000000000000'])('that is malformed stands for nothing: %j', (id) => {
    expect(nodeTypeOf(id)).toBeNull();
  });
});
