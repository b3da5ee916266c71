/**
 * Faults of the relay as a table: killed before or after each statement it runs and each hand-over to the ledger. After
 * every one a new relay goes on, and each record is in the ledger exactly once, in the order of its commits, without a gap.
 */
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../../audit/definition';
import { parseEntry } from '../../../audit/log/entry';
import type { OpenedLedger } from '../../../audit/ledger-port';
import type { RoomDatabase } from '../../../kernel/database/room-database';
import { composeSubmission } from '../../../kernel/event-draft';
import type { Ledger, Submission } from '../../../kernel/ledger';
import { insertOutbox } from '../../../kernel/outbox/outbox';
import { Receipts } from '../../../kernel/outbox/receipts';
import { Relay } from '../../../kernel/outbox/relay';
import { roomStanding } from '../../../kernel/room-standing';
import { roomTables } from '../../../kernel/room-tables';
import { newId } from '../../../schema/ids';
import { testDatabase } from '../../support/test-database';
import { openTestLedger } from '../../support/test-ledger';

const DEBTS = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;
const database = testDatabase(AUDIT_DATABASE, DEBTS);
let ledger: OpenedLedger;
let debts: RoomDatabase;

beforeAll(async () => {
  ledger = await openTestLedger(database);
  debts = await database.open(DEBTS);
});

const RECORDS = 5;

async function recordAll(note: string): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < RECORDS; i++) {
    const creditorId = newId('creditor');
    const submission = composeSubmission(
      { type: 'debts.PortfolioImported', typeVersion: 1, retention: 'OPERATION', actor: null, occurredAt: new Date(), facts: { note, i }, hidden: { creditorId }, streams: [`creditor:${creditorId}`] },
      null,
    );
    await insertOutbox(debts.worker, [{ submission }]);
    ids.push(submission.idempotencyKey);
  }
  return ids;
}

class Killed extends Error {}

/** Counts everything the relay does; dies at the given step, before or after it took effect. */
class Executioner {
  private step = 0;

  constructor(
    private readonly dieAt: number,
    private readonly persisted: boolean,
  ) {}

  get isOver(): boolean {
    return this.step > this.dieAt;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.step++;
    if (mine > this.dieAt) throw new Killed('a dead process does nothing more');
    if (mine < this.dieAt) return work();
    if (this.persisted) await work();
    throw new Killed(`killed at step ${mine}`);
  }
}

function mortal(executioner: Executioner): { worker: Pool; port: Ledger } {
  const port = ledger.ledgerFor('debts');
  const worker = { query: (...given: unknown[]) => executioner.run(() => (debts.worker.query as (...q: unknown[]) => Promise<unknown>)(...given)) } as unknown as Pool;
  return { worker, port: { ...port, append: (...given) => executioner.run(() => port.append(...given)) } };
}

const WHOLE = { isBehind: () => Promise.resolve(false), compareNow: () => Promise.resolve(), saw: () => undefined };

async function runRelay(worker: Pool, port: Ledger, until: () => Promise<boolean>): Promise<Error | null> {
  let halted: Error | null = null;
  const relay = new Relay({ worker, ledger: port, receipts: new Receipts(debts.worker), history: WHOLE, reconsiderations: new Map(), onHalt: (error) => (halted = error), onTrouble: () => undefined });
  relay.start();
  while (halted === null && !(await until())) await new Promise((resolve) => setTimeout(resolve, 2));
  await relay.stop();
  return halted;
}

async function isDelivered(): Promise<boolean> {
  const { rows } = await debts.worker.query<{ open: number }>('select count(*) as open from outbox where id not in (select outbox_id from delivery)');
  return rows[0]!.open === 0;
}

async function eventIdsInLedger(note: string): Promise<string[]> {
  const { entries } = await ledger.ledgerFor('audit').read(0, 10_000, 0);
  const parsed = entries.map((entry) => parseEntry(entry.bytes));
  const own = parsed.filter(({ source }) => source === 'debts');
  expect(own.map(({ sourceSeq }) => sourceSeq)).toEqual(own.map((_entry, i) => i + 1));
  return own.filter(({ event }) => event.facts['note'] === note).map(({ event }) => event.id);
}

