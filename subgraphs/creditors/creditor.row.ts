/** How a creditor is stored. Written only by bootstrap: a creditor joins the hub by its operator's hand, not by an API. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('creditor')
export class CreditorRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ type: 'text', unique: true })
  code!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  jurisdiction!: string;

  @Column({ name: 'registered_at', type: 'timestamptz' })
  registeredAt!: Date;
}

/** The select list of statements that answer with this row. */
export const CREDITOR_COLUMNS = 'id, code, name, jurisdiction, registered_at as "registeredAt"';
