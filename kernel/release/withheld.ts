/**
 * Records that personal data was asked for and withheld by a rule. The attempt is evidence too (ledger.md §4.3), but it
 * must not slow or fail the answer more than one small transaction does; repeats are counted, not repeated.
 */
import type { RoomContext } from '../context';
import { recordRefusal } from '../refusals';
import { RELEASE_RULE_PACK } from '../rights/right';
import { writeTransaction } from '../transaction';
import type { Release } from './release';

export async function recordWithheld(context: RoomContext, release: Release): Promise<void> {
  const { services, actor } = context;
  // A room behind its own entries would give the record a number that the ledger has of another one.
  if (await services.history.isBehind()) return;
  const now = services.clock();
  const index = release.standing?.index ?? -1;
  await writeTransaction(context.place(now), actor, async (transaction) => {
    const runner = { query: async (sql: string, values: readonly unknown[]) => ({ rows: await transaction.query(sql, values) }) };
    for (const { ruleId, subject } of release.withheld.values()) {
      await recordRefusal(runner, {
        type: `${services.room}.ReleaseRefused`,
        subject: `release ${ruleId} ${subject.creditorId}`,
        actor,
        occurredAt: now,
        facts: { ruleId },
        hidden: { creditorId: subject.creditorId },
        streams: actor.audience === 'PARTNER' ? [`creditor:${subject.creditorId}`, `agency:${actor.org}`] : [`creditor:${subject.creditorId}`],
        decision: { outcome: 'REFUSE', rules: [ruleId], rulePack: RELEASE_RULE_PACK, index, at: now },
      });
    }
  });
  services.receipts.recorded();
}
