/** How a payment is shown, and what is asked for to record one. That something was paid, how much and how is personal. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Subject } from '../../kernel/rights/right';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { Money, MoneyInput } from '../../schema/money';
import { Node } from '../../schema/node';
import { Personal } from '../../schema/personal';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { BalanceComponents, BalancePart } from './balance.type';
import type { Component } from './components';
import type { PaymentRow, PaymentSourceWord } from './payment.row';

export const PaymentSource = declareEnum({ CREDITOR: 'CREDITOR', AGENCY: 'AGENCY', HISTORY: 'HISTORY' } as const, {
  name: 'PaymentSource',
  description: 'Who says that money was received.',
  audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
  values: {
    CREDITOR: 'The creditor received it.',
    AGENCY: 'The agency reported it.',
    HISTORY: 'Told by an import; already counted in the balance it came with.',
  },
});

export const PayerKind = declareEnum({ BORROWER: 'BORROWER', GUARANTOR: 'GUARANTOR', THIRD_PARTY: 'THIRD_PARTY' } as const, {
  name: 'PayerKind',
  description: 'Who paid.',
  audiences: ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'],
  values: { BORROWER: 'The borrower.', GUARANTOR: 'A guarantor.', THIRD_PARTY: 'Somebody else.' },
});
export type PayerKindWord = keyof typeof PayerKind;

@ObjectType('Payment', { implements: Node, description: 'Money received on a debt.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
export class Payment implements Node {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => LocalDate, { description: 'The day it was received.' })
  receivedOn!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => PaymentSource, { description: 'Who says so.' })
  source!: PaymentSourceWord;

  @Audience('INTERNAL', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When it was recorded.' })
  recordedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('PAYMENT_HISTORY')
  @Field(() => PayerKind, { nullable: true, description: 'Who paid; null when that is not known.' })
  payer!: PayerKindWord | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('PAYMENT_HISTORY')
  @Field(() => Money, { nullable: true, description: 'How much was received.' })
  amount!: Money | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER')
  @Personal('PAYMENT_HISTORY')
  @Field(() => BalanceComponents, { nullable: true, description: 'What of it went to which part of the debt; null for history told by an import.' })
  allocation!: BalanceComponents | null;

  /** Whose data it is; not a field of the schema. */
  subject!: Subject;
}

export function toPayment(row: PaymentRow): Payment {
  const { principal, interest, penaltyInterest, fee, cost, currency } = row;
  const isAllocated = principal !== null && interest !== null && penaltyInterest !== null && fee !== null && cost !== null;
  return {
    id: row.id,
    receivedOn: row.receivedOn,
    source: row.source,
    recordedAt: row.recordedAt,
    payer: row.payer as PayerKindWord | null,
    amount: { minor: row.amountMinor, currency },
    allocation: isAllocated ? { currency, principal, interest, penaltyInterest, fee, cost } : null,
    subject: { creditorId: row.creditorId, borrowerId: row.borrowerId, debtId: row.debtId },
  };
}

export const PaymentConnection = connectionOf('Payment', () => Payment, ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER']);

@InputType('RecordPaymentInput', { description: 'Money received on a debt.' })
@Audience('INTERNAL', 'PARTNER')
export class RecordPaymentInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The debt it was received on.' })
  debtId!: string;

  @Field(() => MoneyInput, { description: "How much, in the debt's currency." })
  amount!: MoneyInput;

  @Field(() => LocalDate, { description: 'The day it was received: today or earlier.' })
  receivedOn!: string;

  @Field(() => PayerKind, { nullable: true, description: 'Who paid, if that is known.' })
  payer?: PayerKindWord | null;

  @Field(() => [BalancePart], { nullable: true, description: 'What the payer designated the money for, first to last; costs, interest and principal follow in this order.' })
  designation?: Component[] | null;
}

export const PaymentRecorded = acceptedOf({
  name: 'PaymentRecorded',
  description: 'The payment was recorded and taken off the balance.',
  audiences: ['INTERNAL', 'PARTNER'],
  entity: 'payment',
  type: () => Payment,
});

export const RecordPaymentResult = resultOf({
  name: 'RecordPaymentResult',
  description: 'How the recording of a payment ended.',
  audiences: ['INTERNAL', 'PARTNER'],
  accepted: PaymentRecorded,
});
