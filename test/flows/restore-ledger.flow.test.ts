/**
 * Older copies of the audit database restored under a hub, as a table: what the doctor names, that no hub starts on it, and that
 * after the way out nothing acknowledged is lost or there twice.
 */
import type { Client } from 'pg';
import { openLedgerSigner } from '../../audit/signer/ledger-signer';
import { AUDIT_DATABASE } from '../../audit/subgraph';
import { openWriter, receipts, submission } from '../audit/ledger-fixture';
import type { Caller } from '../support/caller';
import { RestoredHub } from '../support/restored-hub';
import { key, registerAgency, registerBorrower } from '../support/scenario';
import { witnessThatSaw } from '../support/seeing-witness';
import { testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const GRANT = 'mutation ($input: GrantStaffAuthorityInput!) { grantStaffAuthority(input: $input) { __typename ... on StaffAuthorityAccepted { ledgerIndex pending } } }';
const ROOMS_OF_ROWS = ['creditors', 'debts', 'agencies', 'borrowers'] as const;
const WHERE_SIGNED = `select (select min(next_index) from (${ROOMS_OF_ROWS.map((room) => `select next_index from ${room}.follower`).join(' union all ')}) rooms) >= head.size
  and (select max(size) from audit.checkpoint) = head.size as settled from audit.head`;

interface Granted {
  readonly grantStaffAuthority: { readonly ledgerIndex: number | null; readonly pending: boolean };
}

describe('a hub whose ledger was restored from an older copy', () => {
  const hub = testHub('one process');
  const restored = new RestoredHub(hub);
  const log = new WholeLog(hub.database);
  const acknowledged = new Map<string, number>();
  let admin: Client;
  let operator: Caller;

  async function grant(clientKey = key()): Promise<Granted['grantStaffAuthority']> {
    const input = { clientKey, staffSub: `staff-${clientKey}`, purposes: ['SERVICING'], categories: ['BALANCE'], scopes: [], until: '2027-06-01T00:00:00.000Z' };
    const { grantStaffAuthority } = await operator.data<Granted>(GRANT, { input });
    if (grantStaffAuthority.ledgerIndex !== null) acknowledged.set(clientKey, grantStaffAuthority.ledgerIndex);
    return grantStaffAuthority;
  }

  /** Everything is followed by every room and under a checkpoint. */
  const settled = (): Promise<void> => restored.until(async () => (await admin.query<{ settled: boolean }>(WHERE_SIGNED)).rows[0]!.settled);
  const latestNote = async (): Promise<string> => (await admin.query<{ note: string }>('select note from audit.checkpoint order by size desc limit 1')).rows[0]!.note;
  const sizeNow = async (): Promise<number> => Number((await admin.query<{ size: string }>('select size from audit.head')).rows[0]!.size);

  async function refusesToStart(because: RegExp): Promise<void> {
    const size = await sizeNow();
    await expect(hub.start()).rejects.toThrow(because);
    await hub.stop();
    expect(await sizeNow()).toBe(size);
  }

  async function checkAfterwards(): Promise<void> {
    expect(await grant()).toMatchObject({ pending: false });
    const size = await log.saidCount();
    for (const [clientKey, index] of acknowledged) expect(await grant(clientKey)).toMatchObject({ ledgerIndex: index });
    expect(await log.saidCount()).toBe(size);
    await log.check();
  }

  beforeAll(async () => {
    admin = await hub.database.admin();
    ({ operator } = await hub.creditor());
    await registerAgency(operator);
    await registerBorrower(operator);
  }, 90_000);

  const ALL = expect.arrayContaining(['LEDGER_BEHIND_ROOM creditors', ...ROOMS_OF_ROWS.map((room) => `FOLLOWER_AHEAD ${room}`), 'LEDGER_BEHIND_WITNESS witness witness.test/w']) as string[];
  const AFTER_A_FORK = expect.arrayContaining(['LEDGER_BEHIND_ROOM creditors', ...ROOMS_OF_ROWS.map((room) => `FOLLOWER_ELSEWHERE ${room}`), 'LEDGER_OTHER_THAN_WITNESSED witness witness.test/w']) as string[];
  const PARTLY = expect.arrayContaining(['LEDGER_BEHIND_CHECKPOINT audit', 'LEDGER_BEHIND_ROOM creditors']) as string[];

  it.each([
    ['all of it', false, false, ALL, /The ledger is not the one that the creditors room knows: it lacks its records \d+ to \d+, which have receipts \[LEDGER_BEHIND_ROOM\].*\n.*Restore a later backup of the audit database/],
    ['all of it, and appended to by a writer without rooms', false, true, AFTER_A_FORK, /The ledger is not the one that the creditors room knows/],
    ['all of it but the checkpoints', true, false, PARTLY, /The ledger lacks entries that a checkpoint of size \d+ covers/],
  ])('is told what it lacks and does not start: %s (fault: an older copy of the ledger is restored, persisted)', async (_what, keepsCheckpoints, isForked, codes, refusal) => {
    await settled();
    const { rows } = await admin.query<{ table: string }>(`select tablename as table from pg_tables where schemaname = 'audit' and tablename not in ('migration', 'checkpoint')`);
    const older = await restored.copyOf('audit', keepsCheckpoints ? rows.map(({ table }) => table) : undefined);
    for (let i = 0; i < 3; i += 1) await grant();
    await settled();
    const size = await sizeNow();
    await hub.stop();
    const newest = await restored.copyOf('audit');
    const witness = await witnessThatSaw(await latestNote(), (await openLedgerSigner(hub.config, false)).vkey);
    try {
      expect(await restored.doctor(witness.environment)).toEqual({ exitCode: 0, findings: [] });
      await older.restore();
      if (isForked) {
        const { writer } = await openWriter((await hub.database.open(AUDIT_DATABASE)).worker);
        while ((await sizeNow()) < size) receipts(await writer.append('debts', 'direct', [submission()], 5_000));
        await writer.close();
      }
      const { exitCode, findings } = await restored.doctor(witness.environment);
      expect(exitCode).toBe(1);
      expect(findings.map(({ code, where }) => `${code} ${where}`)).toEqual(codes);
      for (const { remedy } of findings) expect(remedy).toMatch(/[Rr]estore/);
      await refusesToStart(refusal);
      await newest.restore();
      expect(await restored.doctor(witness.environment)).toEqual({ exitCode: 0, findings: [] });
    } finally {
      await witness.stop();
    }
    await hub.start();
    await checkAfterwards();
  }, 60_000);

  it('while it works stops loudly, keeps what it is told meanwhile, and hands it over when the way out was taken', async () => {
    await settled();
    const older = await restored.copyOf('audit');
    await grant();
    await settled();
    const newest = await restored.copyOf('audit');
    await older.restore();
    const kept = key();
    expect(await grant(kept)).toMatchObject({ ledgerIndex: null, pending: true });
    expect(await (await fetch(`${hub.url}/readyz`)).json()).toMatchObject({ ready: false });
    await hub.stop();
    await newest.restore();
    await hub.start();
    await restored.until(async () => !(await grant(kept)).pending);
    await checkAfterwards();
  }, 60_000);
});
