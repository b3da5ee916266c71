/**
 * Compares every room's database with the ledger, and the ledger with what others saw of it, after any restore. Reads only; a hub
 * at work may go on meanwhile.
 */
import { createRequire } from 'node:module';
import type { Pool } from 'pg';
import type { LedgerSigner } from '../../audit/subgraph';
import type { PreparedConfig } from '../../kernel/config';
import type { Diagnostics } from '../../kernel/diagnostics';
import type { RoomPlace } from '../../kernel/room-place';
import { ROOMS, type RoomName } from '../../schema/vocabulary';
import { finding, type Finding } from './finding';

const load = createRequire(__filename);

export interface HubToExamine {
  readonly config: PreparedConfig;
  readonly signer: LedgerSigner;
  readonly diagnostics: Diagnostics;
}

const ENTRY = 'select idempotency_key as "eventId", leaf_hash from entry where index = $1';
const LAST_SENT = 'select max(source_seq)::float8 as last from entry where source = $1';

const isRoom = (name: string): name is RoomName => (ROOMS as readonly string[]).includes(name);

export async function examineHub(hub: HubToExamine): Promise<Finding[]> {
  const { AUDIT_DATABASE, auditPoolConfig } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  const { openRoomDatabase } = load('../../kernel/database/room-database') as typeof import('../../kernel/database/room-database');
  const { HUB_DATABASES } = load('../../hub') as typeof import('../../hub');
  const { config } = hub;
  const audit = await openRoomDatabase({ ...config, database: auditPoolConfig(config.database) }, AUDIT_DATABASE);
  try {
    const found: Finding[] = [];
    for (const definition of HUB_DATABASES) {
      if (!isRoom(definition.room)) continue;
      const database = await openRoomDatabase(config, definition);
      try {
        found.push(...(await examineRoom(definition.room, database.worker, audit.worker)));
      } finally {
        await database.close();
      }
    }
    return [...found, ...(await examineLedger(hub, audit.worker))];
  } finally {
    await audit.close();
  }
}

async function examineRoom(room: RoomName, worker: Pool, ledger: Pool): Promise<Finding[]> {
  const { readRoomPlace } = load('../../kernel/room-place') as typeof import('../../kernel/room-place');
  const { firstLostRecord } = load('../../kernel/outbox/own-records') as typeof import('../../kernel/outbox/own-records');
  const { readSentAfter } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  const lost = await firstLostRecord(worker, (after, limit) => readSentAfter(ledger, room, after, limit));
  const behind = lost === null ? [] : [finding('ROOM_BEHIND', room, `its record ${lost.seq} (entry ${lost.index}) and what it recorded after that`)];
  // The room first: what it knows then, the ledger had before.
  const place = await readRoomPlace(worker);
  const size = await sizeOf(ledger);
  return [...behind, ...(await examineReceipt(room, place, ledger)), ...(await examineFollower(room, place, { ledger, size }))];
}

async function sizeOf(ledger: Pool): Promise<number> {
  const { readHead } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  return (await readHead(ledger))?.size ?? 0;
}

/** Every receipt that a room holds is of an entry that is there. */
async function examineReceipt(room: RoomName, { receipt, lastSeq }: RoomPlace, ledger: Pool): Promise<Finding[]> {
  const last = (await ledger.query<{ last: number | null }>(LAST_SENT, [room])).rows[0]?.last ?? 0;
  if (lastSeq > last) return [finding('LEDGER_BEHIND_ROOM', room, `its records ${last + 1} to ${lastSeq}, which have receipts`)];
  if (receipt === null) return [];
  const { rows } = await ledger.query<{ eventId: string }>(ENTRY, [receipt.index]);
  return rows[0]?.eventId === receipt.eventId ? [] : [finding('LEDGER_BEHIND_ROOM', room, `its record ${receipt.seq}, whose receipt names entry ${receipt.index}`)];
}

async function examineFollower(room: RoomName, { nextIndex, leafHash }: RoomPlace, { ledger, size }: { ledger: Pool; size: number }): Promise<Finding[]> {
  if (nextIndex > size) return [finding('FOLLOWER_AHEAD', room, `entries ${size} to ${nextIndex - 1}, which the room has followed`)];
  if (nextIndex === 0) return [];
  const { rows } = await ledger.query<{ leaf_hash: Buffer }>(ENTRY, [nextIndex - 1]);
  return rows[0]?.leaf_hash.toString('base64url') === leafHash ? [] : [finding('FOLLOWER_ELSEWHERE', room, `entry ${nextIndex - 1} as the room followed it`)];
}

async function examineLedger({ config, signer, diagnostics }: HubToExamine, ledger: Pool): Promise<Finding[]> {
  const { latestCheckpoint, prepareWitnessing, readLogKeys, rootOfLog } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  const signed = await latestCheckpoint(ledger);
  const keys = await readLogKeys(ledger);
  const { seen } = prepareWitnessing(config.ledger.witnesses, ledger, keys?.all ?? [], diagnostics);
  await seen.askAll();
  const size = await sizeOf(ledger);
  const found = signed !== null && signed.size > size ? [finding('LEDGER_BEHIND_CHECKPOINT', 'audit', `entries ${size} to ${signed.size - 1}, which a checkpoint covers`)] : [];
  for (const witnessed of seen.take()) {
    const where = `witness ${witnessed.name}`;
    if (witnessed.size > size) found.push(finding('LEDGER_BEHIND_WITNESS', where, `entries ${size} to ${witnessed.size - 1} of ${signer.name}`));
    else if (!(await rootOfLog(ledger, witnessed.size)).equals(witnessed.root)) found.push(finding('LEDGER_OTHER_THAN_WITNESSED', where, `the tree of size ${witnessed.size} of ${signer.name}`));
  }
  return found;
}
