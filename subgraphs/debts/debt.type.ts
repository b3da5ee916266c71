/** How a debt is shown, field by field, with its audiences; and what is asked for to register one. */
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { Subject } from '../../kernel/rights/right';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { CurrencyCode } from '../../schema/currency-code';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { Money } from '../../schema/money';
import { Node } from '../../schema/node';
import { Personal } from '../../schema/personal';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { BalanceComponents, BalanceComponentsInput } from './balance.type';
import { totalOf } from './components';
import type { DebtStateWord } from './debt';
import { owedOf, type DebtRow } from './debt.row';
import { BorrowerStub, CreditorStub } from './party.type';

export const DebtState = declareEnum({ OPEN: 'OPEN', PAID: 'PAID' } as const, {
  name: 'DebtState',
  description: 'Where a debt stands.',
  audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
  values: { OPEN: 'Something is owed.', PAID: 'Nothing is owed any more.' },
});

@ObjectType('Debt', { implements: Node, description: 'A claim of a creditor on one of its borrowers.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Debt implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => CreditorStub, { description: 'Whose claim it is.' })
  creditor!: CreditorStub;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => BorrowerStub, { description: 'Who owes it.' })
  borrower!: BorrowerStub;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => DebtState, { description: 'Where the debt stands.' })
  state!: DebtStateWord;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => String, { description: "The creditor's code of the product, for example `CREDIT_CARD`." })
  product!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => String, { description: 'The code of the region the debt belongs to.' })
  region!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => CurrencyCode, { description: 'The currency the debt is owed in.' })
  currency!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => LocalDate, { description: 'The day the days past due were told.' })
  asOf!: string;

  @Audience('INTERNAL', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When the debt was registered with the hub.' })
  registeredAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('BALANCE', { sensitive: true })
  @Field(() => String, { nullable: true, description: "The creditor's number of the account." })
  reference!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('BALANCE')
  @Field(() => Money, { nullable: true, description: 'All that is owed: the sum of its components.' })
  balance!: Money | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('BALANCE')
  @Field(() => BalanceComponents, { nullable: true, description: 'What is owed, in its parts.' })
  components!: BalanceComponents | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('DELINQUENCY')
  @Field(() => Int, { nullable: true, description: 'How many days the debt was past due on the day of `asOf`.' })
  daysPastDue!: number | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('DELINQUENCY')
  @Field(() => LocalDate, { nullable: true, description: 'The day since which something is overdue.' })
  delinquentSince!: string | null;

  /** Whose data it is; not a field of the schema. */
  subject!: Subject;
  /** The current determination's id; not a field of the schema. */
  determinationId!: string | null;
}

export function toDebt(row: DebtRow): Debt {
  const owed = owedOf(row);
  return {
    id: row.id,
    creditor: { id: row.creditorId },
    borrower: { id: row.borrowerId },
    state: row.state,
    product: row.product,
    region: row.region,
    currency: row.currency,
    asOf: row.asOf,
    registeredAt: row.registeredAt,
    reference: row.reference,
    balance: { minor: totalOf(owed), currency: row.currency },
    components: { currency: row.currency, ...owed },
    daysPastDue: row.daysPastDue,
    delinquentSince: row.delinquentSince,
    subject: { creditorId: row.creditorId, borrowerId: row.borrowerId, debtId: row.id },
    determinationId: row.determinationId,
  };
}

export const DebtConnection = connectionOf('Debt', () => Debt, ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER']);

@InputType('RegisterDebtInput', { description: 'A debt to register for your own creditor.' })
@Audience('INTERNAL')
export class RegisterDebtInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'Who owes: a borrower of your creditor.' })
  borrowerId!: string;

  @Field(() => String, { description: "The creditor's number of the account: 1 to 64 characters, one debt each." })
  reference!: string;

  @Field(() => String, { description: 'The code of the product: capitals, digits, `_` and `-`.' })
  product!: string;

  @Field(() => String, { description: 'The code of the region: capitals, digits, `_` and `-`.' })
  region!: string;

  @Field(() => CurrencyCode, { description: 'The currency of every part.' })
  currency!: string;

  @Field(() => BalanceComponentsInput, { description: 'What is owed, in its parts.' })
  components!: BalanceComponentsInput;

  @Field(() => Int, { description: 'How many days the debt is past due on the day of `asOf`.' })
  daysPastDue!: number;

  @Field(() => LocalDate, { description: 'The day the balance and the days past due were told.' })
  asOf!: string;
}

export const DebtRegistered = acceptedOf({
  name: 'DebtRegistered',
  description: 'The debt was registered.',
  audiences: ['INTERNAL'],
  entity: 'debt',
  type: () => Debt,
});

export const RegisterDebtResult = resultOf({
  name: 'RegisterDebtResult',
  description: 'How a registration ended.',
  audiences: ['INTERNAL'],
  accepted: DebtRegistered,
});
