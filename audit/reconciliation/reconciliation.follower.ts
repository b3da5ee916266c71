/**
 * Both sides of every handover, followed in the ledger: what was released to an agency, what it acknowledged, when its access
 * ended and what it attested, and what was refused. Decides nothing but whether two entries match.
 */
import type { PoolClient } from 'pg';
import { AGENCY_KEY_FOLLOWING } from '../../kernel/agency-keys/standing';
import { FollowerMismatch, hiddenId, type FollowedEvent } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following } from '../../kernel/follower/follower';
import { ROOMS } from '../../schema/vocabulary';
import { MISMATCH_FAULTS, type ReceiptFault } from '../handover/handover';

function fact<T>(event: FollowedEvent, name: string): T {
  const value = event.facts[name];
  if (value === undefined) throw new FollowerMismatch(`entry ${event.index}: ${event.type} does not say ${name}`);
  return value as T;
}

/** The ids behind the entry's streams of one kind. */
function idsOf(event: FollowedEvent, kind: 'creditor' | 'agency' | 'borrower'): string[] {
  const prefix = `${kind}:`;
  return event.streams.filter((stream) => stream.startsWith(prefix)).map((stream) => stream.slice(prefix.length)).sort();
}

const SHARED = `insert into standing_share (index, agency_id, creditor_ids, borrower_ids, room, payload_hash, released_at, purpose, categories, subjects)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

/** The payload is the entry itself: it commits to the fields, the subjects and the right, and whoever may read it can hash it. */
async function notesShare(client: PoolClient, event: FollowedEvent): Promise<void> {
  await client.query(SHARED, [
    event.index,
    hiddenId(event, 'actorOrg'),
    idsOf(event, 'creditor'),
    idsOf(event, 'borrower'),
    event.room,
    event.leafHash.toString('hex'),
    event.occurredAt,
    event.purpose ?? '',
    fact<string[]>(event, 'categories'),
    fact<number>(event, 'subjects'),
  ]);
}

const UNMATCHED = `insert into standing_unmatched_receipt (index, agency_id, creditor_ids, fault, share_index, payload_hash, received_at) values ($1, $2, $3, $4, $5, $6, $7)`;

interface Claimed {
  readonly agencyId: string;
  readonly share: number;
  readonly payloadHash: string;
}

async function notesUnmatched(client: PoolClient, event: FollowedEvent, { agencyId, share, payloadHash }: Claimed, fault: ReceiptFault): Promise<void> {
  await client.query(UNMATCHED, [event.index, agencyId, idsOf(event, 'creditor'), fault, share, payloadHash, event.occurredAt]);
}

const ACKNOWLEDGED = 'update standing_share set receipt_index = $4 where index = $1 and agency_id = $2 and payload_hash = $3 and receipt_index is null';
const OF_SHARE = 'select payload_hash = $3 as same, receipt_index is not null as answered from standing_share where index = $1 and agency_id = $2';
const KEY_HELD = 'select 1 from standing_agency_key where thumbprint = $1 and agency_id = $2 and revoked_at_index is null and valid_until > $3';

/** True for what is not signed: an agency without a key need not. A revocation counts from its own entry on. */
async function isKeyHeld(client: PoolClient, event: FollowedEvent): Promise<boolean> {
  const { thumbprint } = event.hidden;
  if (thumbprint === undefined) return true;
  const { rows } = await client.query(KEY_HELD, [thumbprint, hiddenId(event, 'agencyId'), event.occurredAt]);
  return rows.length > 0;
}

/** The room that takes receipts has checked all this; the ledger's order is what counts, and it may have been another. */
async function notesReceipt(client: PoolClient, event: FollowedEvent): Promise<void> {
  const claimed = { agencyId: hiddenId(event, 'agencyId'), share: fact<number>(event, 'share'), payloadHash: fact<string>(event, 'payloadHash') };
  const values = [claimed.share, claimed.agencyId, claimed.payloadHash];
  const { rows } = await client.query<{ same: boolean; answered: boolean }>(OF_SHARE, values);
  const share = rows[0];
  if (share === undefined) return notesUnmatched(client, event, claimed, 'NO_SHARE');
  if (!share.same) return notesUnmatched(client, event, claimed, 'OTHER_PAYLOAD');
  if (share.answered) return notesUnmatched(client, event, claimed, 'REPEATED');
  await client.query(ACKNOWLEDGED, [...values, event.index]);
  if (!(await isKeyHeld(client, event))) await notesUnmatched(client, event, claimed, 'KEY_ENDED');
}

/** A grant the ledger never had gave no access: its end asks for nothing. */
const DUE = `insert into standing_attestation_duty (placement_id, agency_id, creditor_ids, due_index, attest_by)
  select $1, $2, $3, $4, $5 where exists (select 1 from standing_right where id = $6) on conflict (placement_id) do nothing`;

/** From the bound, and from the grant's end as well: access that ended before there were bounds is to be answered for, too. */
async function notesDuty(client: PoolClient, event: FollowedEvent): Promise<void> {
  const attestBy = (event.facts['attestBy'] as string | undefined) ?? null;
  await client.query(DUE, [hiddenId(event, 'placementId'), hiddenId(event, 'agencyId'), idsOf(event, 'creditor'), event.index, attestBy, hiddenId(event, 'grantId')]);
}

/** Signed with a key that had ended where the entry stands, it leaves the duty open: somebody else may have signed. */
async function notesAttestation(client: PoolClient, event: FollowedEvent): Promise<void> {
  const until = (await isKeyHeld(client, event)) ? ((event.facts['retainedUntil'] as string | undefined) ?? 'infinity') : null;
  await client.query('update standing_attestation_duty set attested_index = $2, fulfilled_until = $3 where placement_id = $1', [hiddenId(event, 'placementId'), event.index, until]);
}

const REFUSED = 'insert into standing_refusal (index, agency_id, creditor_ids, room, command, rule_id, count, since) values ($1, $2, $3, $4, $5, $6, $7, $8)';

async function notesRefusal(client: PoolClient, event: FollowedEvent): Promise<void> {
  const [agencyId = null] = idsOf(event, 'agency');
  const ruleId = fact<string>(event, 'ruleId');
  const command = (event.facts['command'] as string | undefined) ?? null;
  await client.query(REFUSED, [event.index, agencyId, idsOf(event, 'creditor'), event.room, command, ruleId, fact<number>(event, 'count'), fact<string>(event, 'since')]);
  const fault = event.room === 'audit' ? MISMATCH_FAULTS[ruleId] : undefined;
  const { claimedShare, claimedHash } = event.hidden;
  if (fault === undefined || agencyId === null || typeof claimedShare !== 'number' || typeof claimedHash !== 'string') return;
  await notesUnmatched(client, event, { agencyId, share: claimedShare, payloadHash: claimedHash }, fault);
}

const version1 = (handler: FollowHandler): readonly Following[] => [{ versions: [1], handler }];

/** Only what leaves the creditor's house is a handover: reads of its own staff and of the borrower himself are not. */
const toAgency: NonNullable<Following['concerns']> = ({ actor }) => actor.audience === 'PARTNER';

/** Versions differ only in how a borrower's own right is called, and his reads are no handover. */
const SHARES: readonly Following[] = [{ versions: [1, 2], handler: notesShare, concerns: toAgency }];

export const RECONCILIATION_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([
  ...AGENCY_KEY_FOLLOWING,
  ['debts.DataDisclosed', SHARES],
  ['borrowers.DataDisclosed', SHARES],
  ['audit.HandoverAcknowledged', version1(notesReceipt)],
  ['debts.ReturnOrDestructionDue', version1(notesDuty)],
  ['debts.GrantClosed', version1(notesDuty)],
  ['debts.ReturnOrDestructionAttested', version1(notesAttestation)],
  ...ROOMS.flatMap((room): [string, readonly Following[]][] => [
    [`${room}.CommandRefused`, version1(notesRefusal)],
    [`${room}.ReleaseRefused`, version1(notesRefusal)],
  ]),
]);
