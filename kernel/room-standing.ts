/**
 * What the tables of every room became after their first version: persons found by person first, the last entry that changed
 * standing, events stored as they come. A migration of every room; may be run where its changes are made already.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { RoomName } from '../schema/vocabulary';

/** Every request of a borrower begins with the person. */
const PERSONS = [
  'alter table standing_person drop constraint standing_person_pkey, add primary key (person_id, borrower_id)',
  'drop index if exists standing_person_person',
];

/** Rooms that begin with the Borrower too. In the others nobody would read this index, and an import writes it for every debt. */
const ASKED_BY_BORROWER: readonly RoomName[] = ['audit', 'borrowers', 'debts'];
const BORROWER_IS_ONE_PERSON = 'create unique index if not exists standing_person_borrower on standing_person (borrower_id)';

/** Which entry changed standing last was not kept before: it is at most the last one applied. */
const CHANGED = [
  'alter table follower add column if not exists changed_index bigint not null default -1',
  'update follower set changed_index = next_index - 1 where changed_index = -1',
];

/** Digests and base64 do not compress; trying to, and moving them out of line, cost more than storing them. */
const EVENTS = 'alter table outbox alter column event set storage external, alter column streams set storage external';

/** Before every migration that makes a room follow the ledger again. */
export function roomStanding(room: RoomName): new () => MigrationInterface {
  return class RoomStanding implements MigrationInterface {
    readonly name = 'RoomStanding1763700000025';

    async up(runner: QueryRunner): Promise<void> {
      const persons = ASKED_BY_BORROWER.includes(room) ? [...PERSONS, BORROWER_IS_ONE_PERSON] : PERSONS;
      for (const statement of [...persons, ...CHANGED, EVENTS]) await runner.query(statement);
    }

    /** Forward only (DESIGN §7): a mistake is repaired by the next migration. */
    async down(): Promise<void> {
      throw new Error('migrations go forward only');
    }
  };
}
