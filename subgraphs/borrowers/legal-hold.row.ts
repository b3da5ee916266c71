/** How a LegalHold is stored. Holds no personal data: the papers behind a hold lie with the creditor. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HoldBasis } from './legal-hold';

@Entity('legal_hold')
export class LegalHoldRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'borrower_id' })
  borrowerId!: string;

  @Column('text', { name: 'creditor_id' })
  creditorId!: string;

  @Column('text')
  basis!: HoldBasis;

  @Column('timestamptz', { name: 'placed_at' })
  placedAt!: Date;

  @Column('timestamptz', { name: 'lifted_at', nullable: true })
  liftedAt!: Date | null;
}
