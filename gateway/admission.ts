/**
 * How many operations may run at once, over all and per organisation, so that one caller's burst cannot take the hub from the
 * others. Does not queue: a caller who waits in line would still pass its deadline.
 */
import { HubError } from '../kernel/errors';

export class Admission {
  private running = 0;
  private readonly byOrg = new Map<string, number>();

  constructor(
    private readonly most: number,
    private readonly mostPerOrg: number,
  ) {}

  get inFlight(): number {
    return this.running;
  }

  /** Counts the operation in and returns how to count it out. */
  enter(org: string): () => void {
    const own = this.byOrg.get(org) ?? 0;
    if (own >= this.mostPerOrg) {
      throw new HubError('LIMIT_EXCEEDED', `An organisation may have at most ${this.mostPerOrg} operations running.`, { ruleId: 'LIMIT-CONCURRENCY', retryAfterMs: 1_000 });
    }
    if (this.running >= this.most) throw new HubError('UNAVAILABLE', 'The hub is busy.', { retryAfterMs: 1_000 });
    this.running += 1;
    this.byOrg.set(org, own + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.running -= 1;
      this.leaveOrg(org);
    };
  }

  private leaveOrg(org: string): void {
    const own = (this.byOrg.get(org) ?? 1) - 1;
    if (own === 0) this.byOrg.delete(org);
    else this.byOrg.set(org, own);
  }
}
