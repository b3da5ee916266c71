/**
 * Which Borrowers hold a person to its number, written by the registration itself and not only when the ledger comes back with it, so that
 * an erasure cannot forget a person whom another creditor has just registered. No request may read it. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The row of the person is held until the registration ends: who forgets the person waits for it, and sees the claim. A person who is being
 * forgotten is waited for here, and then made anew.
 */
const STATEMENTS = [
  'create table person_claim (borrower_id text collate "C" primary key, person_id text not null)',
  'create index person_claim_person on person_claim (person_id)',
  'alter table person_claim enable row level security',
  'create policy person_claim_worker on person_claim to cession_borrowers_worker using (true) with check (true)',
  'grant select, insert, delete on person_claim to cession_borrowers_worker',
  'drop function person_of(bytea, text)',
  `create function person_of(of_index bytea, fresh_id text, of_borrower text) returns text language plpgsql security definer set search_path from current as $$
    declare known_id text;
    begin
      loop
        insert into person (id, national_id_index) values (fresh_id, of_index) on conflict do nothing;
        select p.id into known_id from person p where p.national_id_index = of_index for key share;
        exit when known_id is not null;
      end loop;
      insert into person_claim (borrower_id, person_id) values (of_borrower, known_id);
      return known_id;
    end
  $$`,
  'revoke all on function person_of from public',
  'grant execute on function person_of to cession_borrowers_request, cession_borrowers_worker',
];

export class CreatePersonClaims1763700006000 implements MigrationInterface {
  readonly name = 'CreatePersonClaims1763700006000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
