/** How a payment is stored. Written once, never changed. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Component } from './components';

export const PAYMENT_SOURCES = ['CREDITOR', 'AGENCY', 'HISTORY'] as const;
export type PaymentSourceWord = (typeof PAYMENT_SOURCES)[number];

@Entity('payment')
export class PaymentRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'debt_id' })
  debtId!: string;

  @Column({ type: 'text', name: 'creditor_id' })
  creditorId!: string;

  @Column({ type: 'text', name: 'borrower_id' })
  borrowerId!: string;

  @Column({ type: 'bigint', name: 'amount_minor' })
  amountMinor!: number;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'date', name: 'received_on' })
  receivedOn!: string;

  /** HISTORY: told by an import, counted in the balance it came with, so without an allocation of its own. */
  @Column({ type: 'text' })
  source!: PaymentSourceWord;

  @Column({ type: 'text', nullable: true })
  payer!: string | null;

  @Column({ type: 'text', array: true })
  designation!: Component[];

  @Column({ type: 'bigint', name: 'principal_minor', nullable: true })
  principal!: number | null;

  @Column({ type: 'bigint', name: 'interest_minor', nullable: true })
  interest!: number | null;

  @Column({ type: 'bigint', name: 'penalty_interest_minor', nullable: true })
  penaltyInterest!: number | null;

  @Column({ type: 'bigint', name: 'fee_minor', nullable: true })
  fee!: number | null;

  @Column({ type: 'bigint', name: 'cost_minor', nullable: true })
  cost!: number | null;

  @Column({ type: 'text', name: 'reported_by_agency', nullable: true })
  reportedByAgency!: string | null;

  @Column({ type: 'timestamptz', name: 'recorded_at' })
  recordedAt!: Date;
}
