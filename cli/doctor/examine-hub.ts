/**
 * Compares every room's database with the ledger, the key store with those whose keys it keeps, and the ledger with what others saw
 * of it, after any restore. Reads only; a hub at work may go on meanwhile.
 */
import { createRequire } from 'node:module';
import type { Pool } from 'pg';
import type { LedgerSigner } from '../../audit/subgraph';
import type { PreparedConfig } from '../../kernel/config';
import type { Diagnostics } from '../../kernel/diagnostics';
import { ROOMS, type RoomName } from '../../schema/vocabulary';
import { finding, type Finding } from './finding';

const load = createRequire(__filename);

export interface HubToExamine {
  readonly config: PreparedConfig;
  readonly signer: LedgerSigner;
  readonly diagnostics: Diagnostics;
}

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
    return [...found, ...(await examineKeyStore(config)), ...(await examineLedger(hub, audit.worker))];
  } finally {
    await audit.close();
  }
}

async function examineRoom(room: RoomName, worker: Pool, ledger: Pool): Promise<Finding[]> {
  const { readRoomPlace } = load('../../kernel/room-place') as typeof import('../../kernel/room-place');
  const { firstLostRecord } = load('../../kernel/outbox/own-records') as typeof import('../../kernel/outbox/own-records');
  const { placeFaults, readSentAfter } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  const lost = await firstLostRecord(worker, (after, limit) => readSentAfter(ledger, room, after, limit));
  const behind = lost === null ? [] : [finding('ROOM_BEHIND', room, `its record ${lost.seq} (entry ${lost.index}) and what it recorded after that`)];
  const faults = await placeFaults(ledger, room, await readRoomPlace(worker));
  return [...behind, ...faults.map(({ code, what }) => finding(code, room, what))];
}

async function examineKeyStore(config: PreparedConfig): Promise<Finding[]> {
  const { openRoomDatabase } = load('../../kernel/database/room-database') as typeof import('../../kernel/database/room-database');
  const { openKeyStoreRoom } = load('../../kernel/key-store-room') as typeof import('../../kernel/key-store-room');
  const { databaseOf } = load('../../kernel/room-host') as typeof import('../../kernel/room-host');
  const { borrowersRoom, checkKeys } = load('../../subgraphs/borrowers/subgraph') as typeof import('../../subgraphs/borrowers/subgraph');
  const borrowers = await openRoomDatabase(config, databaseOf(borrowersRoom));
  const keys = await openKeyStoreRoom(config);
  try {
    const { absent, undestroyed } = await checkKeys(borrowers.worker, keys.keyStore);
    return [
      ...(absent > 0 ? [finding('KEY_STORE_BEHIND', 'keystore', `the keys of ${absent} borrowers`)] : []),
      ...(undestroyed > 0 ? [finding('KEY_STORE_HOLDS_ERASED', 'keystore', `the destruction of ${undestroyed} keys of erased borrowers`)] : []),
    ];
  } finally {
    await Promise.all([keys.close(), borrowers.close()]);
  }
}

async function sizeOf(ledger: Pool): Promise<number> {
  const { readHead } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  return (await readHead(ledger))?.size ?? 0;
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
