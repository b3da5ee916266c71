/** How an entrustment agreement is stored. A termination is added to it; its terms never change: other terms, another agreement. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FeeSchedule } from './fee-schedule';

@Entity('entrustment_agreement')
export class EntrustmentAgreementRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'creditor_id', type: 'text' })
  creditorId!: string;

  @Column({ name: 'agency_id', type: 'text' })
  agencyId!: string;

  @Column({ type: 'text', array: true })
  products!: string[];

  @Column({ type: 'text', array: true })
  regions!: string[];

  @Column({ name: 'days_past_due_min', type: 'int' })
  daysPastDueMin!: number;

  @Column({ name: 'days_past_due_max', type: 'int', nullable: true })
  daysPastDueMax!: number | null;

  @Column({ type: 'text', array: true })
  purposes!: string[];

  @Column({ type: 'text', array: true })
  categories!: string[];

  @Column({ type: 'text', array: true })
  channels!: string[];

  @Column({ name: 'fee_schedule', type: 'jsonb' })
  feeSchedule!: FeeSchedule;

  @Column({ name: 'valid_from', type: 'timestamptz' })
  validFrom!: Date;

  @Column({ name: 'valid_until', type: 'timestamptz' })
  validUntil!: Date;

  @Column({ name: 'sub_delegation', type: 'boolean' })
  subDelegation!: boolean;

  @Column({ name: 'document_hash', type: 'text' })
  documentHash!: string;

  @Column({ name: 'signed_at', type: 'timestamptz' })
  signedAt!: Date;

  @Column({ name: 'terminated_at', type: 'timestamptz', nullable: true })
  terminatedAt!: Date | null;

  @Column({ name: 'termination_reason', type: 'text', nullable: true })
  terminationReason!: string | null;
}

/** The select list of statements that answer with this row. */
export const ENTRUSTMENT_AGREEMENT_COLUMNS = `id, creditor_id as "creditorId", agency_id as "agencyId", products, regions,
  days_past_due_min as "daysPastDueMin", days_past_due_max as "daysPastDueMax", purposes, categories, channels, fee_schedule as "feeSchedule",
  valid_from as "validFrom", valid_until as "validUntil", sub_delegation as "subDelegation", document_hash as "documentHash",
  signed_at as "signedAt", terminated_at as "terminatedAt", termination_reason as "terminationReason"`;
