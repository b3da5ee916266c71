/** How the erasure of a Borrower is stored: when it was ordered and on which ground, when the key was destroyed. Holds no personal data. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ErasureBasis } from './erasure';

@Entity('erasure')
export class ErasureRow {
  /** One erasure per borrower, ever. */
  @PrimaryColumn('text', { name: 'borrower_id' })
  borrowerId!: string;

  @Column('text', { name: 'creditor_id' })
  creditorId!: string;

  @Column('text')
  basis!: ErasureBasis;

  /** As set when it was ordered; its entry says the same. */
  @Column('int', { name: 'backup_retention_days' })
  backupRetentionDays!: number;

  @Column('timestamptz', { name: 'ordered_at' })
  orderedAt!: Date;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;

  /** Of its entry, once the room has followed to it. */
  @Column('bigint', { name: 'ledger_index', nullable: true })
  ledgerIndex!: number | null;
}
