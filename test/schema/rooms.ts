/** The rooms' real schemas for house and golden tests; a room whose door is not built is named, never passed over. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { roomSchema } from '../../compose';
import { schemaFolder } from '../../schema/schema-folder';
import type { RoomSchema } from '../../schema/subgraph-schema';
import { ROOMS, type RoomName } from '../../schema/vocabulary';

function doorOf(room: RoomName): string {
  return join(schemaFolder(), '..', room === 'audit' ? 'audit' : join('subgraphs', room), 'subgraph.ts');
}

export const ROOMS_WITHOUT_DOOR: readonly RoomName[] = ROOMS.filter((room) => !existsSync(doorOf(room)));

export const ROOMS_WITH_DOOR: readonly RoomName[] = ROOMS.filter((room) => existsSync(doorOf(room)));

const built = new Map<RoomName, RoomSchema>();

export function schemaOfRoom(room: RoomName): RoomSchema {
  const schema = built.get(room) ?? roomSchema(room);
  built.set(room, schema);
  return schema;
}
