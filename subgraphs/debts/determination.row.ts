/** How a determination of an amount is stored. Written once, never changed. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('amount_determination')
export class DeterminationRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'debt_id' })
  debtId!: string;

  @Column({ type: 'text', name: 'creditor_id' })
  creditorId!: string;

  @Column({ type: 'text', name: 'borrower_id' })
  borrowerId!: string;

  @Column({ type: 'date', name: 'as_of' })
  asOf!: string;

  @Column({ type: 'text' })
  method!: string;

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

  @Column({ type: 'text', name: 'inputs_hash' })
  inputsHash!: string;

  @Column({ type: 'text', name: 'approver_sub' })
  approverSub!: string;

  @Column({ type: 'text', nullable: true })
  supersedes!: string | null;

  @Column({ type: 'timestamptz', name: 'determined_at' })
  determinedAt!: Date;
}
