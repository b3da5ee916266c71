/** How a Borrower is stored: ids and dates in clear, everything that names a person sealed. Never leaves the room as it is. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('borrower')
export class BorrowerRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'creditor_id' })
  creditorId!: string;

  /** Null once erased. */
  @Column('bytea', { nullable: true })
  name!: Buffer | null;

  @Column('bytea', { name: 'national_id', nullable: true })
  nationalId!: Buffer | null;

  @Column('bytea', { name: 'national_id_index', nullable: true })
  nationalIdIndex!: Buffer | null;

  @Column('bytea', { nullable: true })
  employer!: Buffer | null;

  @Column('timestamptz', { name: 'registered_at' })
  registeredAt!: Date;

  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt!: Date | null;
}
