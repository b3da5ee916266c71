/**
 * The keys of one log, in the order in which they were in force. A change is an entry: its facts name the key before it and the
 * new one, and hold a statement of the change that both have signed. Whoever believes one key of the row can thereby believe the
 * later ones. Refuses a change that either of the two did not sign.
 */
import { FormatError } from './format-error';
import { NoteRefusal, openNote, signNote } from './note';
import { parseVkey, type NoteSigner, type VerifierKey } from './note-key';
import type { ParsedEntry } from './entry';

export const ROTATION_TYPE = 'audit.SigningKeyRotated';
/** First line of the statement: no checkpoint, manifest or seal begins with it. */
const STATEMENT_LINE = 'cession-key-rotation/v1';

/** A signer with the verifier key of what it signs. */
export type KeyHolder = NoteSigner & { readonly vkey: string };

export interface RotationFacts {
  /** The verifier key in force so far. */
  readonly previous: string;
  /** A note that both keys signed. */
  readonly statement: string;
  /** The verifier key in force from here on. */
  readonly vkey: string;
}

function invalid(message: string): never {
  throw new FormatError('ROTATION_INVALID', message);
}

function statementText(previous: string, vkey: string): string {
  return `${STATEMENT_LINE}\n${previous}\n${vkey}\n`;
}

/** The facts of the entry that puts `next` in the place of `previous`. */
export async function signRotation(previous: KeyHolder, next: KeyHolder): Promise<RotationFacts> {
  const statement = await signNote(statementText(previous.vkey, next.vkey), [previous, next]);
  const facts = { previous: previous.vkey, statement, vkey: next.vkey };
  assertSigned(facts);
  return facts;
}

/** Throws FormatError unless the entry is a change of the log's key, signed by the key before it and by the new one. */
export function readRotation({ event }: ParsedEntry): RotationFacts {
  const { previous, statement, vkey } = event.facts;
  const isWhole = event.type === ROTATION_TYPE && event.typeVersion === 1 && Object.keys(event.facts).length === 3 && event.sd.length === 0 && event.items.length === 0;
  if (!isWhole || typeof previous !== 'string' || typeof statement !== 'string' || typeof vkey !== 'string') return invalid('the facts are not those of a change of key');
  const facts = { previous, statement, vkey };
  assertSigned(facts);
  return facts;
}

function assertSigned({ previous, statement, vkey }: RotationFacts): void {
  const [before, after] = [parseVkey(previous), parseVkey(vkey)];
  if (before.role !== 'log' || after.role !== 'log') invalid('a key is not one of a log');
  if (before.name !== after.name) invalid('the new key is of another log');
  if (before.publicKey.equals(after.publicKey)) invalid('the new key is the old one');
  try {
    const { text, verified } = openNote(statement, [before, after]);
    if (text !== statementText(previous, vkey)) invalid('the statement is of another change');
    if (verified.length !== 2) invalid('one of the two keys did not sign the change');
  } catch (error) {
    if (error instanceof NoteRefusal) invalid('a signature of the change does not hold');
    throw error;
  }
}

/** The verifier key that entry 0 names; not necessarily one that can be read. */
export function createdUnder({ event }: ParsedEntry): string {
  const { vkey } = event.facts;
  return typeof vkey === 'string' ? vkey : '';
}

interface InForce {
  /** Checkpoints of trees larger than this are signed by it. */
  readonly after: number;
  readonly key: VerifierKey;
  readonly vkey: string;
}

export class LogKeys {
  private readonly keys: InForce[];

  /** `vkey`: the key the log was created under, or the one in force where reading begins. */
  constructor(vkey: string) {
    this.keys = [{ after: -1, key: parseVkey(vkey), vkey }];
  }

  /** Takes over the key that this entry puts in force. Throws FormatError when it may not. */
  rotate(entry: ParsedEntry): void {
    const { previous, vkey } = readRotation(entry);
    if (previous !== this.current.vkey) invalid('the change is not from the key in force');
    if (this.all.some((key) => key.publicKey.equals(parseVkey(vkey).publicKey))) invalid('the new key was in force before');
    this.keys.push({ after: entry.index, key: parseVkey(vkey), vkey });
  }

  get first(): InForce {
    return this.keys[0] as InForce;
  }

  get current(): InForce {
    return this.keys.at(-1) as InForce;
  }

  /** Null while the first one is in force. */
  get previous(): InForce | null {
    return this.keys.at(-2) ?? null;
  }

  get all(): readonly VerifierKey[] {
    return this.keys.map(({ key }) => key);
  }

  /** The indexes of the entries that changed the key. */
  get changes(): readonly number[] {
    return this.keys.slice(1).map(({ after }) => after);
  }

  includes(vkey: string): boolean {
    return this.keys.some((one) => one.vkey === vkey);
  }

  /** The key that signs the tree of this size: the change counts from the first tree that holds its entry. */
  at(size: number): VerifierKey {
    return (this.keys.findLast(({ after }) => after < size) ?? this.first).key;
  }
}
