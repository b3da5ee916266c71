/**
 * What an append with a receipt costs at many callers: the ledger with everything on, against the transaction per event that
 * one would write first, with a hash chain and without; all can be read by idempotency key and by stream. Interleaved rounds
 * on one database with its usual durability; medians.
 */
import { hash } from 'node:crypto';
import { Client, Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { openLedger, type OpenedLedger } from '../../audit/ledger-port';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { createLedger } from '../../audit/writer/create-ledger';
import { checkSubmission } from '../../audit/writer/intake';
import type { PreparedConfig } from '../../kernel/config';
import { migrateRoom } from '../../kernel/database/migrate';
import { openRoomDatabase } from '../../kernel/database/room-database';
import { openDiagnostics } from '../../kernel/diagnostics';
import type { Submission } from '../../kernel/ledger';
import { insertOutbox } from '../../kernel/outbox/outbox';
import { Receipts } from '../../kernel/outbox/receipts';
import { Relay } from '../../kernel/outbox/relay';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import { median, type BenchRow, type BenchTable } from './bench-table';
import { callersRun, type CallersRun } from './ledger-callers';
import { sampleSubmissions } from './ledger-submissions';

export interface LedgerBenchOptions {
  /** An empty database that the bench may fill, with durability as in production. */
  readonly config: PreparedConfig;
  readonly rounds?: number;
  readonly callers?: number;
  readonly events?: number;
}

interface Variant {
  readonly name: string;
  /** Of the round's events: slow variants need fewer for the same time. */
  readonly share: number;
  readonly append: (submission: Submission) => Promise<void>;
}

const DEADLINE_MS = 30_000;
const [NAIVE_RATIO, PLAIN_RATIO, P99_MS] = [5, 2, 50];
/** More connections made the naive variants slower: they wait for one row. */
const NAIVE_CONNECTIONS = 10;

const NAIVE_TABLES = `
  create schema naive;
  create table naive.head (singleton boolean primary key default true, size bigint not null, leaf_hash bytea not null);
  insert into naive.head (size, leaf_hash) values (0, decode(repeat('00', 32), 'hex'));
  create table naive.entry (index bigint primary key, event bytea not null, leaf_hash bytea not null, idempotency_key text not null unique, disclosures text not null);
  create table naive.entry_stream (stream text, index bigint, primary key (stream, index));
  create table naive.event (seq bigint generated always as identity primary key, event bytea not null, idempotency_key text not null unique, disclosures text not null);
  create table naive.event_stream (stream text, seq bigint, primary key (stream, seq));
`;

/** Every variant checks what it is given: the difference measured is the ledger, not the intake. */
function intakeOf(submission: Submission): Submission {
  const intake = checkSubmission('debts', 'direct', submission);
  if ('ok' in intake) throw new Error(intake.message);
  return submission;
}

async function appendChained(pool: Pool, submission: Submission): Promise<void> {
  const { event, idempotencyKey, disclosures, streams } = intakeOf(submission);
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query<{ size: string; leaf_hash: Buffer }>({ name: 'head', text: 'select size, leaf_hash from naive.head for update' });
    const head = rows[0]!;
    const leafHash = hash('sha256', Buffer.concat([head.leaf_hash, event]), 'buffer');
    await client.query({
      name: 'entry',
      text: `with entry as (insert into naive.entry (index, event, leaf_hash, idempotency_key, disclosures) values ($1, $2, $3, $4, $5) returning index)
        insert into naive.entry_stream (stream, index) select stream, index from entry, unnest($6::text[]) stream`,
      values: [head.size, event, leafHash, idempotencyKey, JSON.stringify(disclosures), streams],
    });
    await client.query({ name: 'move', text: 'update naive.head set size = size + 1, leaf_hash = $1', values: [leafHash] });
    await client.query('commit');
  } finally {
    client.release();
  }
}

async function appendPlain(pool: Pool, submission: Submission): Promise<void> {
  const { event, idempotencyKey, disclosures, streams } = intakeOf(submission);
  await pool.query({
    name: 'event',
    text: `with event as (insert into naive.event (event, idempotency_key, disclosures) values ($1, $2, $3) returning seq)
      insert into naive.event_stream (stream, seq) select stream, seq from event, unnest($4::text[]) stream`,
    values: [event, idempotencyKey, JSON.stringify(disclosures), streams],
  });
}

async function appendToLedger(ledger: OpenedLedger, submission: Submission): Promise<void> {
  const [result] = await ledger.ledgerFor('debts').append('direct', [submission], DEADLINE_MS);
  if (!result?.ok) throw new Error(`refused: ${result?.message}`);
}

