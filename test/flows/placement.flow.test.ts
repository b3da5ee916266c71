/** The life of an entrusted debt through the gateway: what its agency may see, when, for what purpose, and until when. */
import { newId } from '../../schema/ids';
import type { Caller } from '../support/caller';
import { key, moveEngagement, place, proposePlacement, qualifiedEngagement, recallPlacement, registerAgency, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const READ_PHONE = `query ReadPhone($id: ID!) { debt(id: $id) { id state balance { minor currency } borrower { name phones } } }`;
const LIST = `query { debts(first: 10) { edges { node { id } } } borrowers(first: 10) { edges { node { id } } } }`;
const GRANT = `query ($id: ID!) { placement(id: $id) { state grant { id openedAtIndex closedAtIndex } } }`;
const PAY = `mutation ($input: RecordPaymentInput!) {
  recordPayment(input: $input) { __typename ... on PaymentRecorded { ledgerIndex pending payment { amount { minor } allocation { interest fee principal } } } ... on Refusal { ruleId } }
}`;

interface Placed {
  readonly placement: { readonly state: string; readonly grant: { readonly id: string; readonly openedAtIndex: number; readonly closedAtIndex: number | null } };
}

describe.each(MODES)('an entrusted debt, in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  let operator: Caller;
  let agency: Caller;
  let agencyId: string;
  let agreementId: string;
  let engagementId: string;
  let debt: RegisteredDebt;
  let placementId: string;

  beforeAll(async () => {
    ({ operator } = await hub.creditor());
    agencyId = await registerAgency(operator);
    engagementId = await qualifiedEngagement(operator, agencyId);
    agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION' });
    debt = await registerDebt(operator);
    placementId = await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
  });

  it('shows its agency the phone number under the purpose granted, and the ledger shows the release under that grant', async () => {
    const { placement } = await agency.data<Placed>(GRANT, { id: placementId });
    expect(placement.state).toBe('ACTIVE');
    const answer = await agency.ask(READ_PHONE, { id: debt.debtId });
    expect(answer.data).toEqual({
      debt: { id: debt.debtId, state: 'OPEN', balance: { minor: 106_000, currency: 'TWD' }, borrower: { name: 'Synthetic Person', phones: ['+886900000123'] } },
    });
    const released = (await log.entries()).filter((entry) => entry.type.endsWith('.DataDisclosed') && entry.parsed.event.operation?.name?.startsWith('ReadPhone'));
    expect(released.map(({ type }) => type)).toEqual(['debts.DataDisclosed', 'borrowers.DataDisclosed']);
    expect(released.at(-1)!.index).toBe(answer.ledgerIndex);
    for (const { hidden, items, parsed } of released) {
      expect(parsed.event).toMatchObject({ purpose: 'COLLECTION', actor: { audience: 'PARTNER' }, decision: { outcome: 'ALLOW' } });
      expect(parsed.event.decision!.index).toBeGreaterThanOrEqual(placement.grant.openedAtIndex);
      expect(hidden).toMatchObject({ actorOrg: agencyId });
      expect(items).toMatchObject([{ borrowerId: debt.borrowerId, rightId: placement.grant.id }]);
    }
  });

  it('takes a payment from its agency and allocates it by law', async () => {
    const input = { clientKey: key(), debtId: debt.debtId, amount: { minor: 5_500, currency: 'TWD' }, receivedOn: new Date().toISOString().slice(0, 10) };
    const { recordPayment } = await agency.data(PAY, { input });
    expect(recordPayment).toMatchObject({ __typename: 'PaymentRecorded', pending: false, payment: { amount: { minor: 5_500 }, allocation: { fee: 1_000, interest: 4_500, principal: 0 } } });
    const { debt: after } = await agency.data<{ debt: unknown }>(READ_PHONE, { id: debt.debtId });
    expect(after).toMatchObject({ balance: { minor: 100_500 } });
  });

  it('withholds its personal fields under a purpose that was not granted, and names the rule', async () => {
    const answer = await agency.ask(READ_PHONE, { id: debt.debtId }, { purpose: 'SERVICING' });
    expect(answer.data).toEqual({ debt: { id: debt.debtId, state: 'OPEN', balance: null, borrower: { name: null, phones: null } } });
    expect(answer.errors.map(({ path, extensions }) => [path!.join('.'), extensions!['code'], extensions!['ruleId']])).toEqual(
      expect.arrayContaining([
        ['debt.balance', 'NOT_PERMITTED', 'RELEASE-PURPOSE-COVERED'],
        ['debt.borrower.name', 'NOT_PERMITTED', 'RELEASE-PURPOSE-COVERED'],
        ['debt.borrower.phones', 'NOT_PERMITTED', 'RELEASE-PURPOSE-COVERED'],
      ]),
    );
    await log.check();
    expect((await log.events('borrowers.ReleaseRefused')).at(-1)).toMatchObject({ facts: { ruleId: 'RELEASE-PURPOSE-COVERED' }, hidden: { actorOrg: agencyId } });
  });

  it('withholds its personal fields without a purpose, and names the header', async () => {
    const answer = await agency.ask(READ_PHONE, { id: debt.debtId }, { purpose: null });
    expect(answer.data).toMatchObject({ debt: { id: debt.debtId, balance: null, borrower: { name: null, phones: null } } });
    expect(answer.errors).not.toHaveLength(0);
    for (const { message, extensions } of answer.errors) {
      expect(extensions).toMatchObject({ code: 'BAD_INPUT', ruleId: 'RELEASE-PURPOSE-NAMED', argument: 'x-purpose' });
      expect(message).toContain('x-purpose');
    }
  });

  it('is answered to another agency exactly like a debt that does not exist', async () => {
    const otherId = await registerAgency(operator);
    await qualifiedEngagement(operator, otherId);
    const other = (await hub.caller('PARTNER', otherId, { purpose: 'COLLECTION' })).knows(operator);
    const foreign = await other.ask(READ_PHONE, { id: debt.debtId });
    const absent = await other.ask(READ_PHONE, { id: newId('debt') });
    expect(foreign.data).toEqual({ debt: null });
    expect(foreign.text).toBe(absent.text);
    const refused = await other.ask(PAY, { input: { clientKey: key(), debtId: debt.debtId, amount: { minor: 1, currency: 'TWD' }, receivedOn: '2026-01-01' } });
    expect(refused.errors).toMatchObject([{ message: 'There is no such debt.', extensions: { code: 'NOT_FOUND' } }]);
  });

  it('is lost to its agency while the engagement is suspended, and comes back with the reinstatement', async () => {
    await moveEngagement(operator, 'suspend', engagementId);
    expect((await agency.knows(operator).ask(READ_PHONE, { id: debt.debtId })).data).toEqual({ debt: null });
    const next = await registerDebt(operator);
    expect(await proposePlacement(operator, { debtId: next.debtId, agencyId, agreementId })).toMatchObject({ __typename: 'Refusal', ruleId: 'PLACEMENT-ENGAGEMENT-QUALIFIED' });
    await moveEngagement(operator, 'reinstate', engagementId);
    expect((await agency.knows(operator).ask(READ_PHONE, { id: debt.debtId })).data).toMatchObject({ debt: { borrower: { phones: ['+886900000123'] } } });
  });

  it('is not found by its agency from the index of the recall on', async () => {
    const list = await agency.data<{ debts: { edges: unknown[] } }>(LIST);
    expect(list).toMatchObject({ debts: { edges: [{ node: { id: debt.debtId } }] }, borrowers: { edges: [{ node: { id: debt.borrowerId } }] } });
    const { ledgerIndex } = await recallPlacement(operator, placementId);
    const after = await agency.ask(READ_PHONE, { id: debt.debtId }, { atLeast: ledgerIndex! });
    expect(after).toMatchObject({ data: { debt: null }, errors: [] });
    expect(await agency.data(LIST)).toEqual({ debts: { edges: [] }, borrowers: { edges: [] } });
    const { placement } = await agency.data<Placed>(GRANT, { id: placementId });
    expect(placement).toMatchObject({ state: 'RECALLED', grant: { closedAtIndex: ledgerIndex } });
    const later = (await log.entries()).filter(({ index, type }) => index > ledgerIndex! && type.endsWith('.DataDisclosed'));
    expect(later).toEqual([]);
  });

  it('leaves a log that holds every acknowledged step once and as documented', () => log.check());
});
