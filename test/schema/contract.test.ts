/** Contracts: what each audience's graph holds, that a gateway serves it, and which graphs are refused. */
import { composeServices as composeByApollo } from '@apollo/composition';
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { addInaccessibleToUnreachableTypes, applyTagFilterOnSubgraphs, extractLinkImplementations, transformSupergraphToPublicSchema } from '@theguild/federation-composition';
import { buildSchema, graphql, isEnumType, isInputObjectType, isInterfaceType, isObjectType, parse, type GraphQLSchema } from 'graphql';
import { tagOf } from '../../schema/audience';
import { asServices, composeContract, composeFull, CompositionRefused, type Subgraph } from '../../schema/contract';
import { AUDIENCES, type Audience } from '../../schema/vocabulary';
import { auditSample } from './sample/audit';
import { borrowersSample } from './sample/borrowers';
import { debtId, debtsSample } from './sample/debts';

const rooms = { debts: debtsSample(), borrowers: borrowersSample(), audit: auditSample() };
const subgraphs: Subgraph[] = Object.entries(rooms).map(([name, { sdl }]) => ({ name, sdl }));

/** Every coordinate of a client's schema with its type, in one order: two schemas are equal when these are. */
function coordinates(apiSdl: string): string[] {
  const schema: GraphQLSchema = buildSchema(apiSdl);
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
      if (isObjectType(type) || isInterfaceType(type)) {
        const fields = Object.values(type.getFields()).flatMap((field) => [
          `${type.name}.${field.name}: ${String(field.type)}`,
          ...field.args.map((argument) => `${type.name}.${field.name}(${argument.name}: ${String(argument.type)})`),
        ]);
        return [...fields, ...type.getInterfaces().map(({ name }) => `${type.name} implements ${name}`)];
      }
      if (isInputObjectType(type)) return Object.values(type.getFields()).map((field) => `${type.name}.${field.name}: ${String(field.type)}`);
      return [type.name];
    })
    .sort();
}

/** The same contract by the other composer, over the same tag filter. */
function contractByApollo(audience: Audience): string {
  const filtered = applyTagFilterOnSubgraphs(asServices(subgraphs), { include: new Set([tagOf(audience)]), exclude: new Set() });
  const { supergraphSdl, errors } = composeByApollo(filtered);
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'));
  const supergraphDocumentNode = parse(supergraphSdl);
  const publicDocumentNode = transformSupergraphToPublicSchema(supergraphDocumentNode);
  const { resolveImportName } = extractLinkImplementations(supergraphDocumentNode);
  const reached = addInaccessibleToUnreachableTypes(resolveImportName, {
    supergraphDocumentNode,
    publicDocumentNode,
  });
  return reached.publicSdl;
}

describe('a contract', () => {
  const partner = composeContract(subgraphs, 'PARTNER');

  it('holds exactly what its audience was given', () => {
    const own = coordinates(partner.apiSdl).filter((coordinate) => /^(Query|Mutation|Debt|Borrower|SampleDebtState|AdjustDebtInput)\b/.test(coordinate));
    expect(own).toEqual([
      'Borrower implements Node',
      'Borrower.id: ID!',
      'Borrower.phone: String',
      'Debt implements Node',
      'Debt.balance: Money',
      'Debt.borrower: Borrower!',
      'Debt.id: ID!',
      'Query.debt(id: ID!)',
      'Query.debt: Debt',
      'Query.debts(after: String)',
      'Query.debts(before: String)',
      'Query.debts(first: Int)',
      'Query.debts(last: Int)',
      'Query.debts: DebtConnection!',
      'Query.node(id: ID!)',
      'Query.node: Node',
    ]);
  });

  it('has no type that nothing reaches', () => {
    expect(partner.apiSdl).not.toMatch(/Refusal|MoneyInput|SampleDebtState|Instant/);
  });

  it('tells no client about tags or guards', () => {
    for (const audience of AUDIENCES) expect(composeContract(subgraphs, audience).apiSdl).not.toMatch(/@|directive/);
  });

  it('is the same bytes each time', () => {
    expect(composeContract(subgraphs, 'PARTNER')).toEqual(partner);
  });

  it.each(AUDIENCES)('of %s is the same by both composers', (audience) => {
    expect(coordinates(contractByApollo(audience))).toEqual(coordinates(composeContract(subgraphs, audience).apiSdl));
  });

  it('is part of the full graph', () => {
    const full = new Set(coordinates(composeFull(subgraphs).apiSdl));
    for (const audience of AUDIENCES) {
      expect(coordinates(composeContract(subgraphs, audience).apiSdl).filter((coordinate) => !full.has(coordinate))).toEqual([]);
    }
  });
});

