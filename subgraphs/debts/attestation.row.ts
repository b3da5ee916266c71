/** How an attestation of return or destruction is stored. Never changed: what is said later is another one. */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AttestationMethod, RetentionBasis } from './attestation';

@Entity('attestation')
export class AttestationRow {
  @PrimaryColumn({ type: 'text', name: 'placement_id' })
  placementId!: string;

  /** From 1, in the order they were made. */
  @PrimaryColumn({ type: 'int' })
  number!: number;

  @Column({ type: 'text', name: 'creditor_id' })
  creditorId!: string;

  @Column({ type: 'text', name: 'borrower_id' })
  borrowerId!: string;

  @Column({ type: 'text', name: 'agency_id' })
  agencyId!: string;

  @Column({ type: 'text' })
  method!: AttestationMethod;

  @Column({ type: 'text', nullable: true })
  basis!: RetentionBasis | null;

  @Column({ type: 'date', name: 'retained_until', nullable: true })
  retainedUntil!: string | null;

  @Column({ type: 'text', name: 'evidence_hash', nullable: true })
  evidenceHash!: string | null;

  /** The key that signed it; null when the agency had none. */
  @Column({ type: 'text', nullable: true })
  thumbprint!: string | null;

  @Column({ type: 'text', nullable: true })
  signature!: string | null;

  @Column({ type: 'timestamptz', name: 'attested_at' })
  attestedAt!: Date;
}

/** The select list of statements that answer with this row. */
export const ATTESTATION_COLUMNS = `placement_id as "placementId", number, creditor_id as "creditorId", borrower_id as "borrowerId", agency_id as "agencyId",
  method, basis, retained_until::text as "retainedUntil", evidence_hash as "evidenceHash", thumbprint, signature, attested_at as "attestedAt"`;
