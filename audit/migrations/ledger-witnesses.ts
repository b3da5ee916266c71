/**
 * What others said of checkpoints, kept beside them: cosignatures of witnesses and time stamps of authorities. Evidence like
 * the entries: added, never changed.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** `line` is the signature line as the witness sent it, verified before it is stored. */
const COSIGNATURE = `create table cosignature (
  size bigint not null references checkpoint (size),
  witness text collate "C" not null,
  line text not null check (length(line) <= 1000),
  cosigned_at timestamptz not null,
  primary key (size, witness)
)`;

/** `token` is the DER of an RFC 3161 TimeStampToken over the checkpoint as the log signed it. */
const TIMESTAMP = `create table checkpoint_timestamp (
  size bigint not null references checkpoint (size),
  authority text collate "C" not null,
  token bytea not null check (length(token) <= 65536),
  stamped_at timestamptz not null,
  primary key (size, authority)
)`;

const EVIDENCE = ['cosignature', 'checkpoint_timestamp'] as const;

export class LedgerWitnesses implements MigrationInterface {
  readonly name = 'LedgerWitnesses1763700000020';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      COSIGNATURE,
      TIMESTAMP,
      ...EVIDENCE.map((table) => `create trigger append_only before update or delete or truncate on ${table} for each statement execute function refuse_change()`),
      `grant select, insert on ${EVIDENCE.join(', ')} to cession_audit_worker`,
    ]) {
      await runner.query(statement);
    }
  }

  /** Forward only: evidence is not migrated away. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
