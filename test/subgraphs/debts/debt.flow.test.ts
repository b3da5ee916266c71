/** Debts, amounts and payments end to end in the debts room: who sees which, and what is recorded before it is seen. */
import type { Actor } from '../../../kernel/actor';
import { newId } from '../../../schema/ids';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { activePlacement, AMOUNT, command, debtInput, determinedDebt, forPurpose, give, openScene, propose, read, registerBorrower, TODAY, type Scene } from './scene';

const rooms = testRooms([debtsRoom]);

const DEBT = `query ($id: ID!) { debt(id: $id) { id state balance { minor currency } components { principal interest penaltyInterest fee cost } daysPastDue reference
  payments(first: 10) { edges { node { source amount { minor } allocation { principal interest penaltyInterest fee cost } } } } } }`;
const LIST = `query ($first: Int, $after: String, $creditorId: ID) { debts(first: $first, after: $after, creditorId: $creditorId) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;

interface DebtPage {
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

async function listed(actor: Actor, variables: Record<string, unknown>): Promise<DebtPage> {
  const { data, errors } = await read(rooms, actor, LIST, variables);
  expect(errors).toBeUndefined();
  return data!['debts'] as DebtPage;
}

const idsOf = ({ edges }: DebtPage): string[] => edges.map(({ node }) => node.id);

describe('a debt', () => {
  let scene: Scene;
  let debtId: string;

  beforeAll(async () => {
    scene = await openScene(rooms);
    debtId = (await activePlacement(rooms, scene)).debtId;
  });

  it.each<[string, (scene: Scene) => Actor]>([
    ['its creditor’s staff', ({ staff }) => forPurpose(staff, 'SERVICING')],
    ['the agency it is placed with', ({ agency }) => forPurpose(agency, 'COLLECTION')],
    ['its creditor’s supervisor', ({ regulator }) => regulator],
    ['its borrower', ({ borrower }) => borrower],
  ])('shows its balance to %s, after the ledger has the disclosure', async (_who, actorOf) => {
    const answer = await read(rooms, actorOf(scene), 'query ($id: ID!) { debt(id: $id) { balance { minor currency } daysPastDue } }', { id: debtId });
    expect(answer).toMatchObject({ data: { debt: { balance: { minor: 100_000, currency: 'TWD' }, daysPastDue: 61 } } });
    const { entries } = await rooms.ledger.ledgerFor('debts').read(answer.ledgerIndex, 1, 0);
    expect(entries[0]!.bytes.toString()).toContain('"type":"debts.DataDisclosed"');
  });

  it('withholds what its grant does not cover, and shows the rest', async () => {
    const answer = await read(rooms, scene.agency, 'query ($id: ID!) { debt(id: $id) { state balance { minor } payments(first: 1) { edges { node { id } } } } }', { id: debtId });
    expect(answer).toMatchObject({ data: { debt: { state: 'OPEN', balance: { minor: 100_000 } } } });
    await command(rooms, scene.staff, 'recordPayment', { debtId, amount: { minor: 1, currency: 'TWD' }, receivedOn: TODAY });
    const paid = await read(rooms, scene.agency, 'query ($id: ID!) { debt(id: $id) { payments(first: 1) { edges { node { receivedOn amount { minor } } } } } }', { id: debtId });
    expect(paid.data).toMatchObject({ debt: { payments: { edges: [{ node: { receivedOn: TODAY, amount: null } }] } } });
    expect(paid.errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED', ruleId: 'RELEASE-CATEGORY-COVERED' } }]);
  });

  it.each<[string, 'COLLECTION' | 'SERVICING' | null, string]>([
    ['without a purpose', null, 'RELEASE-PURPOSE-NAMED'],
    ['under a purpose that was not granted', 'SERVICING', 'RELEASE-PURPOSE-COVERED'],
  ])('withholds its balance %s', async (_how, purpose, ruleId) => {
    const answer = await read(rooms, forPurpose(scene.agency, purpose), 'query ($id: ID!) { debt(id: $id) { id balance { minor } } }', { id: debtId });
    expect(answer).toMatchObject({ data: { debt: { id: debtId, balance: null } }, errors: [{ extensions: { ruleId } }] });
  });
});

describe('a list of debts', () => {
  it('holds for each audience what is in its scope, page by page and both ways', async () => {
    const scene = await openScene(rooms);
    const other = await openScene(rooms);
    const placed = [await activePlacement(rooms, scene), await activePlacement(rooms, scene)].map(({ debtId }) => debtId);
    const unplaced = await determinedDebt(rooms, scene);
    await determinedDebt(rooms, other);
    const own = [...placed, unplaced].sort();
    expect(idsOf(await listed(scene.staff, { first: 10 }))).toEqual(own);
    expect(idsOf(await listed(scene.regulator, { first: 10 }))).toEqual(own);
    expect(idsOf(await listed(scene.regulator, { first: 10, creditorId: scene.creditorId }))).toEqual(own);
    expect(idsOf(await listed(scene.regulator, { first: 10, creditorId: other.creditorId }))).toEqual([]);
    expect(idsOf(await listed(scene.staff, { first: 10, creditorId: other.creditorId }))).toEqual([]);
    expect(idsOf(await listed(scene.borrower, { first: 10 }))).toEqual(own);
    expect(idsOf(await listed(scene.agency, { first: 10 }))).toEqual([...placed].sort());
    expect(idsOf(await listed(other.agency, { first: 10 }))).toEqual([]);
    const page = await listed(scene.agency, { first: 1 });
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect(idsOf(await listed(scene.agency, { first: 1, after: page.pageInfo.endCursor }))).toEqual([placed.sort()[1]]);
    const back = await read(rooms, scene.staff, '{ debts(last: 2) { edges { node { id } } pageInfo { hasPreviousPage } } }');
    expect(back.data).toEqual({ debts: { edges: own.slice(1).map((id) => ({ node: { id } })), pageInfo: { hasPreviousPage: true } } });
  });

  it('is the same whether reached from the root, a creditor or a borrower', async () => {
    const scene = await openScene(rooms);
    const other = await openScene(rooms);
    const { debtId } = await activePlacement(rooms, scene);
    const entities = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Creditor { debts(first: 5) { edges { node { id } } } } ... on Borrower { debts(first: 5) { edges { node { id } } } } ... on Agency { placements(first: 5) { edges { node { debt { id } } } } } ... on Debt { id } } }`;
    const all = [
      { __typename: 'Creditor', id: scene.creditorId },
      { __typename: 'Borrower', id: scene.borrowerId },
      { __typename: 'Agency', id: scene.agencyId },
      { __typename: 'Debt', id: debtId },
    ];
    const list = { edges: [{ node: { id: debtId } }] };
    const inScope = [{ debts: list }, { debts: list }, { placements: { edges: [{ node: { debt: { id: debtId } } }] } }, { id: debtId }];
    for (const actor of [scene.staff, scene.agency, scene.regulator]) expect((await read(rooms, actor, entities, { all })).data).toEqual({ _entities: inScope });
    const none = { edges: [] };
    for (const actor of [other.staff, other.agency, other.regulator, other.borrower]) {
      expect((await read(rooms, actor, entities, { all })).data).toEqual({ _entities: [{ debts: none }, { debts: none }, { placements: none }, null] });
    }
  });
});

