/** How an agency is stored: who it is, hub-wide. What a bank thinks of it is in engagements. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('agency')
export class AgencyRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  jurisdiction!: string;

  @Column({ name: 'registration_number', type: 'text' })
  registrationNumber!: string;

  @Column({ name: 'registered_at', type: 'timestamptz' })
  registeredAt!: Date;
}

/** The select list of statements that answer with this row. */
export const AGENCY_COLUMNS = 'id, name, jurisdiction, registration_number as "registrationNumber", registered_at as "registeredAt"';
