/**
 * What a large ledger costs that a small one does not: appends at 64 callers, inclusion and stream-head proofs, a new follower that
 * reads all of it and, when asked for, the export of all of it. Fills the log through its own writer, so the sizes are those of a
 * log that was lived in.
 *
 * Measured on two cores at 5,000,000 entries: appends at 0.87 of the rate at 50,000, an inclusion proof in 1.2 ms (p99 8 ms, with its tiles
 * read from the database), the proof of a stream's end in 0.4 ms, a new follower at 27,700 entries a second. At 1,000,000: 0.98 and, in another
 * run, 0.86; the export of all of it (3.4 GB with its report) took 77 s, 90 µs of processor an entry and at most 283 MiB.
 */
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { openLedger, type OpenedLedger } from '../../audit/ledger-port';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { proveHeads } from '../../audit/reader/prove-heads';
import { proveInclusions } from '../../audit/reader/tree-reader';
import { createLedger } from '../../audit/writer/create-ledger';
import type { PreparedConfig } from '../../kernel/config';
import { migrateRoom } from '../../kernel/database/migrate';
import { openRoomDatabase } from '../../kernel/database/room-database';
import { openDiagnostics } from '../../kernel/diagnostics';
import { Follower } from '../../kernel/follower/follower';
import { withStanding } from '../../kernel/follower/standing.follower';
import { openKeyStoreRoom } from '../../kernel/key-store-room';
import type { Submission } from '../../kernel/ledger';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import { KEY_STORE_DATABASE, type KeyStore } from '../../kernel/vault/key-store';
import type { StreamName } from '../../schema/vocabulary';
import type { BenchRow, BenchTable } from './bench-table';
import { callersRun, waitsOf, type CallersRun } from './ledger-callers';
import { sampleSubmissions } from './ledger-submissions';
import { exportNote, exportRows, measureStoredExport, type StoredExport } from './stored-export';

export interface ScaleBenchOptions {
  /** An empty database that the bench may fill, with durability as in production. */
  readonly config: PreparedConfig;
  /** Of the large ledger. */
  readonly entries?: number;
  /** Whether its export is measured: a file of some 3 GB for each million entries. */
  readonly exports?: boolean;
  readonly report: (line: string) => void;
}

const SMALL = 50_000;
const MEASURED = 20_000;
const CALLERS = 64;
const DEADLINE_MS = 60_000;
/** Of one call while filling, and how many calls at once. */
const [FILL_CHUNK, FILL_CALLS] = [256, 4];
const PROOFS = 300;
const [SAME_RATE, PROOF_MS, REPLAY_MINUTES] = [0.85, 3, 10];
const FOLLOWER_ROOM = { room: 'agencies', rows: [], migrations: [roomTables('agencies'), roomStanding('agencies')] } as const;

class ScaleBench {
  private readonly streams: StreamName[] = [];
  private size = 1;

  constructor(
    private readonly ledger: OpenedLedger,
    private readonly pool: Pool,
    private readonly keyStore: KeyStore,
    private readonly report: (line: string) => void,
  ) {}

  /** Through the writer, in large calls, until the log has this many entries. */
  async fill(target: number): Promise<void> {
    let said = performance.now();
    const filler = async (): Promise<void> => {
      while (this.size < target) {
        const submissions = sampleSubmissions(Math.min(FILL_CHUNK, target - this.size));
        this.size += submissions.length;
        if (this.streams.length < PROOFS || randomInt(100) === 0) this.streams.push(submissions[0]!.streams[0]!);
        await this.append(submissions);
        if (performance.now() - said < 10_000) continue;
        said = performance.now();
        this.report(`${this.size} of ${target} entries`);
      }
    };
    await Promise.all(Array.from({ length: FILL_CALLS }, filler));
  }

  async appendRate(): Promise<CallersRun> {
    this.size += MEASURED;
    return callersRun((submission) => this.append([submission]), sampleSubmissions(MEASURED), CALLERS);
  }

  /** One proof at a time, of random entries of the last signed tree. */
  async inclusionProofs(): Promise<number[]> {
    await this.ledger.signNow();
    const size = this.ledger.reader.checkpoint!.size;
    return timed(PROOFS, () => proveInclusions(this.pool, [randomInt(size)], size));
  }

  async headProofs(): Promise<number[]> {
    return timed(PROOFS, async () => {
      if ((await proveHeads(this.pool, [this.streams[randomInt(this.streams.length)]!])) === null) throw new Error('no heads entry stands under a checkpoint');
    });
  }

