/**
 * Which key a room believes the log's checkpoints by: the one its first entry names, then each one that an entry signed by the
 * key before it puts in force. So a room needs no secret and no setting, and cannot be given another log.
 */
import { verifyCheckpoint, type Checkpoint } from '../../audit/log/checkpoint';
import { sizeOf } from '../../audit/log/checkpoint-series';
import type { ParsedEntry } from '../../audit/log/entry';
import { FormatError } from '../../audit/log/format-error';
import { LogKeys, ROTATION_TYPE } from '../../audit/log/log-keys';
import { NoteRefusal } from '../../audit/log/note';
import type { VerifierKey } from '../../audit/log/note-key';
import { FollowerMismatch } from './followed-event';

export class FollowedKeys {
  private keys: LogKeys | null;
  /** The last note looked at: verified once for all entries of a page, since a signature takes longer than an entry. */
  private opened: { readonly note: string; readonly key: VerifierKey; readonly checkpoint: Checkpoint | null } | null = null;

  /** `vkey`: the key in force where the room stands; null before entry 0. */
  constructor(vkey: string | null) {
    this.keys = vkey === null ? null : new LogKeys(vkey);
  }

  /** To be kept with the room's position. */
  get vkey(): string | null {
    return this.keys?.current.vkey ?? null;
  }

  /** Each entry in its turn. Throws FollowerMismatch on a key that was not put in force as it has to be. */
  accept(entry: ParsedEntry): void {
    const { type, facts } = entry.event;
    try {
      if (entry.index === 0 && type === 'audit.LedgerCreated' && typeof facts['vkey'] === 'string') this.keys = new LogKeys(facts['vkey']);
      if (type === ROTATION_TYPE) this.keys?.rotate(entry);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      throw new FollowerMismatch(`entry ${entry.index} names a key for the log that is not to be believed: ${error.message}`, error);
    }
  }

  /**
   * The checkpoint, signed by the key in force at its size. Null before entry 0, and for one that lies ahead of the room and
   * is signed by a key it has not come to yet.
   */
  open(note: string, nextIndex: number): Checkpoint | null {
    if (this.keys === null) return null;
    const size = this.sizeOf(note);
    const key = this.keys.at(size);
    if (this.opened?.note === note && this.opened.key === key && (this.opened.checkpoint !== null || size > nextIndex)) return this.opened.checkpoint;
    const checkpoint = verify(note, key, size > nextIndex);
    this.opened = { note, key, checkpoint };
    return checkpoint;
  }

  private sizeOf(note: string): number {
    const { checkpoint = null } = this.opened?.note === note ? this.opened : {};
    return checkpoint?.size ?? claimedSize(note);
  }
}

function refuse(cause: unknown): never {
  throw new FollowerMismatch('the ledger shows a checkpoint that the key in force at its size did not sign', cause);
}

function claimedSize(note: string): number {
  try {
    return sizeOf(note);
  } catch (error) {
    return refuse(error);
  }
}

function verify(note: string, key: VerifierKey, isAhead: boolean): Checkpoint | null {
  try {
    return verifyCheckpoint(note, key);
  } catch (error) {
    if (isAhead && error instanceof NoteRefusal && error.code === 'SIGNATURE_MISSING') return null;
    return refuse(error);
  }
}
