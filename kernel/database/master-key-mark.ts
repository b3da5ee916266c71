/**
 * The mark in the comment of each room's dbSchema: which master key it was made with, told by a fingerprint. Refuses to open a room
 * with another key, and says when the reason is a rotation that has not ended.
 */
import { escapeIdentifier, escapeLiteral, type ClientBase } from 'pg';
import type { DatabaseRoom } from '../config';
import { StartError } from '../start-error';

/** Fingerprints of master keys. */
export interface MasterKeyMark {
  readonly key: string;
  /** A rotation to this key is under way. */
  readonly becoming?: string | undefined;
  /** The key that a rotation replaced here. */
  readonly before?: string | undefined;
}

const MARK = /; master key (?<key>[0-9a-f]+)(?:; becoming (?<becoming>[0-9a-f]+))?(?:; before (?<before>[0-9a-f]+))?$/;

export function formatMark(room: DatabaseRoom, { key, becoming, before }: MasterKeyMark): string {
  return `cession ${room}; master key ${key}${becoming ? `; becoming ${becoming}` : ''}${before ? `; before ${before}` : ''}`;
}

/** null: the room has no dbSchema yet. Refuses one that is not a hub's. */
export async function readMark(admin: ClientBase, room: DatabaseRoom): Promise<MasterKeyMark | null> {
  const { rows } = await admin.query<{ comment: string | null }>(`select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = $1`, [room]);
  if (rows.length === 0) return null;
  const comment = rows[0]?.comment ?? '';
  const found = comment.startsWith(`cession ${room}; `) ? MARK.exec(comment)?.groups : undefined;
  if (found?.['key'] === undefined) throw new StartError(`The database already has a schema "${room}" that is not this hub's.`, 'Give the hub a database of its own.');
  return { key: found['key'], becoming: found['becoming'], before: found['before'] };
}

export async function writeMark(admin: ClientBase, room: DatabaseRoom, mark: MasterKeyMark): Promise<void> {
  await admin.query(`comment on schema ${escapeIdentifier(room)} is ${escapeLiteral(formatMark(room, mark))}`);
}

/** A wrong master key would fail only at the first read of personal data, or worse, seal new data under it: told at start. */
export async function checkMark(admin: ClientBase, room: DatabaseRoom, fingerprint: string): Promise<void> {
  const mark = await readMark(admin, room);
  if (mark === null) return;
  if (mark.becoming !== undefined && [mark.key, mark.becoming].includes(fingerprint)) {
    throw new StartError('A rotation of the master key was interrupted.', 'With the old key configured, run `cession keys rotate-master` again: it goes on where it was.');
  }
  if (mark.key === fingerprint) return;
  if (mark.before === fingerprint) {
    throw new StartError(
      `The master key is the one before the present: the ${room} room's was rotated.`,
      'Set CESSION_MASTER_KEY to the new one. If the rotation was interrupted, run `cession keys rotate-master` again: it goes on where it was.',
    );
  }
  throw new StartError(
    `The master key is wrong: the ${room} room's database was made with another one.`,
    'Set CESSION_MASTER_KEY, or CESSION_HOME with its master.key, to the key this database was created with.',
  );
}
