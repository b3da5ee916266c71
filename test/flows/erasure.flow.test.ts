/** An erasure through the gateway: held, granted, recalled, erased; what everybody reads then, and what a regulator can verify before and after. */
import { Readable } from 'node:stream';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import type { Report } from '../../audit/log/verdict';
import { newId } from '../../schema/ids';
import type { Caller } from '../support/caller';
import { eraseBorrower, key, liftLegalHold, place, placeLegalHold, qualifiedEngagement, recallPlacement, registerAgency, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const REQUEST = `mutation ($input: RequestExportInput!) { requestExport(input: $input) { ... on ExportRequested { export { id } } } }`;
const EXPORT = `query ($id: ID!) { export(id: $id) { state path } }`;
const READ = `query ($id: ID!) { borrower(id: $id) { name phones email erasure { basis erasedAt erasurePending ledgerIndex } } }`;
const HOLDS = `query ($id: ID!) { borrower(id: $id) { legalHolds(first: 5) { edges { node { id basis liftedAt } } } } }`;

describe.each(MODES)('in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  const regulatorId = newId('regulator');
  let operator: Caller;
  let regulator: Caller;
  let agency: Caller;
  let debt: RegisteredDebt;
  let placementId: string;
  let vkey: string;

  beforeAll(async () => {
    ({ operator } = await hub.creditor({ regulatorId }));
    const agencyId = await registerAgency(operator);
    await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION' });
    debt = await registerDebt(operator);
    placementId = await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
    regulator = (await hub.caller('REGULATOR', regulatorId, { purpose: 'SUPERVISION' })).knows(agency);
    vkey = (await log.entries())[0]!.facts['vkey'] as string;
  });

  async function exported(subjectId: string): Promise<Buffer> {
    const { requestExport } = await regulator.knows(operator).data<{ requestExport: { export: { id: string } } }>(REQUEST, { input: { clientKey: key(), subjectId } });
    const { id } = requestExport.export;
    await regulator.until(EXPORT, { id }, (data) => (data['export'] as { state: string }).state === 'READY');
    const { export: ready } = await regulator.data<{ export: { path: string } }>(EXPORT, { id });
    return Buffer.from(await (await fetch(hub.url + ready.path, { headers: { authorization: `Bearer ${regulator.token}` } })).arrayBuffer());
  }
  const verify = (file: Buffer): Promise<Report> => verifyBundle(Readable.from([file]), { vkey });

  it('an erasure waits for holds, grants and open debts, or for a court; then it takes everything away but the proofs', async () => {
    expect(await eraseBorrower(operator, debt.borrowerId)).toMatchObject({ __typename: 'Refusal', ruleId: 'ERASURE-NO-GRANT' });
    await recallPlacement(operator, placementId);
    const hold = await placeLegalHold(operator, debt.borrowerId);
    expect(await eraseBorrower(operator, debt.borrowerId)).toMatchObject({ __typename: 'Refusal', ruleId: 'ERASURE-NO-HOLD' });
    const shown = { borrower: { legalHolds: { edges: [{ node: { id: hold, basis: 'LEGAL_CLAIM', liftedAt: null } }] } } };
    for (const caller of [operator, regulator.knows(operator)]) expect(await caller.data(HOLDS, { id: debt.borrowerId })).toEqual(shown);
    await liftLegalHold(operator, hold);
    const before = await exported(debt.debtId);

    expect(await eraseBorrower(operator, debt.borrowerId)).toMatchObject({ __typename: 'Refusal', ruleId: 'ERASURE-NO-OPEN-DEBT' });
    const erased = await eraseBorrower(operator, debt.borrowerId, 'COURT_ORDER');
    expect(erased).toMatchObject({ __typename: 'BorrowerErased', pending: false });
    const gone = { borrower: { name: null, phones: null, erasure: { basis: 'COURT_ORDER', ledgerIndex: erased.ledgerIndex, erasedAt: expect.any(String) as string, erasurePending: expect.any(String) as string } } };
    expect(await operator.data(READ, { id: debt.borrowerId })).toMatchObject(gone);
    expect(await eraseBorrower(operator, debt.borrowerId)).toMatchObject({ __typename: 'Refusal', ruleId: 'ERASURE-ONCE' });

    expect(await verify(before)).toMatchObject({ outcome: 'verified', counts: { erased: 0, missing: 0 } });
    const sealed = (await verify(before)).counts.withheld['sealed']!;
    expect(sealed).toBeGreaterThan(0);
    for (const subjectId of [debt.debtId, debt.borrowerId]) {
      const report = await verify(await exported(subjectId));
      expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven' }, counts: { erased: sealed, missing: 0 } });
      expect(report.counts.withheld['sealed']).toBeUndefined();
    }
    expect(await verify(before)).toMatchObject({ outcome: 'verified' });

    const TRAIL = 'query ($id: ID!) { debt(id: $id) { trail(first: 20) { edges { node { type erasedBy } } } } }';
    const { debt: shownDebt } = await regulator.data<{ debt: { trail: { edges: { node: { type: string; erasedBy: number | null } }[] } } }>(TRAIL, { id: debt.debtId });
    const erasedBy = new Map(shownDebt.trail.edges.map(({ node }) => [node.type, node.erasedBy]));
    expect([erasedBy.get('debts.DebtRegistered'), erasedBy.get('debts.GrantOpened')]).toEqual([erased.ledgerIndex, null]);
  });

  it('knows no hold and no order of erasure outside the contracts of those concerned', async () => {
    const asPartner = await agency.ask(HOLDS, { id: debt.borrowerId });
    expect(asPartner.errors[0]?.extensions).toMatchObject({ code: 'BAD_INPUT' });
    const ERASE = 'mutation ($input: EraseBorrowerInput!) { eraseBorrower(input: $input) { __typename } }';
    for (const caller of [agency, regulator]) {
      const answer = await caller.ask(ERASE, { input: { clientKey: key(), borrowerId: debt.borrowerId, basis: 'PIPL_47' } });
      expect([answer.data, answer.errors[0]?.extensions?.['code']]).toEqual([null, 'BAD_INPUT']);
    }
  });

  it('the log holds every acknowledged step once and as documented', () => log.check());
});
