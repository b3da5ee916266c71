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
    if (lost === null) await expect(history.assertWhole()).resolves.toBeUndefined();
    else await expect(history.assertWhole()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(history.alarms()).toHaveLength(lost === null ? 0 : 1);
    await history.stop();
  });

  it('takes commands while the ledger is away, and refuses them once it knows better', async () => {
    await restoredTo(2, 2);
    let isAway = true;
    const far: Ledger = { ...port, sentAfter: (after, limit) => (isAway ? Promise.reject(new HubError('LEDGER_UNAVAILABLE', 'The ledger gave no receipt.')) : port.sentAfter(after, limit)) };
    const history = new OwnHistory({ worker, ledger: far, diagnostics: testDiagnostics() });
    await expect(history.assertWhole()).resolves.toBeUndefined();
    isAway = false;
    await expect(history.assertWhole()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await history.stop();
  });
});
