/** Pruning as this room follows it: from the entry on, bundles below its index are not served. The minimum never goes back. */
import { FollowerMismatch } from '../../kernel/follower/followed-event';
import type { FollowHandler, Following } from '../../kernel/follower/follower';
import { ENTRIES_PRUNED } from './pruning';

const prune: FollowHandler = async (client, event) => {
  const { minimumIndex } = event.facts;
  if (typeof minimumIndex !== 'number' || !Number.isSafeInteger(minimumIndex) || minimumIndex < 0 || minimumIndex > event.index) {
    throw new FollowerMismatch(`entry ${event.index}: ${event.type} names no index before it`);
  }
  await client.query('update pruned set minimum_index = greatest(minimum_index, $1)', [minimumIndex]);
};

export const PRUNING_FOLLOWING: ReadonlyMap<string, readonly Following[]> = new Map([[ENTRIES_PRUNED, [{ versions: [1], handler: prune }]]]);
