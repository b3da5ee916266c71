/** How a licence of an agency is stored. Never changed: a renewed licence is another one. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('licence')
export class LicenceRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'agency_id', type: 'text' })
  agencyId!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  number!: string;

  /** A day of the calendar, as text: a `Date` would bring a zone of its own. */
  @Column({ name: 'valid_from', type: 'date' })
  validFrom!: string;

  @Column({ name: 'valid_until', type: 'date' })
  validUntil!: string;

  @Column({ name: 'recorded_at', type: 'timestamptz' })
  recordedAt!: Date;
}

/** The select list of statements that answer with this row. */
export const LICENCE_COLUMNS = `id, agency_id as "agencyId", kind, number, valid_from::text as "validFrom", valid_until::text as "validUntil", recorded_at as "recordedAt"`;
