/** `cession reconcile` beside a hub at work: what is open, where it stands, and an exit code that a script can act on. */
import { ROOMS } from '../../schema/vocabulary';
import { key, place, qualifiedEngagement, recallPlacement, registerAgency, registerBorrower, registerDebt, signAgreement } from '../support/scenario';
import type { Caller } from '../support/caller';
import { testHub } from '../support/test-hub';
import { currentRun } from '../support/test-run';
import { runCli } from './run-cli';

const READ = 'query ($id: ID!) { debt(id: $id) { balance { minor } } }';
const ACKNOWLEDGE = 'mutation ($input: AcknowledgeHandoversInput!) { acknowledgeHandovers(input: $input) { __typename } }';

interface Result {
  readonly asOfIndex: number;
  readonly size: number;
  readonly counts: Record<string, number>;
  readonly sharesWithoutReceipt: readonly { readonly index: number; readonly agencyId: string; readonly payloadHash: string }[];
  readonly receiptsWithoutShare: readonly { readonly fault: string; readonly shareIndex: number }[];
  readonly recallsWithoutAttestation: readonly { readonly placementId: string }[];
  readonly outboxes: readonly { readonly room: string; readonly seconds: number; readonly overdue: boolean }[];
}

describe('cession reconcile', () => {
  const hub = testHub('one process');
  let agency: Caller;
  let operator: Caller;
  let agencyId: string;
  let placementId: string;
  let shared: number;

  const reconcile = (arguments_: readonly string[] = [], language?: 'en' | 'zh') => {
    const { home, database } = hub.config;
    const env = { CESSION_HOME: home, CESSION_MASTER_KEY: currentRun().masterKey, DATABASE_URL: database.url.reveal(), LOG_LEVEL: 'silent' };
    return runCli(['reconcile', ...arguments_], { env, ...(language === undefined ? {} : { language }) });
  };

  /** Asked again until the audit room has followed what the callers have seen. */
  async function result(): Promise<Result & { readonly exitCode: number }> {
    for (;;) {
      const { exitCode, out } = await reconcile(['--json']);
      const read = JSON.parse(out) as Result;
      if (read.asOfIndex + 1 === read.size && read.asOfIndex >= shared) return { ...read, exitCode };
    }
  }

  beforeAll(async () => {
    ({ operator } = await hub.creditor());
    agencyId = await registerAgency(operator);
    await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION' });
    const debt = await registerDebt(operator);
    placementId = await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
    shared = (await agency.ask(READ, { id: debt.debtId })).ledgerIndex;
    await recallPlacement(operator, placementId);
  });

  it('lists what is open by its place, and is content while nothing is overdue', async () => {
    const read = await result();
    expect(read).toMatchObject({
      exitCode: 0,
      counts: { shares: 1, sharesWithoutReceipt: 1, sharesOverdue: 0, receiptsWithoutShare: 0, recallsWithoutAttestation: 1, recallsOverdue: 0 },
      sharesWithoutReceipt: [{ index: shared, agencyId }],
      recallsWithoutAttestation: [{ placementId }],
    });
    expect(read.outboxes.map(({ room }) => room).sort()).toEqual([...ROOMS].sort());
    expect(read.outboxes.filter(({ overdue }) => overdue)).toEqual([]);
  });

  it('says the same to people, in English and in Chinese', async () => {
    const english = await reconcile();
    expect(english).toMatchObject({ exitCode: 0, err: '' });
    for (const text of ['shares without receipt', 'recalls without attestation', 'Nothing is overdue.', placementId, String(shared)]) expect(english.out).toContain(text);
    const chinese = await reconcile(['--language', 'zh']);
    for (const text of ['未签收的移交', '收回后未证明返还或销毁', '没有逾期事项。', placementId]) expect(chinese.out).toContain(text);
  });

  it('exits 1 once an agency claims what was never handed to it', async () => {
    await agency.data(ACKNOWLEDGE, { input: { clientKey: key(), handovers: [{ ledgerIndex: 0, payloadHash: 'a'.repeat(64) }] } });
    await operator.knows(agency).until('query { reconciliation { counts { receiptsWithoutShare } } }', {}, (data) => JSON.stringify(data).includes('"receiptsWithoutShare":1'));
    const read = await result();
    expect(read).toMatchObject({ exitCode: 1, counts: { receiptsWithoutShare: 1, refusals: 1 }, receiptsWithoutShare: [{ fault: 'NO_SHARE', shareIndex: 0 }] });
    expect((await reconcile()).out).toContain('Something is overdue or does not match');
  });

  it('names the room whose records have waited for the ledger for too long', async () => {
    await hub.whileLedgerIsAway(async () => {
      await registerBorrower(operator);
      const admin = await hub.database.admin();
      await admin.query(`update borrowers.outbox set recorded_at = recorded_at - interval '2 minutes'`);
      const { exitCode, out } = await reconcile(['--json']);
      expect([exitCode, (JSON.parse(out) as Result).outboxes.filter(({ overdue }) => overdue).map(({ room }) => room)]).toEqual([1, ['borrowers']]);
    });
    for (let waits = true; waits; ) waits = (await result()).outboxes.some(({ overdue }) => overdue);
  });
});
