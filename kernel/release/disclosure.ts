/**
 * The disclosure record of one fetch: who was given which categories of whose data, for what purpose, under which right.
 * One entry for all subjects of the fetch; each subject's part is committed apart, so an export for one shows no other.
 */
import type { RoomName, StreamName } from '../../schema/vocabulary';
import type { Actor } from '../actor';
import { composeSubmission, type EventDraft } from '../event-draft';
import type { StandingPoint } from '../follower/standing-point';
import type { Submission } from '../ledger';
import { RELEASE_RULE_PACK } from '../rights/right';
import type { Release } from './release';

export interface DisclosureFacts {
  readonly room: RoomName;
  readonly actor: Actor;
  readonly occurredAt: Date;
  readonly operation: NonNullable<EventDraft['operation']>;
  readonly standing: StandingPoint;
}

/** A disclosure entry means "released for delivery" (DESIGN §1.2): it exists before the values leave the room. */
export function composeDisclosure(release: Release, facts: DisclosureFacts): Submission {
  const subjects = [...release.subjects.values()];
  const streams = new Set<StreamName>();
  const categories = new Set<string>();
  for (const { subject, categories: own } of subjects) {
    streams.add(`borrower:${subject.borrowerId}`);
    streams.add(`creditor:${subject.creditorId}`);
    for (const category of own) categories.add(category);
  }
  if (facts.actor.audience === 'PARTNER') streams.add(`agency:${facts.actor.org}`);
  return composeSubmission(
    {
      type: `${facts.room}.DataDisclosed`,
      typeVersion: 2,
      retention: 'SHARE_RECORD',
      actor: facts.actor,
      occurredAt: facts.occurredAt,
      purpose: facts.actor.purpose,
      operation: facts.operation,
      decision: { outcome: 'ALLOW', rules: ['RELEASE'], rulePack: RELEASE_RULE_PACK, index: facts.standing.index, at: facts.occurredAt },
      facts: { categories: [...categories].sort(), fields: [...release.fields].sort(), subjects: subjects.length, channel: 'GRAPHQL' },
      hidden: {},
      items: subjects.map(({ subject, right, categories: own }) => ({
        value: {
          borrowerId: subject.borrowerId,
          ...(subject.debtId === null ? {} : { debtId: subject.debtId }),
          rightId: right.id,
          categories: [...own].sort(),
        },
        reveal: [`borrower:${subject.borrowerId}`],
      })),
      streams: [...streams],
      expect: release.expected(),
    },
    null,
  );
}
