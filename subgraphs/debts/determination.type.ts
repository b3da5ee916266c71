/** How a determination of an amount is shown, and what is asked for to make one. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Subject } from '../../kernel/rights/right';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { Money } from '../../schema/money';
import { Node } from '../../schema/node';
import { Personal } from '../../schema/personal';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { Sha256Hex } from '../../schema/sha256-hex';
import { BalanceComponents, BalanceComponentsInput } from './balance.type';
import { totalOf } from './components';
import { owedOf } from './debt.row';
import type { DeterminationRow } from './determination.row';

export const DeterminationMethod = declareEnum({ ACCOUNT_RECORDS: 'ACCOUNT_RECORDS', STATEMENT: 'STATEMENT', ACKNOWLEDGED: 'ACKNOWLEDGED', JUDGMENT: 'JUDGMENT' } as const, {
  name: 'DeterminationMethod',
  description: 'How an amount was determined.',
  audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
  values: {
    ACCOUNT_RECORDS: "Computed from the creditor's account records and the contract.",
    STATEMENT: 'Taken from a statement sent to the borrower.',
    ACKNOWLEDGED: 'Acknowledged by the borrower.',
    JUDGMENT: 'Fixed by a court or an arbitrator.',
  },
});
export type DeterminationMethodWord = keyof typeof DeterminationMethod;

@ObjectType('AmountDetermination', { implements: Node, description: 'What was owed on a day, who determined it and from what.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class AmountDetermination implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => LocalDate, { description: 'The day the amount was owed.' })
  asOf!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => DeterminationMethod, { description: 'How it was determined.' })
  method!: DeterminationMethodWord;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Sha256Hex, { description: 'The SHA-256 of the documents it was determined from.' })
  inputsHash!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => String, { description: 'The pseudonym of the person who approved it.' })
  approver!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When it was recorded.' })
  determinedAt!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => ID, { nullable: true, description: 'The determination it supersedes.' })
  supersedes!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('BALANCE')
  @Field(() => Money, { nullable: true, description: 'All that was owed.' })
  amount!: Money | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('BALANCE')
  @Field(() => BalanceComponents, { nullable: true, description: 'What was owed, in its parts.' })
  components!: BalanceComponents | null;

  /** Whose data it is; not a field of the schema. */
  subject!: Subject;
}

export function toDetermination(row: DeterminationRow): AmountDetermination {
  const owed = owedOf(row);
  return {
    id: row.id,
    asOf: row.asOf,
    method: row.method as DeterminationMethodWord,
    inputsHash: row.inputsHash,
    approver: row.approverSub,
    determinedAt: row.determinedAt,
    supersedes: row.supersedes,
    amount: { minor: totalOf(owed), currency: row.currency },
    components: { currency: row.currency, ...owed },
    subject: { creditorId: row.creditorId, borrowerId: row.borrowerId, debtId: row.debtId },
  };
}

export const DeterminationConnection = connectionOf('AmountDetermination', () => AmountDetermination, ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER']);

@InputType('DetermineAmountInput', { description: 'What is owed on a debt on a day, and what that was determined from. It becomes the balance of the debt.' })
@Audience('INTERNAL')
export class DetermineAmountInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The debt.' })
  debtId!: string;

  @Field(() => LocalDate, { description: 'The day the amount is owed: today or earlier.' })
  asOf!: string;

  @Field(() => BalanceComponentsInput, { description: "What is owed, in its parts, in the debt's currency." })
  components!: BalanceComponentsInput;

  @Field(() => DeterminationMethod, { description: 'How it was determined.' })
  method!: DeterminationMethodWord;

  @Field(() => Sha256Hex, { description: 'The SHA-256 of the documents it was determined from.' })
  inputsHash!: string;
}

export const AmountDetermined = acceptedOf({
  name: 'AmountDetermined',
  description: 'The amount was determined.',
  audiences: ['INTERNAL'],
  entity: 'determination',
  type: () => AmountDetermination,
});

export const DetermineAmountResult = resultOf({
  name: 'DetermineAmountResult',
  description: 'How a determination ended.',
  audiences: ['INTERNAL'],
  accepted: AmountDetermined,
});
