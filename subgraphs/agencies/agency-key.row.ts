/** How a key of an agency is stored: the public half only. A revoked key stays, so that what it signed can be judged. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('agency_key')
export class AgencyKeyRow {
  /** RFC 7638, and so the same key can be in the table once. */
  @PrimaryColumn({ type: 'text' })
  thumbprint!: string;

  @Column({ name: 'agency_id', type: 'text' })
  agencyId!: string;

  @Column({ type: 'text' })
  algorithm!: string;

  /** The DER of the SubjectPublicKeyInfo, in base64. */
  @Column({ type: 'text' })
  spki!: string;

  @Column({ name: 'registered_at', type: 'timestamptz' })
  registeredAt!: Date;

  @Column({ name: 'valid_until', type: 'timestamptz' })
  validUntil!: Date;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  /** A code; never free text. */
  @Column({ name: 'revocation_reason', type: 'text', nullable: true })
  revocationReason!: string | null;
}

/** The select list of statements that answer with this row. */
export const AGENCY_KEY_COLUMNS = `thumbprint, agency_id as "agencyId", algorithm, spki, registered_at as "registeredAt", valid_until as "validUntil",
  revoked_at as "revokedAt", revocation_reason as "revocationReason"`;
