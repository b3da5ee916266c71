/** How a ContactPoint is stored: the value sealed, its kind and lawful source in clear. Never leaves the room as it is. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ContactKind, ContactSource, ContactStatus } from './contact-point';

@Entity('contact_point')
export class ContactPointRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'borrower_id' })
  borrowerId!: string;

  /** Repeated from the borrower: row scope decides on this row alone. */
  @Column('text', { name: 'creditor_id' })
  creditorId!: string;

  @Column('text')
  kind!: ContactKind;

  /** Null once the borrower is erased. */
  @Column('bytea', { nullable: true })
  value!: Buffer | null;

  @Column('text')
  source!: ContactSource;

  @Column('text')
  status!: ContactStatus;

  @Column('timestamptz', { name: 'added_at' })
  addedAt!: Date;
}
