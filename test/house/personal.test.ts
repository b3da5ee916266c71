/** Personal data is declared, categorised and can be withheld. Reads the printed SDL, then the executable schema. */
import { isNonNullType, isObjectType, Kind, parse, type GraphQLSchema } from 'graphql';
import { isVaulted, personalOf } from '../../schema/personal';
import type { RoomSchema } from '../../schema/subgraph-schema';
import { DATA_CATEGORIES, ROOMS } from '../../schema/vocabulary';
import { borrowersSample } from '../schema/sample/borrowers';
import { debtsSample } from '../schema/sample/debts';
import { ROOMS_WITHOUT_DOOR, schemaOfRoom } from '../schema/rooms';

interface PersonalField {
  readonly coordinate: string;
  readonly isNullable: boolean;
  readonly category: string | null;
  readonly isVaulted: boolean;
}

/** Fields with either directive, from the text alone. */
function guardedFields(sdl: string): PersonalField[] {
  return parse(sdl).definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
    return (type.fields ?? []).flatMap((field): PersonalField[] => {
      const personal = field.directives?.find(({ name }) => name.value === 'personal');
      const vaulted = field.directives?.some(({ name }) => name.value === 'vaulted') ?? false;
      if (personal === undefined && !vaulted) return [];
      const category = personal?.arguments?.find(({ name }) => name.value === 'category')?.value;
      return [
        {
          coordinate: `${type.name.value}.${field.name.value}`,
          isNullable: field.type.kind !== Kind.NON_NULL_TYPE,
          category: category?.kind === Kind.STRING ? category.value : null,
          isVaulted: vaulted,
        },
      ];
    });
  });
}

function guardedAtRunTime(schema: GraphQLSchema): PersonalField[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type)) return [];
    return Object.values(type.getFields()).flatMap((field): PersonalField[] => {
      const mark = personalOf(field);
      if (mark === null && !isVaulted(field)) return [];
      return [
        {
          coordinate: `${type.name}.${field.name}`,
          isNullable: !isNonNullType(field.type),
          category: mark?.category ?? null,
          isVaulted: isVaulted(field),
        },
      ];
    });
  });
}

const byCoordinate = (left: PersonalField, right: PersonalField): number => (left.coordinate < right.coordinate ? -1 : 1);

const subjects: [string, () => RoomSchema][] = [
  ['the sample of debts', debtsSample],
  ['the sample of borrowers', borrowersSample],
  ...ROOMS.filter((room) => !ROOMS_WITHOUT_DOOR.includes(room)).map((room): [string, () => RoomSchema] => [`the room ${room}`, () => schemaOfRoom(room)]),
];

describe.each(subjects)('a personal field of %s', (_name, schemaOf) => {
  const { schema, sdl } = schemaOf();
  const fields = guardedFields(sdl);

  it('has a category of the vocabulary, vaulted ones too', () => {
    expect(fields.filter(({ category }) => !(DATA_CATEGORIES as readonly (string | null)[]).includes(category))).toEqual([]);
  });

  it('is nullable, so that it can be withheld', () => {
    expect(fields.filter(({ isNullable }) => !isNullable)).toEqual([]);
  });

  it('is known as such at run time, where its release is decided', () => {
    expect(guardedAtRunTime(schema).sort(byCoordinate)).toEqual([...fields].sort(byCoordinate));
  });
});

/** A word that names personal data must not be a plain field: this list is what an auditor would search for. */
const TELLING_NAMES = /^(name|fullName|nationalId|phone|phoneNumber|email|address|employer|occupation|balance|outstanding|daysPastDue)$/;
/** Same words, not about a borrower. */
const NOT_PERSONAL = new Set([
  // What a hidden value is called (creditorId, debtId), never a person's name.
  'RevealedValue.name','Creditor.name', 'Agency.name', 'Agency.address', 'Agency.phone', 'Agency.email', 'Regulator.name']);

describe.each(subjects)('a field of %s', (_name, schemaOf) => {
  it('that is named like personal data is declared as such', () => {
    const { schema } = schemaOf();
    const plain = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (!isObjectType(type) || type.name.startsWith('__')) return [];
      return Object.values(type.getFields())
        .filter((field) => TELLING_NAMES.test(field.name) && personalOf(field) === null)
        .map((field) => `${type.name}.${field.name}`);
    });
    expect(plain.filter((coordinate) => !NOT_PERSONAL.has(coordinate))).toEqual([]);
  });
});

describe('the check itself', () => {
  it('sees what the text of a schema says', () => {
    expect(guardedFields('type T { a: Int! @personal(category: "CONTACT") b: Int @vaulted c: Int }')).toEqual([
      { coordinate: 'T.a', isNullable: false, category: 'CONTACT', isVaulted: false },
      { coordinate: 'T.b', isNullable: true, category: null, isVaulted: true },
    ]);
  });
});

const missing = ROOMS_WITHOUT_DOOR.map((room) => [room]);
if (missing.length > 0) {
  describe('a room that is not built yet', () => {
    it.skip.each(missing)('%s: has no door, so its schema is not checked', () => undefined);
  });
}
