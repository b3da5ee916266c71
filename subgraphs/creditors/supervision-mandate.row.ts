/** How a regulator's mandate over one creditor is stored. An end is added to it; what was granted never changes. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('supervision_mandate')
export class SupervisionMandateRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'creditor_id', type: 'text' })
  creditorId!: string;

  @Column({ name: 'regulator_id', type: 'text' })
  regulatorId!: string;

  @Column({ type: 'text', array: true })
  purposes!: string[];

  @Column({ type: 'text', array: true })
  categories!: string[];

  @Column({ type: 'text' })
  basis!: string;

  @Column({ name: 'valid_from', type: 'timestamptz' })
  validFrom!: Date;

  @Column({ name: 'valid_until', type: 'timestamptz' })
  validUntil!: Date;

  @Column({ name: 'granted_at', type: 'timestamptz' })
  grantedAt!: Date;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt!: Date | null;

  @Column({ name: 'end_reason', type: 'text', nullable: true })
  endReason!: string | null;
}

/** The select list of statements that answer with this row. */
export const SUPERVISION_MANDATE_COLUMNS = `id, creditor_id as "creditorId", regulator_id as "regulatorId", purposes, categories, basis,
  valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", ended_at as "endedAt", end_reason as "endReason"`;
