/**
 * What witnesses have seen of this log. A ledger that was restored from an old backup, or rewritten, learns here that it must
 * not sign: somebody holds a larger or another tree under its own signature.
 */
import type { Diagnostics } from '../../kernel/diagnostics';
import type { Checkpoint } from '../log/checkpoint';
import type { VerifierKey } from '../log/note-key';
import type { WitnessClient } from './witness-client';

export interface SeenCheckpoint extends Pick<Checkpoint, 'size' | 'root'> {
  /** Of the witness. */
  readonly name: string;
}

/** Signing waits this long for witnesses; one that is away is asked again with the next submission. */
const FIRST_ANSWER_MS = 3_000;

export class SeenElsewhere {
  private unread: SeenCheckpoint[] = [];

  constructor(
    private readonly clients: readonly WitnessClient[],
    private readonly logKeys: readonly VerifierKey[],
    private readonly diagnostics: Diagnostics,
  ) {}

  /** Asks every witness; MUST be called before a writer signs for the first time. */
  async askAll(): Promise<void> {
    const deadline = AbortSignal.timeout(FIRST_ANSWER_MS);
    await Promise.all(this.clients.map((client) => this.ask(client, deadline)));
  }

  /** Asks one witness that contradicted what the hub believed of it. */
  async ask(client: WitnessClient, stop: AbortSignal): Promise<void> {
    try {
      const latest = await client.latest(this.logKeys, stop);
      if (latest !== null) this.unread.push({ name: client.name, size: latest.size, root: latest.root });
    } catch (error) {
      this.diagnostics.warn({ part: 'witness', source: client.name, err: error }, 'a witness could not be asked what it has seen');
    }
  }

  /** What was learned since the last call. */
  take(): readonly SeenCheckpoint[] {
    const taken = this.unread;
    this.unread = [];
    return taken;
  }
}
