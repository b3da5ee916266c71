/** Evidence from both sides through the gateway: an agency that signs what it received and what became of it, and who finds what is missing. */
import { Readable } from 'node:stream';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { newId } from '../../schema/ids';
import { ROOMS } from '../../schema/vocabulary';
import { STAFF_SCOPES } from '../../subgraphs/creditors/subgraph';
import { AgencySigner } from '../support/agency-signer';
import type { Caller } from '../support/caller';
import { key, place, qualifiedEngagement, recallPlacement, registerAgency, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const READ = 'query ($id: ID!) { debt(id: $id) { balance { minor } borrower { phones } } }';
const OPEN = `query { reconciliation {
  asOfIndex counts { shares sharesWithoutReceipt receiptsWithoutShare recallsWithoutAttestation refusals }
  sharesWithoutReceipt(first: 10) { edges { node { ledgerIndex payloadHash categories STATEMENT agency { id name } } } }
  recallsWithoutAttestation(first: 10) { edges { node { placement { id state } overdue } } }
} }`;
const ACKNOWLEDGE = `mutation ($input: AcknowledgeHandoversInput!) {
  acknowledgeHandovers(input: $input) { __typename ... on HandoverAcknowledged { ledgerIndex handover { receiptIndex } } ... on Refusal { ruleId } }
}`;
const ATTEST = `mutation ($input: AttestReturnOrDestructionInput!) {
  attestReturnOrDestruction(input: $input) { __typename ... on PlacementChanged { ledgerIndex placement { attestation { state signedBy } } } ... on Refusal { ruleId } }
}`;

interface Open {
  readonly reconciliation: {
    readonly counts: Record<string, number>;
    readonly sharesWithoutReceipt: { readonly edges: readonly { readonly node: { readonly ledgerIndex: number; readonly payloadHash: string; readonly statement: string } }[] };
    readonly recallsWithoutAttestation: { readonly edges: readonly { readonly node: unknown }[] };
  };
}

describe.each(MODES)('both sides of a handover, in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  const signer = new AgencySigner();
  const regulatorId = newId('regulator');
  let operator: Caller;
  let regulator: Caller;
  let agency: Caller;
  let agencyId: string;
  let debt: RegisteredDebt;
  let placementId: string;

  const openFor = async (caller: Caller): Promise<Open['reconciliation']> => (await caller.data<Open>(OPEN.replace('STATEMENT', caller === agency ? 'statement' : ''))).reconciliation;

  beforeAll(async () => {
    ({ operator } = await hub.creditor({ regulatorId }));
    agencyId = await registerAgency(operator);
    await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION', scopes: [...STAFF_SCOPES, 'agency-keys:write', 'exports:write'] });
    debt = await registerDebt(operator);
    placementId = await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
    const input = { clientKey: key(), publicKey: signer.pem, validUntil: new Date(Date.now() + 86_400_000).toISOString(), possession: signer.possession(agencyId) };
    await agency.data('mutation ($input: RegisterAgencyKeyInput!) { registerAgencyKey(input: $input) { __typename ... on AgencyKeyAccepted { ledgerIndex } } }', { input });
    regulator = (await hub.caller('REGULATOR', regulatorId)).knows(agency);
  });

  it('begins with shares that nobody has acknowledged: one for each room that released something', async () => {
    await agency.data(READ, { id: debt.debtId });
    for (const caller of [agency, operator.knows(agency), regulator.knows(agency)]) {
      const { counts, sharesWithoutReceipt } = await openFor(caller);
      expect(counts).toEqual({ shares: 2, sharesWithoutReceipt: 2, receiptsWithoutShare: 0, recallsWithoutAttestation: 0, refusals: 0 });
      expect(sharesWithoutReceipt.edges).toMatchObject([{ node: { categories: ['BALANCE'], agency: { id: agencyId } } }, { node: { categories: ['CONTACT'], agency: { id: agencyId } } }]);
    }
  });

  it('names each by the hash of its entry, which the agency can take from the entry itself', async () => {
    for (const { node } of (await openFor(agency)).sharesWithoutReceipt.edges) {
      const { entry } = await agency.data<{ entry: { leafHash: string } }>('query ($index: Int!) { entry(index: $index) { leafHash } }', { index: node.ledgerIndex });
      expect(Buffer.from(entry.leafHash, 'base64').toString('hex')).toBe(node.payloadHash);
    }
  });

  it('ends when the agency signs for them, and a receipt for something else is evidence of its own', async () => {
    const shares = (await openFor(agency)).sharesWithoutReceipt.edges.map(({ node }) => node);
    const receipts = shares.map(({ ledgerIndex, payloadHash, statement }) => ({ ledgerIndex, payloadHash, signature: signer.sign(statement) }));
    const wrong = { ledgerIndex: 0, payloadHash: 'e'.repeat(64) };
    const { acknowledgeHandovers } = await agency.data(ACKNOWLEDGE, { input: { clientKey: key(), handovers: [...receipts, wrong] } });
    expect(acknowledgeHandovers).toMatchObject([{ __typename: 'HandoverAcknowledged' }, { __typename: 'HandoverAcknowledged' }, { __typename: 'Refusal', ruleId: 'HANDOVER-SHARED' }]);
    for (const caller of [operator.knows(agency), regulator.knows(agency)]) {
      await caller.until('query { reconciliation { counts { sharesWithoutReceipt receiptsWithoutShare refusals } } }', {}, (data) => {
        const { counts } = data['reconciliation'] as Open['reconciliation'];
        return counts['sharesWithoutReceipt'] === 0 && counts['receiptsWithoutShare'] === 1 && counts['refusals'] === 1;
      });
    }
  });

  it('asks after a recall what became of the data, until the agency attests it under its key', async () => {
    await recallPlacement(operator, placementId);
    expect((await openFor(regulator.knows(operator))).recallsWithoutAttestation.edges).toMatchObject([{ node: { placement: { id: placementId, state: 'RECALLED' }, overdue: false } }]);
    const statement = `{"agencyId":"${agencyId}","basis":null,"evidenceHash":null,"method":"DESTROYED","placementId":"${placementId}","retainedUntil":null,"statement":"RETURN_OR_DESTRUCTION","v":1}`;
    const attest = async (signature: string | null) => (await agency.data(ATTEST, { input: { clientKey: key(), placementId, method: 'DESTROYED', signature } }))['attestReturnOrDestruction'];
    expect(await attest(null)).toMatchObject({ ruleId: 'SIGNATURE-GIVEN' });
    expect(await attest(new AgencySigner().sign(statement, { alg: 'EdDSA', kid: signer.thumbprint }))).toMatchObject({ ruleId: 'SIGNATURE-VERIFIES' });
    expect(await attest(signer.sign(statement))).toMatchObject({ placement: { attestation: { state: 'ATTESTED', signedBy: signer.thumbprint } } });
    expect((await openFor(regulator.knows(agency))).recallsWithoutAttestation.edges).toEqual([]);
  });

  it('is proven offline from the export that the agency takes home: every receipt and attestation under its own key', async () => {
    const { requestExport } = await agency.data<{ requestExport: { export: { id: string } } }>('mutation ($input: RequestExportInput!) { requestExport(input: $input) { ... on ExportRequested { export { id } } } }', { input: { clientKey: key(), subjectId: agencyId } });
    const { id } = requestExport.export;
    await agency.until('query ($id: ID!) { export(id: $id) { state } }', { id }, (answer) => (answer['export'] as { state: string }).state === 'READY');
    const response = await fetch(`${hub.url}/exports/${id}`, { headers: { authorization: `Bearer ${agency.token}` } });
    const report = await verifyBundle(Readable.from([Buffer.from(await response.arrayBuffer())]), { vkey: (await log.entries())[0]!.facts['vkey'] as string });
    expect(report).toMatchObject({ outcome: 'verified', agencies: { state: 'proven', reasons: [{ code: 'AGENCY_SIGNATURES_HOLD', got: '3' }], statements: { signed: 3, unsigned: 0, violations: 0 } } });
  });

  it('comes with the age of every outbox and follower and the size of the ledger, measured by the process that has it', async () => {
    const places = mode === 'one process' ? [hub.url] : ROOMS.map((room) => `http://${hub.config.roomHost}:${hub.config.rooms[room].port}`);
    const texts = await Promise.all(places.map(async (place) => (await fetch(`${place}/metrics`)).text()));
    for (const measure of ['outbox_age_seconds', 'follower_age_seconds']) {
      const measured = texts.flatMap((text) => [...text.matchAll(new RegExp(`^cession_${measure}\\{room="(\\w+)"\\} \\d`, 'gm'))].map(([, room]) => room));
      expect(measured.sort()).toEqual([...ROOMS].sort());
    }
    expect(texts.flatMap((text) => [...text.matchAll(/^cession_ledger_size_entries [1-9]\d*$/gm)])).toHaveLength(1);
    expect(await (await fetch(`${hub.url}/readyz`)).json()).toEqual({ ready: true, reasons: [], alarms: [] });
  });

  const OUTBOXES = `query { reconciliation { asOfIndex ${ROOMS.map((room) => `${room}Outbox { oldestSeconds overdue }`).join(' ')} } }`;

  it('tells staff, and nobody else, how long each room has kept a record from the ledger', async () => {
    const { reconciliation } = await operator.data<{ reconciliation: Record<string, unknown> }>(OUTBOXES);
    for (const room of ROOMS) expect(reconciliation[`${room}Outbox`]).toEqual({ oldestSeconds: 0, overdue: false });
    for (const caller of [agency, regulator]) expect((await caller.ask(OUTBOXES)).errors?.[0]).toMatchObject({ message: expect.stringContaining('Cannot query field') as string, extensions: { code: 'BAD_INPUT' } });
  });

  // Where every room is a process of its own, the audit room that answers is away with the ledger.
  if (mode === 'one process') {
    it('calls a record overdue that has waited for more than a minute, in the room that has it', async () => {
      const admin = await hub.database.admin();
      await admin.query(`create function debts.long_ago() returns trigger language plpgsql as $$ begin new.recorded_at := now() - interval '90 seconds'; return new; end $$`);
      await admin.query('create trigger long_ago before insert on debts.outbox for each row execute function debts.long_ago()');
      await hub.whileLedgerIsAway(async () => {
        const input = { clientKey: key(), borrowerId: debt.borrowerId, reference: 'R-waiting', product: 'CREDIT_CARD', region: 'TW', currency: 'TWD', components: { principal: 1, interest: 0, fee: 0 }, daysPastDue: 60, asOf: new Date().toISOString().slice(0, 10) };
        const { registerDebt: registered } = await operator.data<{ registerDebt: object }>('mutation ($input: RegisterDebtInput!) { registerDebt(input: $input) { __typename ... on DebtRegistered { pending } } }', { input });
        expect(registered).toEqual({ __typename: 'DebtRegistered', pending: true });
        const { reconciliation } = await operator.data<{ reconciliation: Record<string, { oldestSeconds: number; overdue: boolean }> }>(OUTBOXES);
        expect(ROOMS.filter((room) => reconciliation[`${room}Outbox`]!.overdue)).toEqual(['debts']);
        expect(reconciliation['debtsOutbox']!.oldestSeconds).toBeGreaterThanOrEqual(90);
      });
      await admin.query('drop trigger long_ago on debts.outbox');
      await admin.query('drop function debts.long_ago()');
    });
  }

  it('is not the business of borrowers: the report does not exist for them', async () => {
    const borrower = await hub.caller('BORROWER', newId('person'));
    expect((await borrower.ask('query { reconciliation { asOfIndex } }')).errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
  });

  it('leaves a log that holds every acknowledged step once and as documented', () => log.check());
});