describe.each(AUDIENCES)('a gateway', (audience) => {
  it(`loads the contract of ${audience}`, async () => {
    const gateway = new ApolloGateway({ supergraphSdl: composeContract(subgraphs, audience).supergraphSdl });
    const { schema } = await gateway.load();
    expect(schema.getQueryType()?.getFields()['node']).toBeDefined();
    await gateway.stop();
  });
});

describe('a gateway that serves a contract', () => {
  let server: ApolloServer;

  beforeAll(async () => {
    const { supergraphSdl } = composeContract(subgraphs, 'PARTNER');
    const gateway = new ApolloGateway({
      supergraphSdl,
      buildService: ({ name }): GraphQLDataSource => ({
        process: async ({ request }) =>
          (await graphql({ schema: rooms[name as keyof typeof rooms].schema, source: request.query ?? '', variableValues: request.variables ?? null })) as never,
      }),
    });
    server = new ApolloServer({ gateway });
    await server.start();
  });
  afterAll(() => server.stop());

  async function ask(query: string): Promise<{ data?: unknown; errors?: readonly { message: string }[] }> {
    const { body } = await server.executeOperation({ query });
    if (body.kind !== 'single') throw new Error('an incremental answer');
    return body.singleResult;
  }

  it('joins rooms by references', async () => {
    const { data, errors } = await ask(`{ debt(id: "${debtId(1)}") { id balance { minor } borrower { phone } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ debt: { id: debtId(1), balance: { minor: 1001 }, borrower: { phone: 'phone 1' } } });
  });

  it('answers any entity by its id, from the room that owns it', async () => {
    const query = (id: string): string => `{ node(id: "${id}") { __typename id ... on Debt { balance { minor } } ... on Borrower { phone } } }`;
    expect((await ask(query(debtId(2)))).data).toEqual({ node: { __typename: 'Debt', id: debtId(2), balance: { minor: 1002 } } });
    const borrower = `borrower_${'0'.repeat(25)}1`;
    expect((await ask(query(borrower))).data).toEqual({ node: { __typename: 'Borrower', id: borrower, phone: 'phone 1' } });
  });

  it.each([
    ['of a type the audience does not have', `export_${'0'.repeat(26)}`],
    ['that is no id', 'export_1'],
  ])('answers null for an id %s', async (_name, id) => {
    expect((await ask(`{ node(id: "${id}") { id } }`)).data).toEqual({ node: null });
  });

  it.each([
    [`{ debt(id: "x") { score } }`, 'Cannot query field "score" on type "Debt".'],
    [`{ debt(id: "x") { borrower { name } } }`, 'Cannot query field "name" on type "Borrower".'],
    [`{ debts(first: 1, minScore: 9) { pageInfo { hasNextPage } } }`, 'Unknown argument "minScore" on field "Query.debts".'],
    [`{ borrower(id: "x") { id } }`, 'Cannot query field "borrower" on type "Query".'],
    [`mutation { adjustDebt(input: {}) { __typename } }`, 'The schema has no "mutation" root type defined'],
  ])('knows nothing of what is hidden: %s', async (query, message) => {
    const { errors } = await ask(query);
    expect(errors?.[0]?.message).toContain(message);
  });
});

const HEAD = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@shareable", "@external", "@requires"])';
const PERSONAL = 'directive @personal(category: String!, sensitive: Boolean! = false) on FIELD_DEFINITION';
const FOR_ALL = AUDIENCES.map((audience) => `@tag(name: "${tagOf(audience)}")`).join(' ');

function room(name: string, sdl: string): Subgraph {
  return { name, sdl: `${HEAD}\n${PERSONAL}\n${sdl.replaceAll('@all', FOR_ALL)}` };
}

function problemsOf(subject: () => unknown): readonly string[] {
  try {
    subject();
  } catch (error) {
    if (error instanceof CompositionRefused) return error.problems;
    throw error;
  }
  return [];
}

describe('a contract that would leak or lose data is refused', () => {
  const score = 'type Query { debt: Debt @all } type Debt @key(fields: "id") { id: ID! @all score: Int @tag(name: "internal") }';
  const banding = (tags: string): Subgraph =>
    room('risk', `type Debt @key(fields: "id") { id: ID! @all score: Int @external band: String @requires(fields: "score") ${tags} }`);

  it('when a visible field is derived from a hidden one', () => {
    expect(problemsOf(() => composeContract([room('debts', score), banding('@all')], 'PARTNER'))).toEqual([
      'Debt.band: risk derives it from Debt.score, which this audience may not see',
    ]);
    expect(problemsOf(() => composeContract([room('debts', score), banding('@all')], 'INTERNAL'))).toEqual([]);
    expect(problemsOf(() => composeContract([room('debts', score), banding('@tag(name: "internal")')], 'PARTNER'))).toEqual([]);
  });

  it('when a nested required field is hidden', () => {
    const owner = 'type Query { debt: Debt @all } type Debt @key(fields: "id") { id: ID! @all risk: Risk @all } type Risk { score: Int @tag(name: "internal") text: String @all }';
    const deriving =
      'type Debt @key(fields: "id") { id: ID! @all risk: Risk @external band: String @requires(fields: "risk { score }") @all } type Risk { score: Int @external }';
    expect(problemsOf(() => composeContract([room('debts', owner), room('risk', deriving)], 'PARTNER'))).toEqual([
      'Debt.band: risk derives it from Risk.score, which this audience may not see',
    ]);
  });

  it('when a row may hold an enum value the audience cannot read', () => {
    const states = room('debts', 'type Query { state: State @all } enum State { OPEN @all HIDDEN @tag(name: "internal") }');
    expect(problemsOf(() => composeContract([states], 'PARTNER'))).toEqual(['State.HIDDEN: debts can answer it to an audience whose contract lacks it']);
    expect(problemsOf(() => composeContract([states], 'INTERNAL'))).toEqual([]);
  });

  it('when a union may answer a member the audience cannot read', () => {
    const results = 'type Query { result: Result @all } union Result @all = Done | Undone type Done { a: Int @all } type Undone { b: Int @tag(name: "internal") }';
    expect(problemsOf(() => composeContract([room('debts', results)], 'PARTNER'))).toEqual(['Result: the union is open to an audience that has no Undone']);
    expect(problemsOf(() => composeContract([room('debts', results)], 'INTERNAL'))).toEqual([]);
  });

  it('but not when the enum is only ever given by the caller', () => {
    const states = room('debts', 'type Query { count(state: State @all): Int @all } enum State { OPEN @all HIDDEN @tag(name: "internal") }');
    expect(problemsOf(() => composeContract([states], 'PARTNER'))).toEqual([]);
  });

  it('when a stub opens a field beyond its owner', () => {
    const owner = room('borrowers', 'type Query { borrower: Borrower @all } type Borrower @key(fields: "id") { id: ID! @tag(name: "internal") name: String @tag(name: "internal") }');
    const stub = room('debts', 'type Query { owes: Borrower @all } type Borrower @key(fields: "id", resolvable: false) { id: ID! @all }');
    expect(problemsOf(() => composeFull([owner, stub]))).toEqual(['Borrower.id: the stub in debts would open it to partner, regulator, borrower, beyond borrowers']);
  });

  it.each([
    ['audiences', 'amount: Int @all'],
    ['guards', 'amount: Int @tag(name: "internal") @personal(category: "BALANCE")'],
  ])('when two rooms declare different %s for one field', (_name, other) => {
    const money = (field: string): string => `type Query { some: Money @shareable @all } type Money @shareable { ${field} }`;
    expect(problemsOf(() => composeFull([room('debts', money('amount: Int @tag(name: "internal")')), room('agencies', money(other))]))).toEqual([
      'Money.amount: debts and agencies declare different audiences or personal data',
    ]);
  });

  it.each([
    ['a required argument it hides', 'type Query { debt(id: ID! @tag(name: "internal")): Int @all }'],
    ['a scalar it hides', 'type Query { at: Time @all } scalar Time @tag(name: "internal")'],
    ['a union it hides', 'type Query { any: Any @all } union Any @tag(name: "internal") = A type A { a: Int @all }'],
    ['no root field', 'type Query { debt: Int @tag(name: "internal") }'],
    ['a required input field it hides', 'type Query { a(input: I @all): Int @all } input I { a: Int! @tag(name: "internal") b: Int @all }'],
    ['a default value it hides', 'type Query { a(e: E = HIDDEN @all): Int @all } enum E { SHOWN @all HIDDEN @tag(name: "internal") }'],
    ['an object of which it hides every field', 'type Query { t: T @all } type T { a: Int @tag(name: "internal") }'],
    ['a field hidden on a type but not on its interface', 'type Query { n: N @all t: T @all } interface N { id: ID @all } type T implements N { id: ID @tag(name: "internal") a: Int @all }'],
    [
      'an argument hidden on a type but not on its interface',
      'type Query { n: N @all t: T @all } interface N { id(x: Int @all): ID @all } type T implements N { id(x: Int @tag(name: "internal")): ID @all a: Int @all }',
    ],
  ])('when it has %s', (_name, sdl) => {
    expect(problemsOf(() => composeContract([room('debts', sdl)], 'PARTNER')).length).toBeGreaterThan(0);
    expect(problemsOf(() => composeContract([room('debts', sdl)], 'INTERNAL'))).toEqual([]);
  });
});
