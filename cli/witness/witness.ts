/**
 * The witness of C2SP tlog-witness: cosigns a checkpoint only if it continues the largest one it ever cosigned for that log,
 * and remembers it before it answers. Refuses logs it was not told to trust, shrinking logs and forks.
 */
import { originHash, parseAddCheckpoint } from '../../audit/log/add-checkpoint';
import { parseCheckpointClaim, type Checkpoint } from '../../audit/log/checkpoint';
import { cosignatureTime } from '../../audit/log/cosignature';
import { openCosigner } from '../../audit/log/cosigner';
import { FormatError } from '../../audit/log/format-error';
import { formatSignature, NoteRefusal, openNote, type OpenedNote } from '../../audit/log/note';
import { parseVkey, type NoteSigner, type VerifierKey } from '../../audit/log/note-key';
import { EMPTY_ROOT, verifyConsistency } from '../../audit/log/tree';
import type { Stored, WitnessStore } from './witness-store';

/** The status codes of the specification and what goes with them. */
export type WitnessAnswer =
  | { readonly status: 200; readonly cosignatures: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422; readonly reason: string };

export interface WitnessOptions {
  /** PRIVATE+KEY+…, of signature type 0x04. */
  readonly secret: string;
  /** Keys of the logs it witnesses; the name of a key is the log's origin. */
  readonly logs: readonly VerifierKey[];
  readonly store: WitnessStore;
  readonly clock: () => Date;
}

type Request = ReturnType<typeof parseAddCheckpoint>;

/** Tries of one request against other processes on the same folder; each time one of them got further. */
const MAX_TRIES = 8;

export class Witness {
  readonly vkey: string;
  private readonly signer: NoteSigner;
  private readonly ownKey: VerifierKey;
  /** One check-and-store at a time: what waits, per log. */
  private readonly queues = new Map<string, Promise<unknown>>();
  private latestTime = 0;

  constructor(private readonly options: WitnessOptions) {
    // A clock set back must not date a larger tree before a smaller one.
    const clock = (): Date => new Date((this.latestTime = Math.max(this.latestTime, options.clock().getTime())));
    const signer = openCosigner(options.secret, clock);
    this.signer = signer;
    this.vkey = signer.vkey;
    this.ownKey = parseVkey(signer.vkey);
  }

  /** Throws only when the state cannot be read or stored; then nothing was cosigned. */
  async add(body: string): Promise<WitnessAnswer> {
    let request: Request;
    try {
      request = parseAddCheckpoint(body);
    } catch (error) {
      if (error instanceof FormatError) return { status: 400, reason: error.message };
      throw error;
    }
    const keys = this.options.logs.filter(({ name }) => name === request.claim.origin);
    if (keys.length === 0) return { status: 404, reason: 'this witness does not know the origin' };
    const opened = open(request.checkpoint, keys);
    if (opened === null) return { status: 403, reason: 'no trusted key of the origin signed this, or one is wrong on it' };
    if (request.oldSize > request.claim.size) return { status: 400, reason: 'the old size is larger than that of the checkpoint' };
    return this.inTurn(request.claim.origin, () => this.checkAndStore(request, opened));
  }

  /** The latest cosigned checkpoint of the log whose origin has this hash; null when there is none. */
  async latest(log: string): Promise<string | null> {
    return (await this.options.store.read(log))?.note ?? null;
  }

  private async inTurn<T>(origin: string, work: () => Promise<T>): Promise<T> {
    const result = (this.queues.get(origin) ?? Promise.resolve()).then(work);
    const settled = result.catch(() => undefined);
    this.queues.set(origin, settled);
    try {
      return await result;
    } finally {
      if (this.queues.get(origin) === settled) this.queues.delete(origin);
    }
  }

  private async checkAndStore(request: Request, opened: OpenedNote): Promise<WitnessAnswer> {
    const { claim, oldSize } = request;
    const log = originHash(claim.origin);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const stored = await this.options.store.read(log);
      const before = this.readState(stored);
      if (before.size === claim.size && !before.root.equals(claim.root)) await this.options.store.keepEvidence(log, request.checkpoint, claim.size);
      if (oldSize !== before.size) return { status: 409, size: before.size };
      if (!continues(before, request)) return { status: 422, reason: 'the proof does not lead from the last cosigned checkpoint to this one' };
      const cosignatures = formatSignature({ name: this.signer.name, keyId: this.signer.keyId, signature: await this.signer.sign(opened.text) });
      const note = `${opened.text}\n${opened.verified.map(formatSignature).join('')}${cosignatures}`;
      if (await this.options.store.save(log, stored?.turn ?? 0, note)) return { status: 200, cosignatures };
    }
    throw new Error('other processes change the state of this witness all the time');
  }

  /** Its own cosignature tells a state apart from a file that somebody put there. */
  private readState(stored: Stored | null): Pick<Checkpoint, 'size' | 'root'> {
    if (stored === null) return { size: 0, root: EMPTY_ROOT };
    const { text, verified } = openNote(stored.note, [this.ownKey]);
    for (const { signature } of verified) this.latestTime = Math.max(this.latestTime, cosignatureTime(signature).getTime());
    return parseCheckpointClaim(text);
  }
}

function open(note: string, keys: readonly VerifierKey[]): OpenedNote | null {
  try {
    return openNote(note, keys);
  } catch (error) {
    if (error instanceof NoteRefusal) return null;
    throw error;
  }
}

function continues(before: Pick<Checkpoint, 'size' | 'root'>, { claim, consistency }: Request): boolean {
  if (claim.size === 0 && !claim.root.equals(EMPTY_ROOT)) return false;
  // From the empty tree there is no proof to give, and none may be given.
  if (before.size === 0) return consistency.length === 0;
  return verifyConsistency(before.size, claim.size, before.root, claim.root, consistency);
}
