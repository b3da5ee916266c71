/** On a log that is worth an index, no list of entries reads a table through: counted by PostgreSQL itself, inside functions and policies too. */
import { questionOf, type EntryFilter } from '../../audit/entry-filter.type';
import { readEntryPage } from '../../audit/ledger-entry.repository';
import { keepPlaces } from '../../audit/places/place-keeper';
import type { Actor } from '../../kernel/actor';
import { RoomContext } from '../../kernel/context';
import { newId } from '../../schema/ids';
import { openPage } from '../../schema/page';
import type { StreamName } from '../../schema/vocabulary';
import { testDatabase } from '../support/test-database';
import { AUDIT_ROOM_DATABASES, openTestAuditRoom, reader, type TestAuditRoom } from './audit-room';
import { receipts, submission } from './ledger-fixture';

const CHUNKS = 6;
const CHUNK = 1_000;
const [bank, agency, debt] = [newId('creditor'), newId('agency'), newId('debt')];
const [person, borrower, regulatorId] = [newId('person'), newId('borrower'), newId('regulator')];
const READERS = [reader('INTERNAL', bank, 'staff'), reader('PARTNER', agency, 'collector'), reader('REGULATOR', regulatorId, 'examiner'), reader('BORROWER', person, person)];
const FILTERS: readonly (EntryFilter | null)[] = [
  null,
  { types: ['debts.PlacementAccepted'] },
  { types: ['debts', 'borrowers.DataDisclosed'] },
  { partyId: agency },
  { partyId: agency, types: ['debts'] },
  { subjectId: debt },
  { subjectId: debt, types: ['debts.PlacementAccepted'] },
  { subjectId: agency, types: ['debts.Placement'] },
  { recordedFrom: new Date('2026-01-01'), recordedUntil: new Date('2036-01-01') },
  { subjectId: bank, partyId: agency, types: ['debts.PlacementAccepted'], recordedUntil: new Date('2036-01-01') },
];
/** Of this transaction so far. */
const SCANS = `select relname as name, seq_scan::int as scans from pg_stat_xact_user_tables where relname in ('entry', 'stream_entry', 'entry_place', 'tile') and seq_scan > 0`;

describe('a list of entries', () => {
  let room: TestAuditRoom;
  const database = testDatabase(...AUDIT_ROOM_DATABASES);

  beforeAll(async () => {
    room = await openTestAuditRoom(database, { checkpointIntervalMs: 600_000 });
    await room.authority(bank, 'staff');
    await room.mandate(bank, regulatorId);
    await room.borrower(bank, borrower, person);
    for (let chunk = 0; chunk < CHUNKS; chunk += 1) {
      const shapes = Array.from({ length: CHUNK }, (_, at) => {
        const ours = at % 3 === 0;
        const streams: StreamName[] = [`creditor:${ours ? bank : newId('creditor')}`, `debt:${at % 100 === 0 ? debt : newId('debt')}`, ...(ours ? ([`agency:${agency}`, `borrower:${borrower}`] as const) : [])];
        return submission({ name: at % 2 === 0 ? 'PlacementAccepted' : 'DebtRegistered', streams });
      });
      receipts(await room.audit.ledger.ledgerFor('debts').append('direct', shapes, 30_000));
    }
    await room.audit.ledger.signNow();
    const admin = await database.admin();
    // Half of the places, so that a list needs the index and the stream.
    await admin.query('set search_path = audit; revoke update on entry_place_until from cession_audit_worker; truncate entry_place; update entry_place_until set next_index = 0');
    while (await keepPlaces(admin, CHUNK)) {
      const { rows } = await admin.query<{ at: number }>('select next_index::float8 as at from entry_place_until');
      if (rows[0]!.at >= (CHUNKS * CHUNK) / 2) break;
    }
    await admin.query('vacuum analyze entry, stream_entry, entry_place, tile');
  }, 60_000);

  /** The tables that were read through in the transaction of the reader's own request. */
  async function scannedBy(who: Actor, planning: string, work: (context: RoomContext) => Promise<unknown>): Promise<unknown[]> {
    const context = new RoomContext(room.audit.room.services, { actor: who, requestId: 'test', operationName: null, documentHash: '', atLeast: -1, language: 'en' });
    try {
      const transaction = await context.read();
      await transaction.query(`set local plan_cache_mode = ${planning}`);
      await work(context);
      return await transaction.query(SCANS);
    } finally {
      await context.abandonSnapshot();
    }
  }

  describe.each(['force_custom_plan', 'force_generic_plan'])('under %s', (planning) => {
    it.each(READERS.map((who) => [who.audience, who] as const))('never reads a table through, whatever is asked for, from either end: %s', async (audience, who) => {
      for (const filter of FILTERS) {
        for (const args of [{ first: 20 }, { last: 20 }]) {
          const page = openPage(args, { audience, sort: 'entries:index' });
          const scanned = await scannedBy(who, planning, async (context) => {
            const entries = await readEntryPage(context, questionOf(filter), page);
            // What a borrower asks of his creditor is nothing of his; an empty page would prove little for the others.
            if (audience !== 'BORROWER') expect(entries.length).toBeGreaterThan(0);
          });
          expect({ filter, scanned }).toEqual({ filter, scanned: [] });
        }
      }
    });
  });

  it('is measured by what would tell: a table that is read through is counted', async () => {
    const scanned = await scannedBy(READERS[0]!, 'auto', async (context) => (await context.read()).query('select count(*) from entry_place where length(type) > 0'));
    expect(scanned).toEqual([{ name: 'entry_place', scans: 1 }]);
  });
});
