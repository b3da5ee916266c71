/**
 * Moves a hub that does not run from one master key to the next: wraps every subject key anew, page by page, then gives each room
 * the logins and the mark of the new key, the key store last. Killed anywhere, it goes on where it was; refuses a third key.
 */
import type { ClientBase, Pool, PoolClient } from 'pg';
import { DATABASE_ROOMS, type DatabaseRoom, type PreparedConfig } from '../config';
import { replaceLogins } from '../database/logins';
import { readMark, writeMark } from '../database/master-key-mark';
import { masterKeyFingerprint } from '../keys';
import { StartError } from '../start-error';
import { workerTransaction } from '../worker-transaction';
import { BLINDING_BINDING, type BlindGeneration } from './blind-generation';
import { wrapBinding } from './key-store';
import { deriveMasterKeys, masterKeysInUse } from './master-keys';
import { seal, unseal } from './seal';
import { readWrapping, type WrappingPlace } from './wrapping-rotation';

/** A page is one transaction: what an interruption may cost. */
const PAGE = 1_000;

export interface MasterRotated {
  readonly rotation: number;
  readonly keys: number;
}

export interface MasterRotationEnded extends MasterRotated {
  /** Databases of hubs on the same server that are at work under the old key: its logins stay for them. */
  readonly sharedWith: readonly string[];
}

export interface MasterRotation {
  /** With the key before, and with the key after. */
  readonly from: PreparedConfig;
  readonly to: PreparedConfig;
  /** As the administrator of the room's database, in the room's dbSchema. */
  readonly pools: Readonly<Record<DatabaseRoom, Pool>>;
  /** The room that says so, and how: in the transaction that puts the new key in force there. */
  readonly entry: { readonly room: DatabaseRoom; readonly write: (client: PoolClient, rotated: MasterRotated) => Promise<void> };
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export async function rotateMasterKey(rotation: MasterRotation): Promise<MasterRotationEnded> {
  const { pools, entry, signal, onProgress } = rotation;
  const begun = await workerTransaction(pools.keystore, (client) => begin(client, rotation));
  if (!begun) return { ...resultOf(await readWrapping(pools.keystore), 0), sharedWith: [] };
  const { rows } = await pools.keystore.query<{ total: number }>('select count(*)::int as total from subject_key where wrapped is not null');
  const total = rows[0]!.total;
  for (let finished = false; !finished; ) {
    signal?.throwIfAborted();
    const page = await workerTransaction(pools.keystore, (client) => wrapPage(client, rotation));
    onProgress?.({ done: page.keys, total });
    finished = page.finished;
  }
  const rotated = resultOf(await readWrapping(pools.keystore), 1);
  const sharedWith: string[] = [];
  for (const room of DATABASE_ROOMS.filter((name) => name !== 'keystore')) {
    signal?.throwIfAborted();
    await workerTransaction(pools[room], async (client) => {
      const others = await putInForce(client, rotation, room);
      if (others === null) return;
      sharedWith.push(...others);
      if (room === entry.room) await entry.write(client, rotated);
    });
  }
  sharedWith.push(...(await workerTransaction(pools.keystore, (client) => end(client, rotation))));
  return { ...rotated, sharedWith: [...new Set(sharedWith)].sort() };
}

const resultOf = ({ ended, keys }: WrappingPlace, more: number): MasterRotated => ({ rotation: ended + more, keys });

const fingerprints = ({ from, to }: MasterRotation) => ({ old: masterKeyFingerprint(from.masterKey), fresh: masterKeyFingerprint(to.masterKey) });

/** False when it has ended already. The table's lock waits for keys being made; those after it find the rotation. */
async function begin(client: PoolClient, rotation: MasterRotation): Promise<boolean> {
  const { old, fresh } = fingerprints(rotation);
  const mark = await readMark(client, 'keystore');
  if (mark?.key === fresh && mark.before === old) return false;
  if (mark?.key !== old) throw wrongKey('keystore');
  await client.query('lock table subject_key in share row exclusive mode');
  const { next } = (await client.query<WrappingPlace>('select next from wrapping_rotation for update')).rows[0]!;
  if (next === fresh) return true;
  if (next !== null) throw new StartError('A rotation to another new master key has begun.', 'Go on with the key it was begun with: personal data is wrapped by it already.');
  const { pending } = (await client.query<BlindGeneration>('select pending from blind_generation')).rows[0]!;
  if (pending !== null) throw new StartError('A rotation of the blind-index key was interrupted.', 'Run `cession keys rotate-blind-index` again, then rotate the master key.');
  await client.query(`update wrapping_rotation set next = $1, through = '', keys = 0`, [fresh]);
  await writeMark(client, 'keystore', { key: old, becoming: fresh });
  return true;
}

async function wrapPage(client: PoolClient, { from, to, pageSize = PAGE }: MasterRotation): Promise<{ keys: number; finished: boolean }> {
  const place = (await client.query<WrappingPlace>('select through, keys from wrapping_rotation for update')).rows[0]!;
  const { rows } = await client.query<{ id: string; wrapped: Buffer }>(
    'select subject_id as id, wrapped from subject_key where subject_id > $1 and wrapped is not null order by subject_id limit $2 for update',
    [place.through, pageSize],
  );
  if (rows.length === 0) return { keys: place.keys, finished: true };
  const [old, fresh] = [deriveMasterKeys(from.masterKey).wrapping, deriveMasterKeys(to.masterKey).wrapping];
  const wrapped = rows.map((row) => seal(fresh, wrapBinding(row.id), unseal(old, wrapBinding(row.id), row.wrapped)));
  await client.query('update subject_key set wrapped = r.wrapped from unnest($1::text[], $2::bytea[]) as r(id, wrapped) where subject_id = r.id', [rows.map(({ id }) => id), wrapped]);
  const keys = place.keys + rows.length;
  await client.query('update wrapping_rotation set through = $1, keys = $2', [rows.at(-1)!.id, keys]);
  return { keys, finished: false };
}

/** Logins and mark change together or not at all; null when they have. Else the databases of hubs that keep the old logins. */
async function putInForce(client: ClientBase, rotation: MasterRotation, room: DatabaseRoom): Promise<readonly string[] | null> {
  const { old, fresh } = fingerprints(rotation);
  const mark = await readMark(client, room);
  if (mark?.key === fresh) return null;
  if (mark?.key !== old) throw wrongKey(room);
  const others = await replaceLogins(client, rotation, room);
  await writeMark(client, room, { key: fresh, before: old });
  return others;
}

async function end(client: PoolClient, rotation: MasterRotation): Promise<readonly string[]> {
  const generation = (await client.query<BlindGeneration>('select current, pending, sealed from blind_generation for update')).rows[0]!;
  const { blinding } = masterKeysInUse(rotation.from.masterKey, generation);
  const { wrapping } = deriveMasterKeys(rotation.to.masterKey);
  await client.query('update blind_generation set sealed = $1', [seal(wrapping, BLINDING_BINDING, blinding)]);
  await client.query('update wrapping_rotation set ended = ended + 1, next = null');
  return (await putInForce(client, rotation, 'keystore')) ?? [];
}

function wrongKey(room: DatabaseRoom): StartError {
  return new StartError(`The configured master key is not the one of the ${room} room.`, 'Configure the key that is in force there: a rotation begins from it.');
}
