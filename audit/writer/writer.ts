/**
 * The one writer of the log. Group commit without timers: while a batch commits, the next one gathers and is ordered. A
 * statement that fails costs the writer all it knew: it takes the head anew and asks the stored entries who got a place.
 * A database that contradicts itself, or another writer, ends it.
 */
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Pool } from 'pg';
import type { AppendResult, Channel, Submission } from '../../kernel/ledger';
import type { RoomName } from '../../schema/vocabulary';
import type { RecentEntries } from '../reader/recent-entries';
import { CONFLICTING_SEQ, type Batch } from './batch';
import { appendStatement } from './batch-statement';
import { readHead } from './head';
import { checkSubmission, type Intake } from './intake';
import { BrokenInvariant } from './ledger-state';
import { OpenBatch, settle } from './open-batch';
import { away, awaitResults, failAll } from './pending-append';
import { assertNotBroken, Fenced, retakeHold, takeHold, whyNotMoved, type Hold } from './recovery';
import { storedReceipts } from './stored-receipts';
import { SubmissionQueue, type Pending } from './submission-queue';

export interface WriterOptions {
  /** Role worker of the audit room; one connection for appends, others for what a batch has to look up. */
  readonly pool: Pool;
  readonly recent: RecentEntries;
  readonly clock: () => Date;
  /** Called once when the writer ended by itself: BrokenInvariant needs a person, Fenced only the lease. */
  readonly onHalt: (reason: BrokenInvariant | Fenced) => void;
}

/** Something to be appended next, made while the writer stands still. */
interface Turn {
  readonly prepare: (size: number) => Promise<Intake>;
  readonly settle: (result: AppendResult) => void;
  readonly fail: (error: Error) => void;
}

interface Flight {
  readonly batch: Batch;
  readonly pendings: readonly Pending[];
  /** Resolves to COMMITTED or to why not. Never rejects. */
  readonly landed: Promise<unknown>;
}

/** A smaller first batch leaves work to be ordered while it commits; below this the round trip costs more. */
const SMALL_BATCH = 16;
/** One failed batch may be another submission's fault; three are not. */
const MAX_ATTEMPTS = 3;
const COMMITTED = Symbol('committed');
const ARRIVED = Symbol('arrived');

export class LedgerWriter {
  private readonly queue = new SubmissionQueue();
  private running: Promise<void> | null = null;
  private turn: Turn | null = null;
  private ended: 'closed' | BrokenInvariant | Fenced | null = null;

  private constructor(
    private readonly options: WriterOptions,
    private readonly holder: string,
    private hold: Hold,
  ) {}

  /** Takes the head from whoever had it. Throws when no ledger was created: a log never begins by starting a process. */
  static async open(options: WriterOptions): Promise<LedgerWriter> {
    if ((await readHead(options.pool)) === null) throw new Error('There is no ledger in this database: it has to be created explicitly.');
    const holder = randomUUID();
    const hold = await takeHold(options.pool, { holder, isHeld: false });
    options.recent.sawSize(hold.state.size);
    return new LedgerWriter(options, holder, hold);
  }

  get epoch(): number {
    return this.hold.epoch;
  }

  /** In the order given. See Ledger.append for what a caller may conclude from a throw. */
  async append(room: RoomName, channel: Channel, submissions: readonly Submission[], deadlineMs: number): Promise<AppendResult[]> {
    if (this.ended !== null) throw away(this.ended);
    if (submissions.length === 0) return [];
    const checked = submissions.map((submission) => this.check(room, channel, submission));
    return awaitResults(checked, deadlineMs, (pendings) => {
      this.queue.push(pendings);
      this.wake();
    });
  }

  /**
   * Lets what is under way land, takes nothing else, and appends what `prepare` makes of the size the log then has. For the
   * ledger's own entries; everybody else waits meanwhile.
   */
  async appendNext(prepare: Turn['prepare']): Promise<AppendResult> {
    if (this.ended !== null) throw away(this.ended);
    if (this.turn !== null) throw new Error('something is already to be appended next');
    return new Promise((settle, fail) => {
      this.turn = { prepare, settle, fail };
      this.wake();
    });
  }

  /** Answers what is under way and takes nothing more. */
  async close(): Promise<void> {
    this.ended ??= 'closed';
    await this.running;
    this.queue.failAll(away());
    this.endTurn();
    this.hold.client.release(true);
  }

  private check(room: RoomName, channel: Channel, submission: Submission): Intake | AppendResult {
    const checked = checkSubmission(room, channel, submission);
    return 'ok' in checked ? checked : (this.options.recent.answerFor(checked) ?? checked);
  }

