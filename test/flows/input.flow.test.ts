/** What a caller is told about a mistake: a code, the cause by name, and nothing anybody else could use. */
import { readContract } from '../../schema/artefacts';
import { newId, type IdPrefix } from '../../schema/ids';
import { NODE_TYPES } from '../../schema/node';
import { AUDIENCES } from '../../schema/vocabulary';
import type { CallOptions, Caller, GraphQLAnswer } from '../support/caller';
import { key, registerAgency, registerBorrower, registerDebt, type RegisteredDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

/** Stands for personal data a caller may have put in the wrong place. */
const SECRET = 'Zhang-13800138000';
const DEBT = `query ($id: ID!) { debt(id: $id) { id } }`;
const REGISTER_DEBT = `mutation ($input: RegisterDebtInput!) { registerDebt(input: $input) { __typename } }`;
const REGISTER_BORROWER = `mutation ($input: RegisterBorrowerInput!) { registerBorrower(input: $input) { __typename } }`;
const PAY = `mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { __typename } }`;
const PAY_RULE = `mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { ... on Refusal { ruleId } } }`;
const SIGN = `mutation ($input: SignAgreementInput!) { signAgreement(input: $input) { __typename } }`;
const RECALL = `mutation ($input: EndPlacementInput!) { recallPlacement(input: $input) { __typename } }`;
const ORGS = { INTERNAL: 'creditor', PARTNER: 'agency', REGULATOR: 'regulator', BORROWER: 'person' } as const;
const TODAY = new Date().toISOString().slice(0, 10);

interface Scene {
  readonly operator: Caller;
  readonly stranger: Caller;
  readonly agencyId: string;
  readonly debt: RegisteredDebt;
  readonly strangersDebt: RegisteredDebt;
}

interface Case {
  readonly ask: (scene: Scene) => Promise<GraphQLAnswer>;
  readonly code: string;
  readonly names: RegExp;
  readonly argument?: string;
}

const debtInput = ({ debt }: Scene, change: object) => ({
  input: {
    clientKey: key(),
    borrowerId: debt.borrowerId,
    reference: SECRET,
    product: 'CREDIT_CARD',
    region: 'TW',
    currency: 'TWD',
    components: { principal: 1_000 },
    daysPastDue: 60,
    asOf: TODAY,
    ...change,
  },
});
const payment = ({ debt }: Scene, change: object) => ({ input: { clientKey: key(), debtId: debt.debtId, amount: { minor: 100, currency: 'TWD' }, receivedOn: TODAY, ...change } });
const agreement = ({ agencyId }: Scene, change: object) => ({
  input: {
    clientKey: key(),
    agencyId,
    products: ['CREDIT_CARD'],
    regions: ['TW'],
    daysPastDueMin: 30,
    purposes: ['COLLECTION'],
    categories: ['CONTACT'],
    channels: ['PHONE'],
    feeSchedule: { tiers: [{ daysPastDueFrom: 0, basisPoints: 1_000 }], capBasisPoints: 3_000 },
    from: '2026-02-01T00:00:00.000Z',
    until: '2027-02-01T00:00:00.000Z',
    documentHash: 'a'.repeat(64),
    ...change,
  },
});

const asked = (document: string, variablesOf: (scene: Scene) => Record<string, unknown>, options: CallOptions = {}) => ({ operator, ...scene }: Scene) =>
  operator.ask(document, variablesOf({ operator, ...scene }), options);
const withHeader = (name: string, value: string) => ({ operator, debt }: Scene) => operator.ask(DEBT, { id: debt.debtId }, { headers: { [name]: value } });

const CASES: readonly (readonly [string, Case])[] = [
  ['a token that is none', { ask: withHeader('authorization', `Bearer ${SECRET}`), code: 'UNAUTHENTICATED', names: /token/ }],
  ['no token', { ask: withHeader('authorization', ''), code: 'UNAUTHENTICATED', names: /bearer token/ }],
  ['another scheme than Bearer', { ask: withHeader('authorization', `Basic ${SECRET}`), code: 'UNAUTHENTICATED', names: /Bearer/ }],
  ['an unknown purpose', { ask: withHeader('x-purpose', SECRET), code: 'BAD_INPUT', names: /x-purpose/, argument: 'x-purpose' }],
  ['a purpose of another audience', { ask: withHeader('x-purpose', 'SUPERVISION'), code: 'NOT_PERMITTED', names: /SUPERVISION/, argument: 'x-purpose' }],
  ['a ledger index that is none', { ask: withHeader('x-ledger-at-least', SECRET), code: 'BAD_INPUT', names: /x-ledger-at-least/ }],
  ['a document that is not GraphQL', { ask: asked(`query { ${SECRET} `, () => ({})), code: 'BAD_INPUT', names: /syntax/ }],
  ['a field that does not exist', { ask: asked(`query { debts(first: 1) { phones } }`, () => ({})), code: 'BAD_INPUT', names: /phones/ }],
  ['a field of another audience', { ask: asked(`query { myRecords(first: 1) { edges { cursor } } }`, () => ({})), code: 'BAD_INPUT', names: /myRecords/ }],
  ['a list without a length', { ask: asked(`query { debts { edges { cursor } } }`, () => ({})), code: 'BAD_INPUT', names: /first/ }],
  ['a list of 101', { ask: asked(`query { debts(first: 101) { edges { cursor } } }`, () => ({})), code: 'BAD_INPUT', names: /100/ }],
  ['a cursor that is none', { ask: asked(`query ($c: String) { debts(first: 1, after: $c) { edges { cursor } } }`, () => ({ c: SECRET })), code: 'BAD_INPUT', names: /cursor/ }],
  ['a debt that does not exist', { ask: asked(PAY, (scene) => payment(scene, { debtId: newId('debt') })), code: 'NOT_FOUND', names: /no such debt/ }],
  ["another creditor's debt", { ask: asked(PAY, (scene) => payment(scene, { debtId: scene.strangersDebt.debtId })), code: 'NOT_FOUND', names: /no such debt/ }],
  ["another creditor's borrower", { ask: asked(REGISTER_DEBT, (scene) => debtInput(scene, { borrowerId: scene.strangersDebt.borrowerId })), code: 'NOT_FOUND', names: /no such borrower/i }],
  ['an id that is none', { ask: asked(RECALL, () => ({ input: { clientKey: key(), placementId: SECRET, reason: 'OTHER' } })), code: 'NOT_FOUND', names: /no such placement/ }],
  ['a fraction of a minor unit', { ask: asked(PAY, (scene) => payment(scene, { amount: { minor: 0.5, currency: 'TWD' } })), code: 'BAD_INPUT', names: /MinorUnits/, argument: 'input.amount.minor' }],
  ['an unknown currency', { ask: asked(PAY, (scene) => payment(scene, { amount: { minor: 1, currency: 'XBT' } })), code: 'BAD_INPUT', names: /CurrencyCode/, argument: 'input.amount.currency' }],
  ['a negative balance', { ask: asked(REGISTER_DEBT, (scene) => debtInput(scene, { components: { principal: -5 } })), code: 'BAD_INPUT', names: /zero or more/, argument: 'input.components.principal' }],
  ['negative days past due', { ask: asked(REGISTER_DEBT, (scene) => debtInput(scene, { daysPastDue: -1 })), code: 'BAD_INPUT', names: /Days past due/, argument: 'input.daysPastDue' }],
  ['a day that does not exist', { ask: asked(PAY, (scene) => payment(scene, { receivedOn: '2026-02-30' })), code: 'BAD_INPUT', names: /LocalDate/, argument: 'input.receivedOn' }],
  ['a term that ends before it begins', { ask: asked(SIGN, (scene) => agreement(scene, { until: '2026-01-01T00:00:00.000Z' })), code: 'BAD_INPUT', names: /term|end|until/i, argument: 'input.until' }],
  ['an instant that is none', { ask: asked(SIGN, (scene) => agreement(scene, { until: SECRET })), code: 'BAD_INPUT', names: /Instant/, argument: 'input.until' }],
  ['a hash that is none', { ask: asked(SIGN, (scene) => agreement(scene, { documentHash: SECRET })), code: 'BAD_INPUT', names: /Sha256Hex/, argument: 'input.documentHash' }],
  ['no client key', { ask: asked(PAY, (scene) => payment(scene, { clientKey: undefined })), code: 'BAD_INPUT', names: /clientKey/, argument: 'input.clientKey' }],
  ['an empty client key', { ask: asked(PAY, (scene) => payment(scene, { clientKey: '' })), code: 'BAD_INPUT', names: /clientKey/, argument: 'clientKey' }],
  ['an endless client key', { ask: asked(PAY, (scene) => payment(scene, { clientKey: 'k'.repeat(201) })), code: 'BAD_INPUT', names: /clientKey/, argument: 'clientKey' }],
  ['an amount in the document', { ask: asked(`mutation { recordPayment(input: { clientKey: "k", debtId: "${SECRET}", amount: { minor: 1.5, currency: "TWD" }, receivedOn: "${TODAY}" }) { __typename } }`, () => ({})), code: 'BAD_INPUT', names: /schema/, argument: 'input' }],
  ['a phone number that is none', { ask: asked(REGISTER_BORROWER, () => ({ input: { clientKey: key(), name: SECRET, contactPoints: [{ kind: 'PHONE', value: SECRET, source: 'CONTRACT' }] } })), code: 'BAD_INPUT', names: /phone|number|value/i }],
  ['an input field that does not exist', { ask: asked(REGISTER_BORROWER, () => ({ input: { clientKey: key(), name: 'Synthetic', [`x${SECRET.replace('-', '')}`]: 1 } })), code: 'BAD_INPUT', names: /input|variables/ }],
];

describe.each(MODES)('in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  let scene: Scene;

  beforeAll(async () => {
    const { operator } = await hub.creditor();
    const { operator: stranger } = await hub.creditor();
    const agencyId = await registerAgency(operator);
    scene = { operator, stranger, agencyId, debt: await registerDebt(operator), strangersDebt: await registerDebt(stranger) };
  });

  it.each(CASES)('%s is answered with its cause, and leaves nothing behind', async (_name, { ask, code, names, argument }) => {
    const before = await log.saidCount();
    const { errors, text } = await ask(scene);
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual([code]);
    expect(errors[0]!.message).toMatch(names);
    if (argument !== undefined) expect(errors[0]!.extensions).toMatchObject({ argument });
    expect(text).not.toContain('13800138000');
    expect(await log.saidCount()).toBe(before);
  });

  it.each([
    ['a negative amount', { amount: { minor: -1, currency: 'TWD' } }, 'PAYMENT-AMOUNT-POSITIVE'],
    ['an amount in another currency', { amount: { minor: 1, currency: 'USD' } }, 'PAYMENT-CURRENCY-SAME'],
  ])('%s is refused by rule', async (_case, change, ruleId) => {
    const { recordPayment } = await scene.operator.data(PAY_RULE, payment(scene, change));
    expect(recordPayment).toMatchObject({ ruleId });
  });

  it('a token of another audience opens nothing', async () => {
    const partner = await hub.caller('PARTNER', scene.agencyId);
    for (const audience of ['internal', 'regulator', 'borrower']) {
      const response = await fetch(`${hub.url}/${audience}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
        body: JSON.stringify({ query: DEBT, variables: { id: scene.debt.debtId } }),
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  it('a token without the scope does not command, and is told which one it lacks', async () => {
    const weak = await hub.caller('INTERNAL', newId('creditor'), { scopes: [] });
    const { errors } = await weak.ask(PAY, payment(scene, {}));
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED', ruleId: 'SCOPE-HELD' } }]);
    expect(errors[0]!.message).toContain('payments:write');
  });

  it.each(AUDIENCES)('%s is answered for any id with its type or with nothing, and never with a failure', async (audience) => {
    const caller = await hub.caller(audience, newId(ORGS[audience]));
    const { apiSdl } = readContract(audience);
    for (const prefix of Object.keys(NODE_TYPES) as IdPrefix[]) {
      const id = newId(prefix);
      const type = NODE_TYPES[prefix];
      const isShown = type !== null && apiSdl.includes(`\ntype ${type} implements Node`);
      const { data, errors } = await caller.ask('query ($id: ID!) { node(id: $id) { __typename id } }', { id });
      expect([prefix, errors, data]).toEqual([prefix, [], { node: isShown ? { __typename: type, id } : null }]);
    }
  });

  it("another creditor's debt is answered like one that does not exist", async () => {
    const foreign = await scene.operator.ask(DEBT, { id: scene.strangersDebt.debtId });
    expect(foreign.data).toEqual({ debt: null });
    expect(foreign.text).toBe((await scene.operator.ask(DEBT, { id: newId('debt') })).text);
    expect(foreign.text).toBe((await scene.operator.ask(DEBT, { id: await registerBorrower(scene.operator) })).text);
    expect(foreign.text).toBe((await scene.operator.ask(DEBT, { id: SECRET })).text);
  });
});
