/**
 * What this room follows beside the shared standing: the scope of agreements, the keys of agencies, and its own entries coming back from the
 * ledger. A placement is known to its agency, and becomes active, only because the ledger has the entry.
 */
import type { PoolClient } from 'pg';
import { AGENCY_KEY_FOLLOWING } from '../../kernel/agency-keys/standing';
import { hiddenId, type FollowedEvent } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following } from '../../kernel/follower/follower';

const AGREEMENT = `insert into standing_agreement (id, products, regions, days_past_due_min, days_past_due_max) values ($1, $2, $3, $4, $5)
  on conflict (id) do update set products = excluded.products, regions = excluded.regions, days_past_due_min = excluded.days_past_due_min, days_past_due_max = excluded.days_past_due_max`;

async function learnAgreement(client: PoolClient, event: FollowedEvent): Promise<void> {
  const { products, regions, daysPastDueMin, daysPastDueMax } = event.facts;
  await client.query(AGREEMENT, [hiddenId(event, 'agreementId'), products ?? [], regions ?? [], daysPastDueMin ?? 0, daysPastDueMax ?? null]);
}

/** Each handler sets the same values again when the ledger is replayed from its first entry. */
const marksIndex =
  (column: 'proposed_index' | 'grant_opened_index' | 'grant_closed_index'): FollowHandler =>
  async (client, event) => {
    await client.query(`update placement set ${column} = $2 where id = $1`, [hiddenId(event, 'placementId'), event.index]);
  };

const activate: FollowHandler = async (client, event, means) => {
  await marksIndex('grant_opened_index')(client, event, means);
  await client.query(`update placement set state = 'ACTIVE', changed_at = $2 where id = $1 and state = 'ACCEPTED'`, [hiddenId(event, 'placementId'), event.occurredAt]);
};

const version1 = (handler: FollowHandler): readonly Following[] => [{ versions: [1], handler }];

export const DEBTS_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([
  ...AGENCY_KEY_FOLLOWING,
  ['creditors.AgreementSigned', version1(learnAgreement)],
  ['debts.PlacementProposed', version1(marksIndex('proposed_index'))],
  ['debts.GrantOpened', version1(activate)],
  ['debts.GrantClosed', version1(marksIndex('grant_closed_index'))],
]);
