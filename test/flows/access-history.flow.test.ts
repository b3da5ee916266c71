/** Access recomputed offline from exports that a hub made of what went through it: the same answers that the hub gave at the time. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AccessHistory, type AccessReport } from '../../audit/access/access-history';
import type { AccessRow } from '../../audit/access/access-table';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE, openLedgerSigner, writeExport } from '../../audit/subgraph';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import type { Caller } from '../support/caller';
import { moveEngagement, place, qualifiedEngagement, recallPlacement, registerAgency, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const PHONES = 'query ($id: ID!) { debt(id: $id) { balance { minor } borrower { phones } } }';

describe('from the exports of a hub', () => {
  const hub = testHub('one process');
  const log = new WholeLog(hub.database);
  const moments: Record<'placed' | 'suspended' | 'reinstated' | 'recalled', string> = { placed: '', suspended: '', reinstated: '', recalled: '' };
  let folder: string;
  let agencyId: string;
  let operator: Caller;
  let agency: Caller;
  let debt: RegisteredDebt;

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-access-'));
    const regulatorId = newId('regulator');
    ({ operator } = await hub.creditor({ regulatorId }));
    agencyId = await registerAgency(operator);
    const engagementId = await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION' });
    debt = await registerDebt(operator);
    const regulator = await hub.caller('REGULATOR', regulatorId, { purpose: 'SUPERVISION' });
    const read = async (caller: Caller, purpose?: string): Promise<unknown> => (await caller.knows(operator).knows(agency).ask(PHONES, { id: debt.debtId }, purpose === undefined ? {} : { purpose })).data?.['debt'];
    const placementId = await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
    expect(await read(agency)).not.toBeNull();
    expect(await read(operator, 'SERVICING')).not.toBeNull();
    expect(await read(regulator)).not.toBeNull();
    moments.placed = await now();
    await moveEngagement(operator, 'suspend', engagementId);
    moments.suspended = await now();
    await read(agency);
    await moveEngagement(operator, 'reinstate', engagementId);
    moments.reinstated = await now();
    await read(agency);
    await recallPlacement(operator, placementId);
    moments.recalled = await now();
    await read(agency);
    await signed(await log.size());
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  /** An export stands on the latest checkpoint, which comes at an interval: waits until one covers so many entries. */
  async function signed(size: number): Promise<void> {
    const { worker } = await hub.database.open(AUDIT_DATABASE);
    const covers = async (): Promise<boolean> => (await worker.query('select 1 from checkpoint where size >= $1', [size])).rows.length > 0;
    while (!(await covers())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** When the last entry so far was recorded. */
  const now = async (): Promise<string> => (await log.entries()).at(-1)!.parsed.recordedAt;

  async function reported(stream: StreamName | null, at: string, asked: string): Promise<AccessReport> {
    const signer = await openLedgerSigner(hub.config, false);
    const pool = (await hub.database.open(AUDIT_DATABASE)).worker;
    const order = { stream, from: null, until: null, mandate: null, requestedBy: null };
    const { file } = await writeExport({ pool, signer, policy: null, clock: () => new Date() }, order, path.join(folder, 'export.cession'));
    const history = new AccessHistory({ at, stream: asked });
    return history.addTo(await verifyBundle(file, { vkey: signer.vkey, watch: history }));
  }
  const grantOf = ({ access }: AccessReport): AccessRow | undefined => access.table!.rows.find(({ kind }) => kind === 'GRANT');

  it('every disclosure stood on an open right of the reader', async () => {
    const { outcome, access, size } = await reported(null, moments.placed, `borrower:${debt.borrowerId}`);
    const items = (await log.entries()).slice(0, size!).filter(({ type }) => type.endsWith('.DataDisclosed')).flatMap((entry) => entry.items);
    expect(items.length).toBeGreaterThanOrEqual(4);
    expect({ outcome, state: access.state, ...access.disclosures }).toEqual({ outcome: 'verified', state: 'proven', covered: items.length, notDecidable: 0, violations: 0 });
  });

  it.each([
    ['placed', 'open', null],
    ['suspended', 'shut', 'RELEASE-ENGAGEMENT-QUALIFIED'],
    ['reinstated', 'open', null],
    ['recalled', 'shut', 'CLOSED'],
  ] as const)('once the debt was %s, the agency found it %s', async (moment, access, reason) => {
    for (const asked of [`borrower:${debt.borrowerId}`, `agency:${agencyId}`]) {
      expect(grantOf(await reported(null, moments[moment], asked))).toMatchObject({ holder: agencyId, debtId: debt.debtId, borrowerId: debt.borrowerId, access, reason });
    }
  });

  it("the borrower's own export alone leaves open what stands elsewhere", async () => {
    const report = await reported(`borrower:${debt.borrowerId}`, moments.placed, `borrower:${debt.borrowerId}`);
    expect(report).toMatchObject({ outcome: 'verified', access: { state: 'not proven', disclosures: { covered: 0, violations: 0 }, table: { notDecidable: ['AUTHORITY', 'MANDATE'] } } });
    expect(grantOf(report)).toMatchObject({ access: 'not decidable', reason: 'NOT_IN_EXPORT' });
    expect(grantOf(await reported(`borrower:${debt.borrowerId}`, moments.recalled, `borrower:${debt.borrowerId}`))).toMatchObject({ access: 'shut', reason: 'CLOSED' });
  });
});