/** A relay first sees whose outbox it is. One hand-over is: read and number what is due, append, keep the answers; then it looks again. */
const STEPS = ['see whose outbox it is', 'number what is due', 'append', 'keep the answers', 'look again'];
const CASES = STEPS.flatMap((step, at) => [
  { step, at, fate: 'before it took effect', persisted: false, fault: '(fault: the relay dies between, not persisted)' },
  { step, at, fate: 'after it took effect', persisted: true, fault: '(fault: the relay dies between, persisted)' },
]);

describe('a relay killed at any step loses nothing and sends nothing twice', () => {
  it.each(CASES)('$step, $fate $fault', async ({ step, at, persisted }) => {
    const note = `${step} ${persisted}`;
    const ids = await recordAll(note);
    const executioner = new Executioner(at, persisted);
    const dying = mortal(executioner);
    await runRelay(dying.worker, dying.port, async () => executioner.isOver);
    expect(await runRelay(debts.worker, ledger.ledgerFor('debts'), isDelivered)).toBeNull();
    expect(await eventIdsInLedger(note)).toEqual(ids);
  });

  it('is harmless beside another one that has lost its lease unawares (fault: the relay delivers twice, persisted)', async () => {
    const ids = await recordAll('two relays');
    const both = [1, 2].map(() => runRelay(debts.worker, ledger.ledgerFor('debts'), isDelivered));
    expect(await Promise.all(both)).toEqual([null, null]);
    expect(await eventIdsInLedger('two relays')).toEqual(ids);
  });

  it('changes nothing by a hand-over that arrives again behind later ones, or before earlier ones (fault: the relay delivers out of order, not persisted)', async () => {
    const port = ledger.ledgerFor('debts');
    const handedOver: Submission[][] = [];
    const recording: Ledger = { ...port, append: (channel, submissions, deadlineMs) => (handedOver.push([...submissions]), port.append(channel, submissions, deadlineMs)) };
    const ids = await recordAll('early');
    expect(await runRelay(debts.worker, recording, isDelivered)).toBeNull();
    const later = await recordAll('late');
    expect(await runRelay(debts.worker, recording, isDelivered)).toBeNull();
    const again = await port.append('outbox', handedOver[0]!, 5_000);
    expect(again.map((result) => result.ok && result.duplicate)).toEqual(handedOver[0]!.map(() => true));
    const [last] = handedOver.at(-1)!.slice(-1);
    const ahead = { ...last!, idempotencyKey: newId('event'), sourceSeq: last!.sourceSeq! + 2 };
    expect(await port.append('outbox', [ahead], 5_000)).toMatchObject([{ ok: false }]);
    expect([await eventIdsInLedger('early'), await eventIdsInLedger('late')]).toEqual([ids, later]);
  });

  it('halts and says so when its outbox was restored from a dump of another cluster', async () => {
    const { rows } = await debts.worker.query<{ last_xid: string }>('select last_xid from relay');
    await debts.worker.query(`update relay set last_xid = '9999999999999'`);
    const halted = await runRelay(debts.worker, ledger.ledgerFor('debts'), async () => false);
    await debts.worker.query('update relay set last_xid = $1::xid8', [rows[0]!.last_xid]);
    expect(halted?.message).toMatch(/the outbox of debts was restored from a dump of another cluster/);
  });

  it('halts and says so when the ledger has other content under its number', async () => {
    const [first, second] = await recordAll('altered');
    expect(await runRelay(debts.worker, ledger.ledgerFor('debts'), isDelivered)).toBeNull();
    await debts.worker.query('update outbox set event_id = $2, event = (select event from outbox where event_id = $2) where event_id = $1', [first, second]);
    await debts.worker.query('delete from delivery where outbox_id >= (select id from outbox where record_id = $1)', [first]);
    await debts.worker.query(
      'update relay set (last_seq, last_xid, last_id) = (select last_seq - $2, xid, id - 1 from outbox where record_id = $1)',
      [first, RECORDS],
    );
    const halted = await runRelay(debts.worker, ledger.ledgerFor('debts'), isDelivered);
    expect(halted?.message).toMatch(/refused outbox record \d+ of debts: (CONFLICT|INVALID)/);
  });
});
