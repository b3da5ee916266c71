/** How one bank's engagement of one agency is stored: its standing now; how it got there is in the ledger. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('engagement')
export class EngagementRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'creditor_id', type: 'text' })
  creditorId!: string;

  @Column({ name: 'agency_id', type: 'text' })
  agencyId!: string;

  @Column({ type: 'text' })
  state!: string;

  /** Why it is suspended or ended; null in every other state. */
  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  /** SHA-256 of the due diligence it was last qualified on. */
  @Column({ name: 'due_diligence_hash', type: 'text', nullable: true })
  dueDiligenceHash!: string | null;

  @Column({ name: 'proposed_at', type: 'timestamptz' })
  proposedAt!: Date;

  @Column({ name: 'state_since', type: 'timestamptz' })
  stateSince!: Date;
}

/** The select list of statements that answer with this row. */
export const ENGAGEMENT_COLUMNS = `id, creditor_id as "creditorId", agency_id as "agencyId", state, reason, due_diligence_hash as "dueDiligenceHash",
  proposed_at as "proposedAt", state_since as "stateSince"`;