describe('a command about a debt', () => {
  it('answers the same for the same key and input, and CONFLICT for other input', async () => {
    const scene = await openScene(rooms);
    const input = { ...debtInput(scene), clientKey: 'same' };
    const first = await command(rooms, scene.staff, 'registerDebt', input);
    expect(await command(rooms, scene.staff, 'registerDebt', input)).toEqual(first);
    expect((await give(rooms, scene.staff, 'registerDebt', { ...input, region: 'CN' })).errors).toMatchObject([{ extensions: { code: 'CONFLICT', argument: 'clientKey' } }]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a negative part', { components: { principal: 1, fee: -1 } }, 'input.components.fee'],
    ['a product that is no code', { product: 'Mr Chen' }, 'input.product'],
    ['an empty reference', { reference: ' ' }, 'input.reference'],
    ['a negative delay', { daysPastDue: -1 }, 'input.daysPastDue'],
  ])('names %s', async (_mistake, change, argument) => {
    const scene = await openScene(rooms);
    expect((await give(rooms, scene.staff, 'registerDebt', { ...debtInput(scene), ...change })).errors).toMatchObject([{ extensions: { code: 'BAD_INPUT', argument } }]);
  });

  it('refuses a reference the creditor uses already, and finds no borrower of another creditor', async () => {
    const scene = await openScene(rooms);
    const input = debtInput(scene);
    await command(rooms, scene.staff, 'registerDebt', input);
    expect(await command(rooms, scene.staff, 'registerDebt', input)).toMatchObject({ ruleId: 'DEBT-REFERENCE-UNUSED' });
    const { borrowerId } = await registerBorrower(rooms, newId('creditor'));
    await rooms.settled();
    expect((await give(rooms, scene.staff, 'registerDebt', { ...debtInput(scene), borrowerId })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('needs the scope in the token and in an authority that stands', async () => {
    const scene = await openScene(rooms);
    const without = { ...scene.staff, scopes: [] };
    expect((await give(rooms, without, 'registerDebt', debtInput(scene))).errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED', ruleId: 'SCOPE-HELD' } }]);
    const unknown = { ...scene.staff, sub: 'nobody' };
    expect((await give(rooms, unknown, 'registerDebt', debtInput(scene))).errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED', ruleId: 'SCOPE-GRANTED' } }]);
    expect((await give(rooms, scene.agency, 'registerDebt', debtInput(scene))).errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED' } }]);
  });

  it('supersedes an earlier determination by a later one and keeps both', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const later = await command(rooms, scene.staff, 'determineAmount', { debtId, ...AMOUNT, components: { principal: 5 } });
    const { data } = await read(rooms, scene.staff, `query ($id: ID!) { debt(id: $id) { balance { minor } determination { id } determinations(first: 5) { edges { node { id supersedes } } } } }`, { id: debtId });
    const [first, second] = (data!['debt'] as { determinations: { edges: { node: { id: string; supersedes: string | null } }[] } }).determinations.edges;
    expect(data).toMatchObject({ debt: { balance: { minor: 5 }, determination: { id: later.determination!.id } } });
    expect([first!.node.supersedes, second!.node]).toEqual([null, { id: later.determination!.id, supersedes: first!.node.id }]);
  });
});

describe('a payment', () => {
  const pay = (actor: Actor, debtId: string, minor: number, more: Record<string, unknown> = {}) =>
    command(rooms, actor, 'recordPayment', { debtId, amount: { minor, currency: 'TWD' }, receivedOn: TODAY, ...more });

  it('comes off costs, interest and principal in the order of the law, or of the payer', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    await pay(scene.staff, debtId, 600);
    await pay(scene.staff, debtId, 1_000, { designation: ['PRINCIPAL'], payer: 'GUARANTOR' });
    const { data } = await read(rooms, scene.staff, DEBT, { id: debtId });
    expect(data).toMatchObject({ debt: { balance: { minor: 98_400 }, components: { principal: 89_000, interest: 8_900, penaltyInterest: 500, fee: 0, cost: 0 } } });
  });

  it('is reported by the agency while it holds the debt, and not before or after', async () => {
    const scene = await openScene(rooms);
    const { debtId, placementId } = await activePlacement(rooms, scene);
    await pay(scene.agency, debtId, 500);
    const { data } = await read(rooms, scene.staff, DEBT, { id: debtId });
    expect(data).toMatchObject({ debt: { payments: { edges: [{ node: { source: 'AGENCY', amount: { minor: 500 } } }] } } });
    await command(rooms, scene.staff, 'recallPlacement', { placementId, reason: 'OTHER' });
    await rooms.settled();
    const late = await give(rooms, scene.agency, 'recordPayment', { debtId, amount: { minor: 1, currency: 'TWD' }, receivedOn: TODAY });
    expect(late.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('of everything settles the debt and withdraws a proposal nobody has answered', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const placementId = (await propose(rooms, scene, debtId)).placement!.id;
    expect(await pay(scene.staff, debtId, 100_001)).toMatchObject({ ruleId: 'PAYMENT-WITHIN-BALANCE' });
    await pay(scene.staff, debtId, 100_000);
    const { data } = await read(rooms, scene.staff, 'query ($d: ID!, $p: ID!) { debt(id: $d) { state } placement(id: $p) { state reason } }', { d: debtId, p: placementId });
    expect(data).toEqual({ debt: { state: 'PAID' }, placement: { state: 'CLOSED', reason: 'SETTLED' } });
    expect(await propose(rooms, scene, debtId)).toMatchObject({ ruleId: 'PLACEMENT-DEBT-OPEN' });
  });

  it('cannot be counted twice: of two payments of everything at once, one is refused', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const answers = await Promise.all([pay(scene.staff, debtId, 100_000), pay(scene.staff, debtId, 100_000)]);
    expect(answers.map(({ __typename, ruleId }) => ruleId ?? __typename).sort()).toEqual(['PAYMENT-WITHIN-BALANCE', 'PaymentRecorded']);
  });
});
