/**
 * Keeps every room's standing tables: which authority, mandate, agreement and grant stands, which engagement is qualified,
 * which Borrowers a person is. Reads structural ids only, so a rebuild after any erasure gives the same rows.
 */
import type { PoolClient } from 'pg';
import { idPrefix, type IdPrefix } from '../../schema/ids';
import type { Json } from '../event-draft';
import { FollowerMismatch, hiddenId, type FollowedEvent } from './followed-event';
import type { FollowHandler, Following } from './follower';

const optional = (event: FollowedEvent, name: string): string | null => (event.hidden[name] === undefined ? null : hiddenId(event, name));

function fact<T>(event: FollowedEvent, name: string, otherwise: T): T {
  return (event.facts[name] as T | undefined) ?? otherwise;
}

const OPEN = `insert into standing_right (id, kind, holder, creditor_id, agency_id, engagement_id, debt_id, borrower_id, purposes, categories, scopes, valid_from, valid_until, stream_n, opened_at_index)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;

function opensRight(kind: 'AUTHORITY' | 'GRANT' | 'MANDATE' | 'AGREEMENT', idName: string, holderName: string): FollowHandler {
  return async (client, event) => {
    const id = hiddenId(event, idName);
    await client.query(OPEN, [
      id,
      kind,
      hiddenId(event, holderName),
      hiddenId(event, 'creditorId'),
      optional(event, 'agencyId'),
      optional(event, 'engagementId'),
      optional(event, 'debtId'),
      optional(event, 'borrowerId'),
      fact<string[]>(event, 'purposes', []),
      fact<string[]>(event, 'categories', []),
      fact<string[]>(event, 'scopes', []),
      fact<string>(event, 'from', event.occurredAt.toISOString()),
      fact<string>(event, 'until', 'infinity'),
      event.position(`grant:${id}`),
      event.index,
    ]);
  };
}

function closesRight(idName: string): FollowHandler {
  return async (client, event) => {
    const id = hiddenId(event, idName);
    await client.query('update standing_right set closed_at_index = $2, stream_n = $3 where id = $1', [id, event.index, event.position(`grant:${id}`)]);
  };
}

const MOVE_ENGAGEMENT = `insert into standing_engagement (id, creditor_id, agency_id, state, attested_until, stream_n) values ($1, $2, $3, $4, $5, $6)
  on conflict (id) do update set state = excluded.state, stream_n = excluded.stream_n, attested_until = coalesce(excluded.attested_until, standing_engagement.attested_until)`;

async function movesEngagement(client: PoolClient, event: FollowedEvent): Promise<void> {
  const id = hiddenId(event, 'engagementId');
  const attestedUntil = event.type === 'agencies.SecurityAttested' ? fact<string | null>(event, 'validUntil', null) : null;
  await client.query(MOVE_ENGAGEMENT, [
    id,
    hiddenId(event, 'creditorId'),
    hiddenId(event, 'agencyId'),
    fact<string>(event, 'state', 'PROPOSED'),
    attestedUntil,
    event.position(`engagement:${id}`),
  ]);
}

const NAME_PERSONS = {
  name: 'standing_persons',
  text: 'insert into standing_person (borrower_id, person_id, creditor_id) select * from unnest($1::text[], $2::text[], $3::text[])',
} as const;

/** Array literals of Borrowers, persons and creditors. In one process every room that follows is given the same event. */
const persons = new WeakMap<FollowedEvent, readonly string[]>();

/** The two kinds of item of one borrower arrive apart, so that no export of the creditor's stream shows the person. */
function personsOf(event: FollowedEvent): readonly string[] {
  const creditors = new Map(event.items.filter((item) => item['creditorId'] !== undefined).map((item) => [item['borrowerId'], item['creditorId']]));
  const rows = event.items.filter((item) => item['personId'] !== undefined);
  return [
    idsOf(event, 'borrower', rows.map((item) => item['borrowerId'])),
    idsOf(event, 'person', rows.map((item) => item['personId'])),
    idsOf(event, 'creditor', rows.map((item) => creditors.get(item['borrowerId']))),
  ];
}

/** Ids need no escaping in an array literal; anything else stops here. */
function idsOf(event: FollowedEvent, prefix: IdPrefix, values: readonly (Json | undefined)[]): string {
  const ids = values.filter((value) => typeof value === 'string' && idPrefix(value) === prefix) as string[];
  if (ids.length !== values.length) throw new FollowerMismatch(`entry ${event.index}: ${event.type} names a ${prefix} by something else than its id`);
  return `{${ids.join(',')}}`;
}

async function namesPersons(client: PoolClient, event: FollowedEvent): Promise<void> {
  let named = persons.get(event);
  if (named === undefined) persons.set(event, (named = personsOf(event)));
  await client.query({ ...NAME_PERSONS, values: [...named] });
}

const version1 = (handler: FollowHandler): readonly Following[] => [{ versions: [1], handler }];

/** What every room follows, whatever else it follows itself. */
export const STANDING_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([
  ['creditors.StaffAuthorityGranted', version1(opensRight('AUTHORITY', 'authorityId', 'staffSub'))],
  ['creditors.StaffAuthorityRevoked', version1(closesRight('authorityId'))],
  ['creditors.SupervisionMandateGranted', version1(opensRight('MANDATE', 'mandateId', 'regulatorId'))],
  ['creditors.SupervisionMandateEnded', version1(closesRight('mandateId'))],
  ['creditors.AgreementSigned', version1(opensRight('AGREEMENT', 'agreementId', 'agencyId'))],
  ['creditors.AgreementTerminated', version1(closesRight('agreementId'))],
  ['debts.GrantOpened', version1(opensRight('GRANT', 'grantId', 'agencyId'))],
  ['debts.GrantClosed', version1(closesRight('grantId'))],
  ['agencies.EngagementProposed', version1(movesEngagement)],
  ['agencies.SecurityAttested', version1(movesEngagement)],
  ['agencies.EngagementQualified', version1(movesEngagement)],
  ['agencies.EngagementSuspended', version1(movesEngagement)],
  ['agencies.EngagementReinstated', version1(movesEngagement)],
  ['agencies.EngagementEnded', version1(movesEngagement)],
  ['borrowers.BorrowersRegistered', version1(namesPersons)],
]);

/** The room's own handlers join the shared ones; both see an event that both follow, shared standing first. */
export function withStanding(own: ReadonlyMap<string, readonly Following[]>): ReadonlyMap<string, readonly Following[]> {
  const all = new Map<string, readonly Following[]>(STANDING_FOLLOWING);
  for (const [type, followings] of own) all.set(type, [...(all.get(type) ?? []), ...followings]);
  return all;
}
