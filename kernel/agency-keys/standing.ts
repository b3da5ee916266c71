/**
 * The keys of agencies as a room knows them from the ledger. Rooms that take signatures make the table in a migration of
 * theirs, follow again from the first entry, and follow the two events; a key that no entry registered verifies nothing.
 */
import type { PoolClient } from 'pg';
import type { KeyAlgorithm } from '../../audit/log/agency-key';
import type { RoomName } from '../../schema/vocabulary';
import { FollowerMismatch, type FollowedEvent } from '../follower/followed-event';
import type { Following } from '../follower/follower';
import type { Transaction } from '../transaction';
import type { KeyStanding } from './signature';

export function agencyKeyTable(room: RoomName): string[] {
  return [
    `create table standing_agency_key (
      thumbprint text primary key,
      agency_id text not null,
      algorithm text not null check (algorithm in ('EdDSA', 'ES256')),
      spki text not null,
      valid_until timestamptz not null,
      revoked_at_index bigint
    )`,
    'create index standing_agency_key_agency on standing_agency_key (agency_id)',
    `grant select on standing_agency_key to cession_${room}_request`,
    `grant select, insert, update, delete, truncate on standing_agency_key to cession_${room}_worker`,
  ];
}

function text(event: FollowedEvent, from: 'hidden' | 'facts', name: string): string {
  const value = event[from][name];
  if (typeof value !== 'string') throw new FollowerMismatch(`entry ${event.index}: ${event.type} lacks ${name}`);
  return value;
}

const LEARN = 'insert into standing_agency_key (thumbprint, agency_id, algorithm, spki, valid_until) values ($1, $2, $3, $4, $5)';

async function learnKey(client: PoolClient, event: FollowedEvent): Promise<void> {
  await client.query(LEARN, [
    text(event, 'hidden', 'thumbprint'),
    text(event, 'hidden', 'agencyId'),
    text(event, 'facts', 'algorithm'),
    text(event, 'hidden', 'publicKey'),
    text(event, 'facts', 'validUntil'),
  ]);
}

async function revokeKey(client: PoolClient, event: FollowedEvent): Promise<void> {
  await client.query('update standing_agency_key set revoked_at_index = $2 where thumbprint = $1', [text(event, 'hidden', 'thumbprint'), event.index]);
}

export const AGENCY_KEY_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([
  ['agencies.AgencyKeyRegistered', [{ versions: [1], handler: learnKey }]],
  ['agencies.AgencyKeyRevoked', [{ versions: [1], handler: revokeKey }]],
]);

interface KeyRow {
  readonly thumbprint: string;
  readonly algorithm: KeyAlgorithm;
  readonly spki: string;
  readonly validUntil: Date;
  readonly revoked: boolean;
}

export function keysOfAgency(transaction: Transaction, agencyId: string): Promise<KeyStanding[]> {
  return transaction.prepared<KeyRow>(
    'agency_keys',
    `select thumbprint, algorithm, spki, valid_until as "validUntil", revoked_at_index is not null as revoked from standing_agency_key where agency_id = $1`,
    [agencyId],
  );
}
