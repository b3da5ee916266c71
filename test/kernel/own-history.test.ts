/** A room that compares itself with the ledger when it opens: what counts as lost, what only as under way, and what it still does. */
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import type { OpenedLedger } from '../../audit/ledger-port';
import { HubError } from '../../kernel/errors';
import type { Ledger, Submission } from '../../kernel/ledger';
import { firstLostRecord } from '../../kernel/outbox/own-records';
import { insertOutbox } from '../../kernel/outbox/outbox';
import { OwnHistory } from '../../kernel/own-history';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import { receipts, submission } from '../audit/ledger-fixture';
import { testDatabase } from '../support/test-database';
import { openTestLedger, testDiagnostics } from '../support/test-ledger';

const DEBTS = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;
const COUNT = 6;

describe('a room that opens', () => {
  const database = testDatabase(AUDIT_DATABASE, DEBTS);
  let ledger: OpenedLedger;
  let worker: Pool;
  let port: Ledger;
  let sent: readonly Submission[];

  beforeAll(async () => {
    ledger = await openTestLedger(database);
    worker = (await database.open(DEBTS)).worker;
    port = ledger.ledgerFor('debts');
    sent = Array.from({ length: COUNT }, () => submission());
    await insertOutbox({ query: (sql, values) => worker.query(sql, [...values]) }, sent.map((one) => ({ submission: one })));
    receipts(await port.append('outbox', sent.map((one, i) => ({ ...one, sourceSeq: i + 1 })), 5_000));
  });

  /** As if the relay had kept the answers to so many records, and the rows of later ones were lost from `keptRows` on. */
  async function restoredTo(delivered: number, keptRows: number): Promise<void> {
    const admin = await database.admin();
    await admin.query('set search_path = debts; create table if not exists all_records as table outbox');
    await admin.query('delete from outbox');
    await admin.query('insert into outbox overriding system value select * from all_records order by id limit $1', [keptRows]);
    await admin.query('update relay set last_seq = $1, (last_xid, last_id) = (select coalesce(max(xid::text), $2)::xid8, coalesce(max(id), 0) from (select xid, id from all_records order by id limit $1) kept)', [delivered, '0']);
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it.each([
    ['knows every answer', COUNT, COUNT, null],
    ['sent everything and kept no answer', 0, COUNT, null],
    ['died between two answers', 3, COUNT, null],
    ['lost its last record', COUNT - 1, COUNT - 1, COUNT],
    ['lost all but the first records', 2, 2, 3],
    ['lost everything', 0, 0, 1],
    ['lost what it had sent and kept no answer to', 2, 4, 5],
  ])('and %s finds what it lacks', async (_what, delivered, keptRows, lost) => {
    await restoredTo(delivered, keptRows);
    const found = await firstLostRecord(worker, (after, limit) => port.sentAfter(after, limit));
    expect(found?.seq ?? null).toBe(lost);
    if (lost !== null) expect(found?.eventId).toBe(sent[lost - 1]?.idempotencyKey);
    const history = new OwnHistory({ worker, ledger: port, diagnostics: testDiagnostics() });
    expect(await history.refusal()).toEqual(lost === null ? null : expect.objectContaining({ ruleId: 'ROOM-WHOLE', remedy: expect.stringContaining('same clientKey') as string }));
    expect(history.alarms()).toHaveLength(lost === null ? 0 : 1);
    await history.stop();
  });

  it('takes commands while the ledger is away, and refuses them once it knows better', async () => {
    await restoredTo(2, 2);
    let isAway = true;
    const far: Ledger = { ...port, sentAfter: (after, limit) => (isAway ? Promise.reject(new HubError('LEDGER_UNAVAILABLE', 'The ledger gave no receipt.')) : port.sentAfter(after, limit)) };
    const history = new OwnHistory({ worker, ledger: far, diagnostics: testDiagnostics() });
    expect(await history.isBehind()).toBe(false);
    isAway = false;
    await until(() => history.isBehind());
    await history.stop();
  });

  it('refuses from the moment it is restored while it works, also while the ledger is away, and takes commands again when it is whole', async () => {
    await restoredTo(COUNT, COUNT);
    let isAway = false;
    const far: Ledger = { ...port, sentAfter: (after, limit) => (isAway ? Promise.reject(new HubError('LEDGER_UNAVAILABLE', 'The ledger gave no receipt.')) : port.sentAfter(after, limit)) };
    const history = new OwnHistory({ worker, ledger: far, diagnostics: testDiagnostics() });
    expect(await history.isBehind()).toBe(false);
    isAway = true;
    await restoredTo(2, 2);
    expect(await history.isBehind()).toBe(true);
    expect(history.alarms()).toEqual([expect.stringMatching(/^the database is older than the ledger: record 3 is not in it/)]);
    isAway = false;
    await history.compareNow();
    expect(history.alarms()).toEqual([expect.stringMatching(/record 3 \(entry \d+\) is not in it/)]);
    await restoredTo(COUNT, COUNT);
    await until(async () => !(await history.isBehind()));
    expect(history.alarms()).toEqual([]);
    await history.stop();
  });

  it('only reads while it lacks something outside its tables, and says what', async () => {
    await restoredTo(COUNT, COUNT);
    let missing: string | null = 'the key store is older than the room';
    const history = new OwnHistory({ worker, ledger: port, diagnostics: testDiagnostics(), missing: () => Promise.resolve(missing) });
    expect(await history.refusal()).toMatchObject({ ruleId: 'ROOM-WHOLE' });
    expect(history.alarms()).toEqual([missing]);
    missing = null;
    await history.compareNow();
    expect(await history.refusal()).toBeNull();
    await history.stop();
  });
});
