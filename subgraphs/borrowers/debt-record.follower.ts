/**
 * What this room follows of debts, so that it knows how long their records have to be kept: which there are, whether each is settled, when
 * something was last recorded of it and when an agency last had to do with it. Keeps ids, states and instants only, in whatever order they come.
 */
import { FollowerMismatch, type FollowedEvent } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following } from '../../kernel/follower/follower';

function hiddenId(event: FollowedEvent, name: string): string {
  const value = event.hidden[name];
  if (typeof value !== 'string') throw new FollowerMismatch(`entry ${event.index}: ${event.type} lacks ${name}`);
  return value;
}

/** A debt that is known by its placement alone counts as open: what is not known is kept longer. */
const RECORD = {
  name: 'standing_debt',
  text: `insert into standing_debt (debt_id, borrower_id, creditor_id, settled, recorded_at, shared_at) values ($1, $2, $3, $4, $5, $6)
    on conflict (debt_id) do update set settled = standing_debt.settled or excluded.settled,
      recorded_at = greatest(standing_debt.recorded_at, excluded.recorded_at), shared_at = greatest(standing_debt.shared_at, excluded.shared_at)`,
} as const;

const records =
  ({ settles = false, shares = false }: { readonly settles?: boolean; readonly shares?: boolean } = {}): FollowHandler =>
  async (client, event) => {
    const [debtId, borrowerId, creditorId] = ['debtId', 'borrowerId', 'creditorId'].map((name) => hiddenId(event, name));
    await client.query({ ...RECORD, values: [debtId, borrowerId, creditorId, settles, event.occurredAt, shares ? event.occurredAt : null] });
  };

const learnJurisdiction: FollowHandler = async (client, event) => {
  const { jurisdiction } = event.facts;
  if (typeof jurisdiction !== 'string') throw new FollowerMismatch(`entry ${event.index}: ${event.type} names no jurisdiction`);
  await client.query('insert into standing_creditor (creditor_id, jurisdiction) values ($1, $2) on conflict (creditor_id) do update set jurisdiction = excluded.jurisdiction', [
    hiddenId(event, 'creditorId'),
    jurisdiction,
  ]);
};

const version1 = (handler: FollowHandler): readonly Following[] => [{ versions: [1], handler }];

/** Every step of a placement is about what an agency was given: the last one bounds the collection activity. */
const SHARES = [
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
] as const;

export const DEBT_RECORD_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([
  ['creditors.CreditorRegistered', version1(learnJurisdiction)],
  ['debts.DebtRegistered', version1(records())],
  ['debts.AmountDetermined', version1(records())],
  ['debts.PaymentRecorded', version1(records())],
  ['debts.DebtSettled', version1(records({ settles: true }))],
  ...SHARES.map((type): [string, readonly Following[]] => [type, version1(records({ shares: true }))]),
]);
