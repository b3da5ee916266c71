/** How a placement and its grant are shown. The debt itself is shown only to who may see it: an agency, while it has a grant. */
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { DataCategoryWord, PurposeWord } from '../../schema/vocabulary-enums';
import { AgencyStub, AgreementStub, CreditorStub } from './party.type';
import { accessEnded, type PlacementState as PlacementStateWord } from './placement';
import type { PlacementRow } from './placement.row';

export const PlacementState = declareEnum(
  {
    PROPOSED: 'PROPOSED',
    ACCEPTED: 'ACCEPTED',
    REJECTED: 'REJECTED',
    ACTIVE: 'ACTIVE',
    RECALL_REQUESTED: 'RECALL_REQUESTED',
    RECALLED: 'RECALLED',
    CLOSED: 'CLOSED',
    VOIDED: 'VOIDED',
  } as const satisfies { [S in PlacementStateWord]: S },
  {
    name: 'PlacementState',
    description: 'Where a placement stands.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
    values: {
      PROPOSED: 'The creditor has proposed it; the agency has not answered.',
      ACCEPTED: 'The agency has accepted; the ledger is about to have its grant.',
      REJECTED: 'The agency has rejected it.',
      ACTIVE: 'The grant stands in the ledger: the agency works on the debt.',
      RECALL_REQUESTED: 'The creditor has asked for the debt back; the agency still has access to wind up.',
      RECALLED: 'Recalled; access has ended.',
      CLOSED: 'Ended in agreement; access has ended.',
      VOIDED: 'Withdrawn by the hub: what it relied on no longer stood when the ledger was asked.',
    },
  },
);

export const PlacementReason = declareEnum(
  {
    CAPACITY: 'CAPACITY',
    CONFLICT_OF_INTEREST: 'CONFLICT_OF_INTEREST',
    DOCUMENTS_MISSING: 'DOCUMENTS_MISSING',
    PERFORMANCE: 'PERFORMANCE',
    COMPLAINT: 'COMPLAINT',
    SECURITY: 'SECURITY',
    BORROWER_REQUEST: 'BORROWER_REQUEST',
    TERM_ENDED: 'TERM_ENDED',
    SETTLED: 'SETTLED',
    WITHDRAWN: 'WITHDRAWN',
    OTHER: 'OTHER',
  } as const,
  {
    name: 'PlacementReason',
    description: 'Why a step was taken. It stands in clear in the ledger, so it is a word and never a text.',
    audiences: ['INTERNAL', 'PARTNER'],
    values: {
      CAPACITY: 'The agency has no capacity.',
      CONFLICT_OF_INTEREST: 'The agency has a conflict of interest.',
      DOCUMENTS_MISSING: 'Something the work needs is missing.',
      PERFORMANCE: 'The work did not meet what was agreed.',
      COMPLAINT: 'A complaint was made.',
      SECURITY: 'The safety of data is in doubt.',
      BORROWER_REQUEST: 'The borrower asked for it.',
      TERM_ENDED: 'The agreed time is over.',
      SETTLED: 'The debt was paid or settled.',
      WITHDRAWN: 'The creditor withdrew it.',
      OTHER: 'Another reason.',
    },
  },
);
export type PlacementReasonWord = keyof typeof PlacementReason;

@ObjectType('Grant', { implements: Node, description: 'A right recorded in the ledger: what an agency may see of one debt, for what, and for how long.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Grant implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => [PurposeWord], { description: 'The purposes it covers.' })
  purposes!: Purpose[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => [DataCategoryWord], { description: 'The categories of data it covers.' })
  categories!: DataCategory[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'From when it stands.' })
  validFrom!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { nullable: true, description: 'Until when it stands if nobody closes it; null without end.' })
  validUntil!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Int, { description: 'The ledger entry that opened it.' })
  openedAtIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Int, { nullable: true, description: 'The ledger entry that closed it; null while it is open.' })
  closedAtIndex!: number | null;
}

@ObjectType('Placement', { implements: Node, description: 'One debt entrusted to one agency. The creditor stays the same.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Placement implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => CreditorStub, { description: 'Who entrusts the debt.' })
  creditor!: CreditorStub;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => AgencyStub, { description: 'Who it is entrusted to.' })
  agency!: AgencyStub;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => AgreementStub, { description: 'The agreement it is made under.' })
  agreement!: AgreementStub;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => PlacementState, { description: 'Where the placement stands.' })
  state!: PlacementStateWord;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { nullable: true, description: 'Why the last step was taken: a word of `PlacementReason`, or the rule that voided it.' })
  reason!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => [PurposeWord], { description: 'The purposes it is made for.' })
  purposes!: Purpose[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => [DataCategoryWord], { description: 'The categories of data it hands over.' })
  categories!: DataCategory[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When it was proposed.' })
  proposedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When its state last changed.' })
  changedAt!: Date;

  /** Not fields of the schema. */
  debtId!: string;
  grantId!: string | null;
  attestBy!: Date | null;
}

export function toPlacement(row: PlacementRow): Placement {
  return {
    id: row.id,
    creditor: { id: row.creditorId },
    agency: { id: row.agencyId },
    agreement: { id: row.agreementId },
    state: row.state,
    reason: row.reason,
    purposes: row.purposes,
    categories: row.categories,
    proposedAt: row.proposedAt,
    changedAt: row.changedAt,
    debtId: row.debtId,
    grantId: row.grantId,
    attestBy: accessEnded(row),
  };
}

export const PlacementConnection = connectionOf('Placement', () => Placement, ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER']);

export const PlacementChanged = acceptedOf({
  name: 'PlacementChanged',
  description: 'The placement took the step.',
  audiences: ['INTERNAL', 'PARTNER'],
  entity: 'placement',
  type: () => Placement,
});

export const PlacementResult = resultOf({
  name: 'PlacementResult',
  description: 'How a step of a placement ended.',
  audiences: ['INTERNAL', 'PARTNER'],
  accepted: PlacementChanged,
});
