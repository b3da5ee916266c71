/** Puts standing into the ledger the way its owning rooms do, for tests that open only some of the rooms. */
import type { Actor } from '../../kernel/actor';
import { composeSubmission, type EventDraft } from '../../kernel/event-draft';
import type { Receipt } from '../../kernel/ledger';
import { newId } from '../../schema/ids';
import { DATA_CATEGORIES, PURPOSES, type DataCategory, type RoomName } from '../../schema/vocabulary';
import type { TestRooms } from './test-rooms';

type StandingDraft = Pick<EventDraft, 'type' | 'facts' | 'hidden' | 'streams' | 'items'> & { readonly occurredAt?: Date };

const sequences = new WeakMap<TestRooms, Map<RoomName, number>>();

/** Appends as the owning room's relay would; only for rooms the test does not open itself. */
export async function appendAs(rooms: TestRooms, room: RoomName, draft: StandingDraft): Promise<Receipt> {
  const own = sequences.get(rooms) ?? new Map<RoomName, number>();
  sequences.set(rooms, own);
  const sourceSeq = (own.get(room) ?? 0) + 1;
  own.set(room, sourceSeq);
  const submission = composeSubmission({ occurredAt: new Date(), ...draft, typeVersion: 1, retention: 'STANDING', actor: null }, null);
  const [result] = await rooms.ledger.ledgerFor(room).append('outbox', [{ ...submission, sourceSeq }], 5_000);
  if (!result?.ok) throw new Error(`the ledger refused ${draft.type}: ${result?.message}`);
  return result;
}

const TERM = { from: '2020-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' };

export interface StaffMember {
  readonly actor: Actor;
  readonly creditorId: string;
  readonly authorityId: string;
  /** Ledger index of the entry that opened it. */
  readonly grantedAt: number;
}

/** A staff member with every scope and purpose, and every category unless fewer are named, at a creditor of its own unless one is. */
export async function appendStaff(rooms: TestRooms, scopes: readonly string[], creditorId: string = newId('creditor'), only: { sub?: string; categories?: readonly DataCategory[] } = {}): Promise<StaffMember> {
  const authorityId = newId('authority');
  const { sub = `staff-${authorityId.slice(-6)}`, categories = DATA_CATEGORIES } = only;
  const { index: grantedAt } = await appendAs(rooms, 'creditors', {
    type: 'creditors.StaffAuthorityGranted',
    facts: { purposes: [...PURPOSES], categories: [...categories], scopes: [...scopes], ...TERM },
    hidden: { authorityId, staffSub: sub, creditorId },
    streams: [`creditor:${creditorId}`, `grant:${authorityId}`],
  });
  return { creditorId, authorityId, grantedAt, actor: { audience: 'INTERNAL', sub, org: creditorId, scopes: [...scopes], purpose: 'SERVICING', method: 'token' } };
}
