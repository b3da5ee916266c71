/** How a transaction holds the generation of the blind-index key that it works with. Says whether that is the one in force; forward only. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { BLIND_FENCE } from '../blind-fence';

const STATEMENTS = [
  `create function hold_blind_generation(expected int) returns boolean language plpgsql security definer set search_path from current as $$
    begin
      perform pg_advisory_xact_lock_shared(${BLIND_FENCE});
      return expected = (select coalesce(max(generation), 1) from blind_rotation);
    end
  $$`,
  'revoke all on function hold_blind_generation from public',
  'grant execute on function hold_blind_generation to cession_borrowers_request, cession_borrowers_worker',
];

export class CreateBlindFence1763700005000 implements MigrationInterface {
  readonly name = 'CreateBlindFence1763700005000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
