/** How the authority of one member of staff is stored. A revocation is added to it; what was granted never changes. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('staff_authority')
export class StaffAuthorityRow {
  @PrimaryColumn({ type: 'text' })
  id!: string;

  @Column({ name: 'creditor_id', type: 'text' })
  creditorId!: string;

  @Column({ name: 'staff_sub', type: 'text' })
  staffSub!: string;

  @Column({ type: 'text', array: true })
  purposes!: string[];

  @Column({ type: 'text', array: true })
  categories!: string[];

  @Column({ type: 'text', array: true })
  scopes!: string[];

  @Column({ name: 'valid_from', type: 'timestamptz' })
  validFrom!: Date;

  @Column({ name: 'valid_until', type: 'timestamptz' })
  validUntil!: Date;

  @Column({ name: 'granted_at', type: 'timestamptz' })
  grantedAt!: Date;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Column({ name: 'revocation_reason', type: 'text', nullable: true })
  revocationReason!: string | null;
}

/** The select list of statements that answer with this row. */
export const STAFF_AUTHORITY_COLUMNS = `id, creditor_id as "creditorId", staff_sub as "staffSub", purposes, categories, scopes,
  valid_from as "validFrom", valid_until as "validUntil", granted_at as "grantedAt", revoked_at as "revokedAt", revocation_reason as "revocationReason"`;
