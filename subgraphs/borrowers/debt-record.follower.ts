/**
 * What this room follows of debts, so that it knows how long their records have to be kept: which there are, whether each is settled, when
 * something was last recorded of it and when an agency last had to do with it. Keeps ids, states and instants only, in whatever order they come.
 */
import { FollowerMismatch, hiddenId } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following, PageHandler } from '../../kernel/follower/follower';

/** A debt that is known by its placement alone counts as open: what is not known is kept longer. One row a debt, however often a page names it. */
const RECORD = {
  name: 'standing_debt',
  text: `insert into standing_debt (debt_id, borrower_id, creditor_id, settled, recorded_at, shared_at)
    select debt_id, min(borrower_id), min(creditor_id), bool_or(settled), max(recorded_at), max(recorded_at) filter (where shared)
      from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[], $6::boolean[]) as said(debt_id, borrower_id, creditor_id, settled, recorded_at, shared) group by debt_id
    on conflict (borrower_id, debt_id) do update set settled = standing_debt.settled or excluded.settled,
      recorded_at = greatest(standing_debt.recorded_at, excluded.recorded_at), shared_at = greatest(standing_debt.shared_at, excluded.shared_at)`,
} as const;

const recordDebts: PageHandler = async (client, events) => {
  const ids = (name: string): string[] => events.map((event) => hiddenId(event, name));
  const values = [ids('debtId'), ids('borrowerId'), ids('creditorId'), events.map(({ type }) => type === SETTLED), events.map(({ occurredAt }) => occurredAt), events.map(({ type }) => SHARES.has(type))];
  await client.query({ ...RECORD, values });
};

const learnJurisdiction: FollowHandler = async (client, event) => {
  const { jurisdiction } = event.facts;
  if (typeof jurisdiction !== 'string') throw new FollowerMismatch(`entry ${event.index}: ${event.type} names no jurisdiction`);
  await client.query('insert into standing_creditor (creditor_id, jurisdiction) values ($1, $2) on conflict (creditor_id) do update set jurisdiction = excluded.jurisdiction', [
    hiddenId(event, 'creditorId'),
    jurisdiction,
  ]);
};

const SETTLED = 'debts.DebtSettled';

/** Every step of a placement is about what an agency was given: the last one bounds the collection activity. */
const SHARES: ReadonlySet<string> = new Set([
  'debts.PlacementProposed',
  'debts.PlacementAccepted',
  'debts.PlacementRejected',
  'debts.RecallRequested',
  'debts.PlacementRecalled',
  'debts.PlacementClosed',
  'debts.PlacementVoided',
  'debts.GrantOpened',
  'debts.GrantClosed',
  'debts.ReturnOrDestructionDue',
  'debts.ReturnOrDestructionAttested',
]);

const OF_DEBTS = ['debts.DebtRegistered', 'debts.AmountDetermined', 'debts.PaymentRecorded', SETTLED, ...SHARES];

export const DEBT_RECORD_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([
  ['creditors.CreditorRegistered', [{ versions: [1], handler: learnJurisdiction }]],
  ...OF_DEBTS.map((type): [string, readonly Following[]] => [type, [{ versions: [1], pageHandler: recordDebts }]]),
]);