const OUTBOX_ROOM = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;

interface OutboxPath {
  readonly append: Variant['append'];
  stop(): Promise<void>;
}

/** The whole way of a command's record: its own transaction, the relay, the ledger's receipt, and the receipt kept. */
async function openOutboxPath(config: PreparedConfig, ledger: OpenedLedger): Promise<OutboxPath> {
  await migrateRoom(config, OUTBOX_ROOM);
  const room = await openRoomDatabase({ ...config, database: { ...config.database, workerPoolSize: NAIVE_CONNECTIONS } }, OUTBOX_ROOM);
  const receipts = new Receipts(room.worker);
  const fail = (error: unknown): never => {
    throw error;
  };
  const relay = new Relay({ worker: room.worker, ledger: ledger.ledgerFor('debts'), receipts, history: { isBehind: () => Promise.resolve(false), compareNow: () => Promise.resolve(), saw: () => undefined }, reconsiderations: new Map(), onHalt: fail, onTrouble: fail });
  relay.start();
  return {
    async append(submission) {
      await insertOutbox(room.worker, [{ submission }]);
      receipts.recorded();
      if ((await receipts.await([submission.idempotencyKey], DEADLINE_MS)) === null) throw new Error('no receipt within the deadline');
    },
    async stop() {
      await relay.stop();
      await room.close();
    },
  };
}

function rowOf(name: string, runs: readonly CallersRun[], reference: number): BenchRow {
  const perSecond = median(runs.map((one) => one.perSecond));
  return { name, perSecond, p50Ms: median(runs.map((one) => one.p50Ms)), p99Ms: median(runs.map((one) => one.p99Ms)), ratio: perSecond / reference };
}

async function measure(variants: readonly Variant[], rounds: number, callers: number, events: number): Promise<BenchRow[]> {
  const runs = new Map<string, CallersRun[]>(variants.map(({ name }) => [name, []]));
  // The first round warms code and caches and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, share, append } of variants) {
      const result = await callersRun(append, sampleSubmissions(Math.ceil(events * share)), callers);
      if (round > 0) runs.get(name)?.push(result);
    }
  }
  const reference = median((runs.get(variants[0]?.name ?? '') ?? []).map((one) => one.perSecond));
  return [...runs].map(([name, all]) => rowOf(name, all, reference));
}

export async function ledgerBench({ config, rounds = 3, callers = 64, events = 20_000 }: LedgerBenchOptions): Promise<BenchTable> {
  await migrateRoom(config, AUDIT_DATABASE);
  const admin = new Client({ connectionString: config.database.url.reveal() });
  await admin.connect();
  await admin.query(NAIVE_TABLES);
  await admin.end();
  const naive = new Pool({ connectionString: config.database.url.reveal(), max: NAIVE_CONNECTIONS });
  const database = await openRoomDatabase({ ...config, database: { ...config.database, workerPoolSize: 8 } }, AUDIT_DATABASE);
  const signer = openSigningKey(createSigningKey(config.ledger.origin).secret);
  await createLedger(database.worker, { origin: config.ledger.origin, vkey: signer.vkey, now: new Date() });
  const ledger = await openLedger({ pool: database.worker, signer, checkpointIntervalMs: 1_000, diagnostics: openDiagnostics('silent') });
  const outbox = await openOutboxPath(config, ledger);
  try {
    const variants: Variant[] = [
      { name: 'naive: transaction per event, SELECT head FOR UPDATE', share: 0.2, append: (submission) => appendChained(naive, submission) },
      { name: 'no chain: one insert per transaction', share: 0.5, append: (submission) => appendPlain(naive, submission) },
      { name: 'ledger: receipts, tree, tiles, links, streams, checkpoints', share: 1, append: (submission) => appendToLedger(ledger, submission) },
      { name: 'outbox: own transaction, relay, ledger, receipt kept', share: 0.25, append: outbox.append },
    ];
    const rows = await measure(variants, rounds, callers, events);
    const [, plain, whole] = rows as [BenchRow, BenchRow, BenchRow];
    const notes = [
      `With everything on ${whole.ratio.toFixed(1)} times the naive chain (target ${NAIVE_RATIO}) and ${(whole.perSecond / plain.perSecond).toFixed(2)} times unchained inserts (target ${PLAIN_RATIO}); p99 ${whole.p99Ms.toFixed(0)} ms (target below ${P99_MS}).`,
    ];
    return { title: `Ledger appends with receipts, ${callers} callers`, reference: variants[0]!.name, rows, notes };
  } finally {
    await outbox.stop();
    await ledger.stop();
    await database.close();
    await naive.end();
  }
}
