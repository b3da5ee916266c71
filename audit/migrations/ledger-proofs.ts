/** The heads entries that proofs of stream heads stand on, for readers who see no entry that is in no stream. Forward only. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Two: pages of the tree of heads are kept as of two versions. A heads entry tells a root and counts, nothing about anybody. */
const SIGNED_HEADS = `create function signed_heads() returns table (version bigint, index bigint, root bytea, streams bigint, bytes bytea)
  language sql stable security definer set search_path from current as $$
    select heads.version, heads.index, heads.root, heads.streams, entry.bytes from heads
    join entry on entry.index = heads.index and entry.idempotency_key = heads.event_id
    join checkpoint on checkpoint.size = heads.index + 1 order by heads.version desc limit 2 $$`;

export class LedgerProofs implements MigrationInterface {
  readonly name = 'LedgerProofs1763700000061';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SIGNED_HEADS);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
