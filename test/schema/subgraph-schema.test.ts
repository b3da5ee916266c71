/** What a room's schema is: printed with its audiences, executable from that print, apart from other rooms. */
import { graphql, isObjectType, parse, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { Arg, Field, ID, InputType, ObjectType, Query, Resolver } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { InputError } from '../../schema/input-error';
import { isVaulted, Personal, personalOf, Vaulted } from '../../schema/personal';
import { findBrokenPromises } from '../../schema/schema-lint';
import { buildRoomSchema } from '../../schema/subgraph-schema';
import { borrowersSample } from './sample/borrowers';
import { debtId, debtsSample } from './sample/debts';

const debts = debtsSample();
const borrowers = borrowersSample();

function run(schema: GraphQLSchema, source: string): Promise<ExecutionResult> {
  return graphql({ schema, source });
}

function fieldOf(schema: GraphQLSchema, typeName: string, fieldName: string) {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error(`${typeName}.${fieldName} is missing`);
  return field;
}

describe('the printed subgraph', () => {
  it('carries audiences on fields, in the order of the vocabulary', () => {
    expect(debts.sdl).toContain('registeredAt: Instant! @tag(name: "internal") @tag(name: "regulator")\n');
  });

  it('carries the audiences of a field on its arguments, unless they have their own', () => {
    expect(debts.sdl).toContain('first: Int @tag(name: "internal") @tag(name: "partner") @tag(name: "regulator")\n');
    expect(debts.sdl).toContain('minScore: Int @tag(name: "internal")\n');
  });

  it('carries audiences on enum values, unions, scalars and input fields', () => {
    expect(debts.sdl).toContain('WRITTEN_OFF @tag(name: "internal") @tag(name: "regulator")\n');
    expect(debts.sdl).toContain('union AdjustmentResult @tag(name: "internal") = DebtAdjusted | Refusal');
    expect(debts.sdl).toMatch(/scalar Instant @tag/);
    expect(debts.sdl).toContain('clientKey: String! @tag(name: "internal")\n');
  });

  it('carries no audience on an object type, where it would flow into every field', () => {
    expect(debts.sdl).toContain('type Debt implements Node @key(fields: "id") {');
    expect(debts.sdl).toContain('type DebtConnection @shareable {');
  });

  it('declares personal fields as such', () => {
    expect(borrowers.sdl).toContain('phone: String @personal(category: "CONTACT", sensitive: true) @vaulted @tag');
  });

  it('is the same bytes each time', () => {
    expect(debtsSample().sdl).toBe(debts.sdl);
    expect(borrowersSample().sdl).toBe(borrowers.sdl);
  });
});

describe('two rooms in one process', () => {
  it('may both have a type of one name, each with its own fields', () => {
    expect(Object.keys((debts.schema.getType('Borrower') as { getFields(): object } | undefined)?.getFields() ?? {})).toEqual(['id']);
    expect(Object.keys((borrowers.schema.getType('Borrower') as { getFields(): object } | undefined)?.getFields() ?? {})).toEqual([
      'id',
      'name',
      'phone',
      'newestDebt',
    ]);
    expect(Object.keys((borrowers.schema.getType('Debt') as { getFields(): object } | undefined)?.getFields() ?? {})).toEqual(['id']);
  });

  it('do not see each other’s types', () => {
    expect(borrowers.schema.getType('Money')).toBeUndefined();
    expect(borrowers.schema.getMutationType()).toBeUndefined();
  });
});

describe('the executable subgraph', () => {
  it('answers references, with null for what is absent', async () => {
    const source = `{ _entities(representations: [{ __typename: "Debt", id: "${debtId(1)}" }, { __typename: "Debt", id: "debt_x" }]) { ... on Debt { id scoreText balance { minor currency } } } }`;
    const { data, errors } = await run(debts.schema, source);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ _entities: [{ id: debtId(1), scoreText: 'score 1', balance: { minor: 1001, currency: 'CNY' } }, null] });
  });

  it('gives a page of a list', async () => {
    const { data } = await run(debts.schema, '{ debts(last: 1, minScore: 3) { edges { node { id registeredAt } } pageInfo { hasPreviousPage hasNextPage } } }');
    expect(data).toEqual({
      debts: {
        edges: [{ node: { id: debtId(11), registeredAt: '2026-01-12T00:00:00.000Z' } }],
        pageInfo: { hasPreviousPage: true, hasNextPage: false },
      },
    });
  });

  it.each([
    ['accepted', debtId(1), 5, { __typename: 'DebtAdjusted', debt: { balance: { minor: 5 } }, ledgerIndex: 7, pending: false }],
    ['refused', debtId(1), -5, { __typename: 'Refusal', ruleId: 'ADJUSTMENT-POSITIVE' }],
  ])('answers a command that is %s by a value', async (_name, id, minor, expected) => {
    const answer = '__typename ... on DebtAdjusted { debt { balance { minor } } ledgerIndex pending } ... on Refusal { ruleId }';
    const input = `{ clientKey: "k", debtId: "${id}", balance: { minor: ${minor}, currency: "CNY" } }`;
    const { data } = await run(debts.schema, `mutation { adjustDebt(input: ${input}) { ${answer} } }`);
    expect(data).toEqual({ adjustDebt: expected });
  });

  it('names the input field a validator refused, and not its value', async () => {
    const input = `{ clientKey: "", debtId: "secret", balance: { minor: 1, currency: "CNY" } }`;
    const { errors } = await run(debts.schema, `mutation { adjustDebt(input: ${input}) { __typename } }`);
    const cause = errors?.[0]?.originalError;
    expect(cause).toBeInstanceOf(InputError);
    expect((cause as InputError).argument).toBe('input.clientKey');
    expect(errors?.[0]?.message).toBe('A client key is any text of your own.');
  });

  it('says at run time which fields are personal', () => {
    expect(personalOf(fieldOf(borrowers.schema, 'Borrower', 'phone'))).toEqual({ category: 'CONTACT', sensitive: true });
    expect(personalOf(fieldOf(borrowers.schema, 'Borrower', 'name'))).toEqual({ category: 'IDENTITY', sensitive: false });
    expect(personalOf(fieldOf(borrowers.schema, 'Borrower', 'id'))).toBeNull();
    expect(isVaulted(fieldOf(borrowers.schema, 'Borrower', 'phone'))).toBe(true);
    expect(isVaulted(fieldOf(debts.schema, 'Debt', 'balance'))).toBe(false);
  });
});

