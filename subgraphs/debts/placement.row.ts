/** How a placement is stored: where it stands now. How it got there is in the ledger. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import type { PlacementState } from './placement';

@Entity('placement')
export class PlacementRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', name: 'debt_id' })
  debtId!: string;

  @Column({ type: 'text', name: 'creditor_id' })
  creditorId!: string;

  @Column({ type: 'text', name: 'borrower_id' })
  borrowerId!: string;

  @Column({ type: 'text', name: 'agency_id' })
  agencyId!: string;

  @Column({ type: 'text', name: 'agreement_id' })
  agreementId!: string;

  @Column({ type: 'text', name: 'engagement_id' })
  engagementId!: string;

  /** The amount the proposal relied on; the agency's acceptance asks whether it is still current. */
  @Column({ type: 'date', name: 'amount_as_of' })
  amountAsOf!: string;

  @Column({ type: 'text', array: true })
  purposes!: Purpose[];

  @Column({ type: 'text', array: true })
  categories!: DataCategory[];

  @Column({ type: 'text' })
  state!: PlacementState;

  /** A code; never free text. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'timestamptz', name: 'proposed_at' })
  proposedAt!: Date;

  @Column({ type: 'timestamptz', name: 'changed_at' })
  changedAt!: Date;

  @Column({ type: 'text', name: 'grant_id', nullable: true })
  grantId!: string | null;

  /** Until when the agency is to attest what became of the data; null until its access has ended. */
  @Column({ type: 'timestamptz', name: 'attest_by', nullable: true })
  attestBy!: Date | null;

  /** Ledger indexes, set by the room's follower; null while the ledger does not have the entry. */
  @Column({ type: 'bigint', name: 'proposed_index', nullable: true })
  proposedIndex!: number | null;

  @Column({ type: 'bigint', name: 'grant_opened_index', nullable: true })
  grantOpenedIndex!: number | null;

  @Column({ type: 'bigint', name: 'grant_closed_index', nullable: true })
  grantClosedIndex!: number | null;
}
