/**
 * What happens to an agency's contact point when the ledger found that its right had moved on before the entry was
 * appended: the contact point is withdrawn, and the refusal takes the place of its event. Never tries again by itself.
 */
import type { Actor } from '../../kernel/actor';
import { composeSubmission } from '../../kernel/event-draft';
import type { Reconsideration } from '../../kernel/outbox/relay';
import { CONTACT_RULE_PACK } from './contact-point';
import type { ContactPointRow } from './contact-point.row';

export const WITHDRAW_CONTACT = 'withdraw-contact-point';

interface Withdrawal {
  readonly actor: Actor;
  readonly contactId: string;
  readonly borrowerId: string;
  readonly creditorId: string;
}

/** Ids only: the argument lies in the outbox in clear. */
export function withdrawalArgument(actor: Actor, { id: contactId, borrowerId, creditorId }: ContactPointRow): string {
  const withdrawal: Withdrawal = { actor, contactId, borrowerId, creditorId };
  return JSON.stringify(withdrawal);
}

export const withdrawContactPoint: Reconsideration = async (client, argument) => {
  const { actor, contactId, borrowerId, creditorId } = JSON.parse(argument) as Withdrawal;
  await client.query(`update contact_point set status = 'WITHDRAWN' where id = $1`, [contactId]);
  const { rows } = await client.query<{ index: number }>('select next_index - 1 as index from follower');
  const now = new Date();
  const ruleId = 'CONTACT-RIGHT-CURRENT';
  const submission = composeSubmission(
    {
      type: 'borrowers.CommandRefused',
      typeVersion: 1,
      retention: 'OPERATION',
      actor,
      occurredAt: now,
      purpose: actor.purpose,
      decision: { outcome: 'REFUSE', rules: [ruleId], rulePack: CONTACT_RULE_PACK, index: rows[0]?.index ?? -1, at: now },
      facts: { command: 'addContactPoint', ruleId, rulePack: CONTACT_RULE_PACK, count: 1, since: now.toISOString() },
      hidden: { borrowerId, creditorId, contactId },
      streams: [`borrower:${borrowerId}`, `creditor:${creditorId}`, `agency:${actor.org}`],
    },
    null,
  );
  return {
    row: {
      event_id: submission.idempotencyKey,
      event: submission.event,
      streams: JSON.stringify(submission.streams),
      expect: '[]',
      disclosures: JSON.stringify(submission.disclosures),
      reconsider: null,
    },
  };
};