@ObjectType('Careless', { description: 'A type that forgets everything.' })
@Audience('INTERNAL')
class Careless {
  @Field(() => ID, { description: 'No audience.' })
  id!: string;

  @Audience('INTERNAL')
  @Field(() => String)
  undescribed!: string;

  @Audience('INTERNAL', 'PARTNER')
  @Field(() => String, { description: 'Wider than its type.' })
  wider!: string;

  @Audience('INTERNAL')
  @Personal('CONTACT')
  @Field(() => String, { description: 'Cannot be withheld.' })
  phone!: string;

  @Audience('INTERNAL')
  @Vaulted()
  @Field(() => String, { nullable: true, description: 'Of no category.' })
  address!: string | null;
}

@InputType('CarelessInput', { description: 'An input without audience.' })
class CarelessInput {
  @Field(() => String, { description: 'A word.' })
  word!: string;
}

@Resolver()
class CarelessResolver {
  @Audience('INTERNAL', 'PARTNER')
  @Query(() => Careless, { nullable: true, description: 'Nothing.' })
  careless(
    @Audience('INTERNAL') @Arg('id', () => ID, { description: 'Required, but not for everyone.' }) _id: string,
    @Arg('input', () => CarelessInput, { nullable: true }) _input: CarelessInput | null,
  ): Careless | null {
    return null;
  }
}

describe('a schema that breaks a promise', () => {
  it('is not built, and each place is named', () => {
    expect(() => buildRoomSchema({ resolvers: [CarelessResolver] })).toThrow(
      [
        'the schema breaks promises of the house:',
        'Careless.id: has no audience',
        'Careless.undescribed: has no description',
        'Careless.phone: a personal field must be nullable, so that it can be withheld',
        'Careless.address: a vaulted field must also be @Personal',
        'CarelessInput.word: has no audience',
        'Query.careless(input:): has no description',
        'Query.careless(id:): a required argument must exist for every audience of its field',
        'Careless.wider: is open to partner, which its type is not',
      ].join('\n  '),
    );
  });

  it.each([
    ['type T @tag(name: "partner") { "A." a: Int @tag(name: "internal") }', ['T: has no description', 'T: an object type must not carry an audience tag, only its fields']],
    ['"T." type T { "A." a: Int @tag(name: "public") }', ['T.a: tag "public" is no audience']],
    ['"T." type T { "A." a: Int @tag(name: "internal") @personal(category: "HOBBY") }', ['T.a: a @personal directive names no known data category']],
    ['"E." enum E { "A." A B @tag(name: "internal") }', ['E.A: has no audience', 'E.B: has no description']],
    ['"S." scalar S', ['S: has no audience']],
    ['union U @tag(name: "internal") = T', ['U: has no description']],
    ['type Query { "A." a: Int @tag(name: "internal") }', []],
    ['type Query { "A." a: Int @external }', []],
    ['type Query { "A." a: Int @external @tag(name: "internal") }', ['Query.a: an external field takes its audiences from the room that owns it']],
  ])('is found in %s', (sdl, expected) => {
    expect(findBrokenPromises(parse(sdl))).toEqual(expected);
  });

  it('cannot name a reference resolver for a type it does not have', () => {
    class Empty {}
    expect(() => buildRoomSchema({ resolvers: [Empty], references: { Debt: () => null } })).toThrow(
      'a reference resolver is given for Debt, which the schema does not have',
    );
  });
});
