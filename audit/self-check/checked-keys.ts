/**
 * The keys of the log as its entries put them in force, and the checkpoints against them: each is signed by the key of its size,
 * the first one over a change of key by the key before, too.
 */
import type { Pool } from 'pg';
import { verifyCheckpoint } from '../log/checkpoint';
import type { ParsedEntry } from '../log/entry';
import { FormatError } from '../log/format-error';
import { createdUnder, LogKeys, ROTATION_TYPE } from '../log/log-keys';
import { NoteRefusal } from '../log/note';
import { parseVkey, type VerifierKey } from '../log/note-key';
import { differ } from './checked-row';

export interface KeysMark {
  /** The verifier key in force; '' before entry 0. */
  readonly vkey: string;
  /** The key before it, until a checkpoint that both have signed is found; '' otherwise. */
  readonly keyBefore: string;
}

const PLANNED = 'select 1 from signing_key where event_id = $1 and vkey = $2';

export class CheckedKeys {
  private keys: LogKeys | null;
  /** Its signature is due on the next checkpoint of a size above `after`. */
  private due: { readonly after: number; readonly vkey: string } | null;

  constructor(
    private readonly pool: Pick<Pool, 'query'>,
    { vkey, keyBefore, next }: KeysMark & { readonly next: number },
  ) {
    this.keys = vkey === '' ? null : new LogKeys(vkey);
    this.due = keyBefore === '' ? null : { after: next - 1, vkey: keyBefore };
  }

  get mark(): KeysMark {
    return { vkey: this.keys?.current.vkey ?? '', keyBefore: this.due?.vkey ?? '' };
  }

  at(size: number): VerifierKey {
    return this.inForce.at(size);
  }

  async accept(entry: ParsedEntry): Promise<void> {
    const at = `index ${entry.index}`;
    if (entry.index === 0) this.keys = reading(at, () => new LogKeys(createdUnder(entry)));
    if (entry.event.type !== ROTATION_TYPE) return;
    this.due = { after: entry.index, vkey: this.inForce.current.vkey };
    reading(at, () => this.inForce.rotate(entry));
    const { rowCount } = await this.pool.query(PLANNED, [entry.event.id, this.inForce.current.vkey]);
    if (rowCount !== 1) differ({ table: 'signing_key', check: 'a change of key is found by its entry', at, expected: 'the id of the entry', got: 'none' });
  }

  /** Size and root as they were signed. */
  open(note: string, size: number): string {
    const at = `size ${size}`;
    if (this.due !== null && this.due.after < size) {
      signedBy(note, parseVkey(this.due.vkey), at);
      this.due = null;
    }
    return signedBy(note, this.at(size), at);
  }

  /** After the last entry. `due`: the key that this hub signs with. */
  finish(due: VerifierKey, size: number): void {
    const got = this.inForce.current.key;
    if (got.publicKey.equals(due.publicKey)) return;
    differ({ table: 'checkpoint', check: 'the key in force is the one configured', at: `size ${size}`, expected: `${due.name}+${due.keyId}`, got: `${got.name}+${got.keyId}` });
  }

  private get inForce(): LogKeys {
    return this.keys ?? differ({ table: 'entry', check: 'the first entry names the key of the log', at: 'index 0', expected: 'a verifier key', got: 'none' });
  }
}

function reading<T>(at: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return differ({ table: 'entry', check: 'a key is put in force as it has to be', at, expected: 'signed by the key before it and by the new one', got: error.message });
  }
}

function signedBy(note: string, key: VerifierKey, at: string): string {
  try {
    const { size, root } = verifyCheckpoint(note, key);
    return `${size} ${root.toString('base64')}`;
  } catch (error) {
    if (!(error instanceof FormatError) && !(error instanceof NoteRefusal)) throw error;
    return differ({ table: 'checkpoint', check: "a checkpoint is signed by the log's key", at, expected: key.name, got: error.message });
  }
}
