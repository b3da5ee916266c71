/** Two banks, each with its first operator, in real rooms on a real ledger; and what tests ask of them again and again. */
import { parseEntry } from '../../audit/log/entry';
import type { Actor } from '../../kernel/actor';
import { readFollowedEvent, type FollowedEvent } from '../../kernel/follower/followed-event';
import type { RoomAnswer } from '../../kernel/room';
import { newId } from '../../schema/ids';
import type { RoomName } from '../../schema/vocabulary';
import { bootstrapCreditor, STAFF_SCOPES } from '../../subgraphs/creditors/subgraph';
import type { TestRooms } from './test-rooms';

export interface Bank {
  readonly creditorId: string;
  readonly authorityId: string;
  readonly mandateId: string;
  readonly operator: Actor;
  readonly regulator: Actor;
}

export function staffOf(creditorId: string, sub: string, scopes: readonly string[] = STAFF_SCOPES): Actor {
  return { audience: 'INTERNAL', sub, org: creditorId, scopes, purpose: null, method: 'token' };
}

export function agencyActor(agencyId: string): Actor {
  return { audience: 'PARTNER', sub: 'collector-1', org: agencyId, scopes: [...STAFF_SCOPES], purpose: 'COLLECTION', method: 'token' };
}

/** Waits until the bank's rights stand in every open room. */
export async function openBank(rooms: TestRooms, code: string): Promise<Bank> {
  const regulatorId = newId('regulator');
  const operatorSub = `operator-${code}`;
  const request = { creditor: { code, name: `Bank ${code}`, jurisdiction: 'CN' }, operatorSub, regulatorId, now: new Date() };
  const { creditorId, authorityId, mandateId } = await bootstrapCreditor(rooms.room('creditors').database.worker, request);
  await delivered(rooms, 'creditors');
  return {
    creditorId,
    authorityId,
    mandateId: mandateId!,
    operator: staffOf(creditorId, operatorSub),
    regulator: { audience: 'REGULATOR', sub: 'supervisor-1', org: regulatorId, scopes: [], purpose: 'SUPERVISION', method: 'token' },
  };
}

/** Every committed record of the room has an index, and every room has followed to the head. */
export async function delivered(rooms: TestRooms, room: RoomName): Promise<void> {
  const { worker } = rooms.room(room).database;
  while ((await worker.query('select 1 from outbox where id not in (select outbox_id from delivery) limit 1')).rowCount !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await rooms.settled();
}

export async function eventsOf(rooms: TestRooms, type: string): Promise<FollowedEvent[]> {
  const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 10_000, 0);
  return entries.filter((entry) => parseEntry(entry.bytes).event.type === type).map(readFollowedEvent);
}

/** The value of a mutation's only field. */
export function resultOf(answer: RoomAnswer): Record<string, unknown> {
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data!)[0] as Record<string, unknown>;
}

export function codeOf(answer: RoomAnswer): unknown {
  return answer.errors?.[0]?.extensions?.['code'];
}
