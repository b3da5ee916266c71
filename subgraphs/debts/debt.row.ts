/** How a debt is stored. Never shown as it is: see debt.type.ts. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Components } from './components';
import type { DebtStateWord } from './debt';

@Entity('debt')
export class DebtRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'creditor_id' })
  creditorId!: string;

  @Column({ type: 'text', name: 'borrower_id' })
  borrowerId!: string;

  @Column({ type: 'text' })
  reference!: string;

  @Column({ type: 'text' })
  product!: string;

  @Column({ type: 'text' })
  region!: string;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'bigint', name: 'principal_minor' })
  principal!: number;

  @Column({ type: 'bigint', name: 'interest_minor' })
  interest!: number;

  @Column({ type: 'bigint', name: 'penalty_interest_minor' })
  penaltyInterest!: number;

  @Column({ type: 'bigint', name: 'fee_minor' })
  fee!: number;

  @Column({ type: 'bigint', name: 'cost_minor' })
  cost!: number;

  @Column({ type: 'int', name: 'days_past_due' })
  daysPastDue!: number;

  @Column({ type: 'date', name: 'as_of' })
  asOf!: string;

  @Column({ type: 'date', name: 'delinquent_since' })
  delinquentSince!: string;

  @Column({ type: 'text' })
  state!: DebtStateWord;

  /** The determination that is current; a later one supersedes it. */
  @Column({ type: 'text', name: 'determination_id', nullable: true })
  determinationId!: string | null;

  @Column({ type: 'date', name: 'amount_as_of', nullable: true })
  amountAsOf!: string | null;

  /** The latest receipt taken off this balance: a determination may not go back behind it. */
  @Column({ type: 'date', name: 'last_payment_on', nullable: true })
  lastPaymentOn!: string | null;

  @Column({ type: 'timestamptz', name: 'registered_at' })
  registeredAt!: Date;

  @Column({ type: 'text', name: 'batch_id', nullable: true })
  batchId!: string | null;
}

/** The row's balance in its parts. */
export function owedOf(row: Components): Components {
  const { principal, interest, penaltyInterest, fee, cost } = row;
  return { principal, interest, penaltyInterest, fee, cost };
}
