/** How a legal hold is shown, placed and lifted in GraphQL: to staff and regulators only, since it may have to be kept secret. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { HoldBasis } from './legal-hold';
import type { LegalHoldRow } from './legal-hold.row';

export const HoldBasisWord: { readonly [B in HoldBasis]: B } = declareEnum(
  { LEGAL_CLAIM: 'LEGAL_CLAIM', STATUTORY_RETENTION: 'STATUTORY_RETENTION', AUTHORITY_ORDER: 'AUTHORITY_ORDER', OPEN_DISPUTE: 'OPEN_DISPUTE' },
  {
    name: 'HoldBasis',
    description: 'Why data has to be preserved.',
    audiences: ['INTERNAL', 'REGULATOR'],
    values: {
      LEGAL_CLAIM: 'A legal claim is made, defended or to be expected.',
      STATUTORY_RETENTION: 'A period of retention laid down by law has not ended.',
      AUTHORITY_ORDER: 'A court, a prosecutor or a supervisor ordered it.',
      OPEN_DISPUTE: 'A dispute or a complaint is open.',
    },
  },
);

@ObjectType('LegalHold', { implements: Node, description: 'A duty to preserve what is known of a borrower: while it stands he cannot be erased.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'REGULATOR')
export class LegalHold implements Node {
  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => HoldBasisWord, { description: 'Why it was placed.' })
  basis!: HoldBasis;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was placed.' })
  placedAt!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { nullable: true, description: 'When it was lifted; null while it stands.' })
  liftedAt!: Date | null;

  /** Not shown itself: the borrower is. */
  borrowerId!: string;
}

export function toLegalHold({ id, basis, placedAt, liftedAt, borrowerId }: LegalHoldRow): LegalHold {
  return { id, basis, placedAt, liftedAt, borrowerId };
}

export const LegalHoldConnection = connectionOf('LegalHold', () => LegalHold, ['INTERNAL', 'REGULATOR']);

@InputType('PlaceLegalHoldInput', { description: 'Whose data to preserve, and why.' })
@Audience('INTERNAL')
export class PlaceLegalHoldInput {
  @Field(() => String, { description: 'A text of your own: the same key and input give the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The borrower.' })
  borrowerId!: string;

  @Field(() => HoldBasisWord, { description: 'Why.' })
  basis!: HoldBasis;
}

@InputType('LiftLegalHoldInput', { description: 'Which hold to lift.' })
@Audience('INTERNAL')
export class LiftLegalHoldInput {
  @Field(() => String, { description: 'A text of your own: the same key and input give the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The hold.' })
  legalHoldId!: string;
}

export const LegalHoldChanged = acceptedOf({
  name: 'LegalHoldChanged',
  description: 'The hold was placed or lifted.',
  audiences: ['INTERNAL'],
  entity: 'legalHold',
  type: () => LegalHold,
});

export const LegalHoldResult = resultOf({
  name: 'LegalHoldResult',
  description: 'How a command about a legal hold ended.',
  audiences: ['INTERNAL'],
  accepted: LegalHoldChanged,
});
