/**
 * One operation of one actor on its way through the gateway: who asks, how far the ledger was seen, and when to give up.
 * Every fetch of the operation shares it; no two operations ever do.
 */
import type { Actor } from '../kernel/actor';
import { HubError } from '../kernel/errors';
import type { RoomAnswer } from '../kernel/room';
import type { Language } from '../schema/messages';

type GiveUp = (reason: HubError) => void;

export interface OperationCaller {
  readonly actor: Actor;
  readonly requestId: string;
  /** In which the caller reads. */
  readonly language: Language;
}

export class Operation {
  /** The highest ledger index a room named, disclosures included; -1 while none has answered. */
  ledgerIndex = -1;
  private standingIndex = -1;
  readonly startedAt = performance.now();
  private givenUp: HubError | null = null;
  private readonly waiting = new Set<GiveUp>();
  private readonly deadline: NodeJS.Timeout;

  constructor(
    readonly caller: OperationCaller,
    private readonly askedAtLeast: number,
    deadlineMs: number,
  ) {
    this.deadline = setTimeout(() => this.giveUp(), deadlineMs);
  }

  /** What the next fetch must stand on, so that it never shows less than the one before (DESIGN §1). */
  get atLeast(): number {
    return Math.max(this.askedAtLeast, this.standingIndex);
  }

  /** Tells a fetch when nobody waits for it any more, until it calls what is returned. Throws when that is so already. */
  whileRunning(giveUp: GiveUp): () => void {
    if (this.givenUp !== null) throw this.givenUp;
    this.waiting.add(giveUp);
    return () => this.waiting.delete(giveUp);
  }

  sawAnswer({ ledgerIndex, standingIndex = ledgerIndex }: Pick<RoomAnswer, 'ledgerIndex' | 'standingIndex'>): void {
    this.ledgerIndex = Math.max(this.ledgerIndex, ledgerIndex);
    this.standingIndex = Math.max(this.standingIndex, standingIndex);
  }

  /** The caller has gone or the time is over: running fetches are aborted, no further one starts. */
  giveUp(): void {
    this.givenUp ??= new HubError('UNAVAILABLE', 'The operation took longer than its deadline.', { retryAfterMs: 1_000 });
    for (const giveUp of this.waiting) giveUp(this.givenUp);
  }

  finish(): void {
    clearTimeout(this.deadline);
  }
}