  /** setImmediate lets everything that arrived in the same turn of the event loop share the batch. */
  private wake(): void {
    if (this.running !== null || this.ended !== null) return;
    this.running = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => this.drain())
      .catch((error: unknown) => this.halt(error))
      .finally(() => {
        this.running = null;
        if (this.queue.length > 0 || this.turn !== null) this.wake();
      });
  }

  private halt(error: unknown): void {
    const known = error instanceof BrokenInvariant || error instanceof Fenced;
    const reason = known ? error : new BrokenInvariant('the writer failed in a way it does not know', { cause: error });
    this.ended = reason;
    this.queue.failAll(away(reason));
    this.endTurn();
    this.options.onHalt(reason);
  }

  private async drain(): Promise<void> {
    let flight: Flight | null = null;
    let open = new OpenBatch();
    try {
      for (;;) {
        if (this.ended === null) await this.gather(open, flight === null);
        if (flight === null) {
          if (open.pendings.length === 0 && this.turn !== null && this.ended === null) await this.giveTurn(open, this.turn);
          if (open.pendings.length === 0) return;
          flight = this.send(open);
          open = new OpenBatch();
          continue;
        }
        const next: unknown = await this.nextTurn(flight, open);
        if (next === ARRIVED) continue;
        if (next === COMMITTED) await this.publish(flight);
        else {
          // Ordered after a batch that did not commit: its places are void.
          this.queue.putBack(open.pendings);
          open = new OpenBatch();
          await this.recover(flight, next);
        }
        flight = null;
      }
    } catch (error) {
      failAll([...(flight?.pendings ?? []), ...open.pendings], error);
      throw error;
    }
  }

  /** What happens first: the batch under way lands, or there is more to order meanwhile. */
  private async nextTurn(flight: Flight, open: OpenBatch): Promise<unknown> {
    if (open.room === 0 || this.ended !== null || this.turn !== null) return flight.landed;
    const arrival = this.queue.length > 0 ? Promise.resolve() : this.queue.arrival();
    return Promise.race([flight.landed, arrival.then(() => new Promise((resolve) => setImmediate(resolve, ARRIVED)))]);
  }

  /** Moves waiting submissions into the open batch. With nothing under way it takes half, so that the other half overlaps. */
  private async gather(open: OpenBatch, isIdle: boolean): Promise<void> {
    if (this.turn !== null) return;
    const share = isIdle && open.pendings.length === 0 ? Math.max(SMALL_BATCH, Math.ceil(this.queue.length / 2)) : Infinity;
    const taken = this.queue.take(Math.min(open.room, share), open.byteRoom, performance.now());
    if (taken.length === 0) return;
    try {
      await this.hold.state.streams.load(
        this.options.pool,
        taken.flatMap(({ intake }) => [...intake.streams, ...intake.expect.map(({ stream }) => stream)]),
      );
    } catch (error) {
      return failAll(taken, error);
    }
    open.add(this.hold.state, taken, this.options.clock().getTime());
  }

  /** Nothing is under way: the size is the log's. A failure is the caller's; the writer goes on. */
  private async giveTurn(open: OpenBatch, { prepare, settle, fail }: Turn): Promise<void> {
    const { state } = this.hold;
    const intake = await prepare(state.size)
      .then(async (prepared) => {
        await state.streams.load(this.options.pool, prepared.streams);
        return prepared;
      })
      .catch((error: unknown) => {
        fail(error instanceof Error ? error : away(error));
        return null;
      });
    this.turn = null;
    if (intake !== null) open.add(state, [{ intake, deadlineMs: Infinity, settle, fail, attempts: 0 }], this.options.clock().getTime());
  }

  private endTurn(): void {
    this.turn?.fail(away(this.ended));
    this.turn = null;
  }

  private send(open: OpenBatch): Flight {
    const batch = open.close();
    return { batch, pendings: open.pendings, landed: batch.entries.length === 0 ? Promise.resolve(COMMITTED) : this.commit(batch) };
  }

  private async commit(batch: Batch): Promise<unknown> {
    try {
      const { rows } = await this.hold.client.query(appendStatement(this.hold.epoch, batch));
      return rows.length === 1 ? COMMITTED : await whyNotMoved(this.options.pool, this.hold.epoch);
    } catch (error) {
      return error;
    }
  }

  private async publish({ batch, pendings }: Flight): Promise<void> {
    this.options.recent.push(
      batch.entries.map(({ index, bytes, leafHash, intake, links }) => ({
        index,
        bytes,
        leafHash,
        idempotencyKey: intake.key,
        disclosures: [...intake.disclosures, ...links],
      })),
    );
    const earlier = pendings.filter((pending, at) => !settle(pending, batch.outcomes[at] as Batch['outcomes'][number]));
    if (earlier.length > 0) await this.answerEarlier(earlier);
  }

  /** A number below the next one is either a repetition or a lie. */
  private async answerEarlier(pendings: readonly Pending[]): Promise<void> {
    try {
      const intakes = pendings.map(({ intake }) => intake);
      const answers = await storedReceipts(this.options.pool, intakes, Infinity);
      for (const pending of pendings) pending.settle(answers.get(pending.intake.key) ?? CONFLICTING_SEQ);
    } catch (error) {
      failAll(pendings, error);
    }
  }

  /** The outcome of the flight's commit is unknown until the head is taken again; then the stored entries tell. */
  private async recover(flight: Flight, failure: unknown): Promise<void> {
    if (failure instanceof BrokenInvariant || failure instanceof Fenced) throw failure;
    assertNotBroken(failure);
    this.hold.client.release(true);
    for (;;) {
      const hold = await retakeHold(this.options.pool, this.holder, () => this.ended !== null);
      if (hold === null) return failAll(flight.pendings, failure);
      this.hold = hold;
      this.options.recent.sawSize(hold.state.size);
      try {
        const intakes = flight.pendings.map(({ intake }) => intake);
        return this.resolve(flight, failure, await storedReceipts(hold.client, intakes, flight.batch.first));
      } catch {
        hold.client.release(true);
      }
    }
  }

  private resolve({ pendings }: Flight, failure: unknown, answers: ReadonlyMap<string, AppendResult>): void {
    const without = pendings.filter((pending) => {
      const answer = answers.get(pending.intake.key);
      if (answer !== undefined) pending.settle(answer);
      else pending.attempts += 1;
      return answer === undefined;
    });
    failAll(
      without.filter((pending) => pending.attempts >= MAX_ATTEMPTS),
      failure,
    );
    this.queue.putBack(without.filter((pending) => pending.attempts < MAX_ATTEMPTS));
  }
}
