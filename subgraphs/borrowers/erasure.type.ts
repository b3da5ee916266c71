/** How an erasure is shown and ordered in GraphQL: it says when the key was destroyed and until when a backup may still hold it. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { Borrower } from './borrower.type';
import { pendingUntil, type ErasureBasis } from './erasure';
import type { ErasureRow } from './erasure.row';

export const ErasureBasisWord: { readonly [B in ErasureBasis]: B } = declareEnum(
  { PIPL_47: 'PIPL_47', GDPR_17: 'GDPR_17', CCPA_1798_105: 'CCPA_1798_105', COURT_ORDER: 'COURT_ORDER' },
  {
    name: 'ErasureBasis',
    description: 'On which ground a borrower is erased. Each of the rights yields to a duty to retain; only the order of a court does not.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
    values: {
      PIPL_47: 'Personal Information Protection Law of China, Art. 47.',
      GDPR_17: 'General Data Protection Regulation, Art. 17.',
      CCPA_1798_105: 'California Consumer Privacy Act, Civil Code § 1798.105.',
      COURT_ORDER: 'A court ordered it finally, open debts and periods of retention notwithstanding.',
    },
  },
);

@ObjectType('Erasure', { description: 'Why the personal fields of a borrower are null: they were erased, by an entry of the ledger.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Erasure {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ErasureBasisWord, { description: 'The ground it was ordered on.' })
  basis!: ErasureBasis;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When it was ordered.' })
  orderedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { nullable: true, description: 'When the key was destroyed; null while the entry of the order is not in the ledger.' })
  erasedAt!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { nullable: true, description: 'The end of the last backup that may hold the destroyed key; null before it is destroyed, and when no such backup is left.' })
  erasurePending!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Int, { nullable: true, description: 'The index of its entry in the ledger, once the key is destroyed.' })
  ledgerIndex!: number | null;
}

export function toErasure({ basis, orderedAt, erasedAt, ledgerIndex, backupRetentionDays }: ErasureRow, now: Date): Erasure {
  return { basis, orderedAt, erasedAt, ledgerIndex, erasurePending: erasedAt === null ? null : pendingUntil(erasedAt, backupRetentionDays, now) };
}

@InputType('EraseBorrowerInput', { description: 'Whose personal data to erase, and on which ground.' })
@Audience('INTERNAL')
export class EraseBorrowerInput {
  @Field(() => String, { description: 'A text of your own: the same key and input give the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The borrower.' })
  borrowerId!: string;

  @Field(() => ErasureBasisWord, { description: 'The ground.' })
  basis!: ErasureBasis;
}

export const BorrowerErased = acceptedOf({
  name: 'BorrowerErased',
  description: 'The erasure is ordered, and carried out when its entry is in the ledger.',
  audiences: ['INTERNAL'],
  entity: 'borrower',
  type: () => Borrower,
});

export const EraseBorrowerResult = resultOf({
  name: 'EraseBorrowerResult',
  description: 'How the order of an erasure ended.',
  audiences: ['INTERNAL'],
  accepted: BorrowerErased,
});
