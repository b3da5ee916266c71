/** How far a rotation of the blind-index key has come, one row per generation. The worker's alone. Forward only. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

const STATEMENTS = [
  `create table blind_rotation (
    generation int primary key,
    through text collate "C" not null default '',
    borrowers int not null default 0,
    finished_at timestamptz
  )`,
  'alter table blind_rotation enable row level security',
  'create policy blind_rotation_worker on blind_rotation to cession_borrowers_worker using (true) with check (true)',
  'grant select, insert, update on blind_rotation to cession_borrowers_worker',
  'grant update (national_id_index) on person to cession_borrowers_worker',
];

export class CreateBlindRotation1763700003000 implements MigrationInterface {
  readonly name = 'CreateBlindRotation1763700003000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
