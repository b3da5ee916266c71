/** How an agency's attestation of information security to one bank is stored. Never changed; the latest one counts. */
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('security_attestation')
export class SecurityAttestationRow {
  @PrimaryColumn({ name: 'engagement_id', type: 'text' })
  engagementId!: string;

  /** From 1, in the order they were recorded. */
  @PrimaryColumn({ type: 'int' })
  number!: number;

  /** Of the engagement; here for row-level security, which must not depend on another table's. */
  @Column({ name: 'creditor_id', type: 'text' })
  creditorId!: string;

  @Column({ name: 'agency_id', type: 'text' })
  agencyId!: string;

  @Column({ type: 'text' })
  standard!: string;

  @Column({ name: 'valid_until', type: 'timestamptz' })
  validUntil!: Date;

  @Column({ name: 'evidence_hash', type: 'text' })
  evidenceHash!: string;

  @Column({ name: 'attested_at', type: 'timestamptz' })
  attestedAt!: Date;
}

/** The select list of statements that answer with this row. */
export const SECURITY_ATTESTATION_COLUMNS = `engagement_id as "engagementId", number, creditor_id as "creditorId", agency_id as "agencyId", standard,
  valid_until as "validUntil", evidence_hash as "evidenceHash", attested_at as "attestedAt"`;