  /** A room that begins today: from the first entry to the head. Seconds. */
  async replay(worker: Pool): Promise<number> {
    const fail = (error: unknown): never => {
      throw error;
    };
    const { keyStore } = this;
    const follower = new Follower({ worker, keyStore, ledger: this.ledger.ledgerFor('agencies'), following: withStanding(new Map()), onHalt: fail, onTrouble: fail });
    const began = performance.now();
    follower.start();
    for (let at = 0; at < this.size; ) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      at = (await worker.query<{ next_index: number }>('select next_index from follower')).rows[0]!.next_index;
    }
    const seconds = (performance.now() - began) / 1_000;
    await follower.stop();
    return seconds;
  }

  private async append(submissions: readonly Submission[]): Promise<void> {
    const refused = (await this.ledger.ledgerFor('debts').append('direct', submissions, DEADLINE_MS)).find((result) => !result.ok);
    if (refused !== undefined) throw new Error('the ledger refused an entry of the bench');
  }
}

async function timed(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const latencies: number[] = [];
  for (let done = 0; done < count; done += 1) {
    const began = performance.now();
    await work();
    latencies.push(performance.now() - began);
  }
  return latencies;
}

export async function scaleBench({ config, entries = 5_000_000, exports = false, report }: ScaleBenchOptions): Promise<BenchTable> {
  for (const definition of [AUDIT_DATABASE, KEY_STORE_DATABASE, FOLLOWER_ROOM]) await migrateRoom(config, definition);
  const [database, room] = [await openRoomDatabase({ ...config, database: { ...config.database, workerPoolSize: 8 } }, AUDIT_DATABASE), await openRoomDatabase(config, FOLLOWER_ROOM)];
  const keys = await openKeyStoreRoom(config);
  const { secret } = createSigningKey(config.ledger.origin);
  const signer = openSigningKey(secret);
  await createLedger(database.worker, { origin: config.ledger.origin, vkey: signer.vkey, now: new Date() });
  const ledger = await openLedger({ pool: database.worker, signer, checkpointIntervalMs: 1_000, diagnostics: openDiagnostics('silent') });
  try {
    const bench = new ScaleBench(ledger, database.worker, keys.keyStore, report);
    await bench.fill(SMALL - MEASURED);
    const small = await bench.appendRate();
    report(`appends at ${SMALL}: ${small.perSecond.toFixed(0)}/s`);
    await bench.fill(entries - MEASURED);
    const large = await bench.appendRate();
    report(`appends at ${entries}: ${large.perSecond.toFixed(0)}/s`);
    const [inclusion, heads] = [await bench.inclusionProofs(), await bench.headProofs()];
    const replaySeconds = await bench.replay(room.worker);
    return tableOf(entries, { small, large, inclusion, heads, replaySeconds, exported: exports ? await measureStoredExport(config, secret) : null });
  } finally {
    await ledger.stop();
    await Promise.all([database.close(), room.close(), keys.close()]);
  }
}

interface Measured {
  readonly small: CallersRun;
  readonly large: CallersRun;
  readonly inclusion: readonly number[];
  readonly heads: readonly number[];
  readonly replaySeconds: number;
  readonly exported: StoredExport | null;
}

function tableOf(entries: number, { small, large, inclusion, heads, replaySeconds, exported }: Measured): BenchTable {
  const rate = (perSecond: number): Pick<BenchRow, 'perSecond' | 'ratio'> => ({ perSecond, ratio: perSecond / small.perSecond });
  const proofRow = (name: string, latencies: readonly number[]): BenchRow => ({ name, ...rate(1_000 / (latencies.reduce((sum, each) => sum + each, 0) / latencies.length)), ...waitsOf(latencies) });
  const reference = `append with receipt at ${SMALL} entries`;
  return {
    title: `A ledger of ${entries} entries`,
    reference,
    rows: [
      { name: reference, ...rate(small.perSecond), p50Ms: small.p50Ms, p99Ms: small.p99Ms },
      { name: `append with receipt at ${entries} entries`, ...rate(large.perSecond), p50Ms: large.p50Ms, p99Ms: large.p99Ms },
      proofRow('inclusion proof', inclusion),
      proofRow('proof of where a stream ends', heads),
      { name: 'a new follower reads all', ...rate(entries / replaySeconds), p50Ms: NaN, p99Ms: NaN },
      ...(exported === null ? [] : exportRows(exported, entries, small.perSecond)),
    ],
    notes: [
      `Appends at ${(large.perSecond / small.perSecond).toFixed(2)} of the rate of the small ledger (target ${SAME_RATE}); proofs below ${PROOF_MS} ms is the target.`,
      `The follower took ${(replaySeconds / 60).toFixed(1)} minutes (target below ${REPLAY_MINUTES}).`,
      ...(exported === null ? [] : [exportNote(exported)]),
    ],
  };
}
