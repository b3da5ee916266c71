/** Finding entries by stream, party, type and time: the same entries as reading through all of them, by indexes alone, and never beyond the reader's scope. */
import type { Client } from 'pg';
import { parseEntry } from '../../audit/log/entry';
import { keepPlaces } from '../../audit/places/place-keeper';
import { readEntries } from '../../audit/reader/stored-entries';
import { decodeLinks, parseLink } from '../../audit/reader/stored-links';
import type { Actor } from '../../kernel/actor';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import { testDatabase } from '../support/test-database';
import { AUDIT_ROOM_DATABASES, openTestAuditRoom, ReadersOfTwoBanks, type TestAuditRoom } from './audit-room';
import { receipts, submission } from './ledger-fixture';

const readers = new ReadersOfTwoBanks();
const { bankA, bankB, agency, borrowerA, person, staffA, staffB, regulator, partner, self } = readers;
const [otherAgency, debtA] = [newId('agency'), newId('debt')];

interface Known {
  readonly index: number;
  readonly type: string;
  readonly recordedAt: string;
  readonly streams: readonly string[];
}

let room: TestAuditRoom;
let admin: Client;
let log: readonly Known[] = [];
const database = testDatabase(...AUDIT_ROOM_DATABASES);

/** Time passes with each entry, so that periods have something to cut. */
const START = new Date('2026-11-21T08:00:00.000Z').getTime();
let ticks = 0;
const clock = (): Date => new Date(START + ticks * 1_000);

async function append(source: 'debts' | 'borrowers' | 'agencies', name: string, streams: readonly StreamName[]): Promise<void> {
  ticks += 1;
  receipts(await room.audit.ledger.ledgerFor(source).append('direct', [submission({ room: source, name, streams })], 5_000));
}

beforeAll(async () => {
  room = await openTestAuditRoom(database, { clock, checkpointIntervalMs: 60_000 });
  admin = await database.admin();
  // Only this test keeps places, as an administrator: the room's own keeper would not stop where it is to stop.
  await admin.query('set search_path = audit; revoke update on entry_place_until from cession_audit_worker');
  await readers.admitTo(room);
  for (let round = 0; round < 12; round += 1) {
    await append('debts', 'DebtRegistered', [`creditor:${bankA}`, `debt:${newId('debt')}`, `borrower:${newId('borrower')}`]);
    await append('debts', 'PlacementProposed', [`creditor:${bankA}`, `debt:${debtA}`, `agency:${agency}`]);
    await append('debts', 'PlacementAccepted', [`creditor:${bankA}`, `debt:${debtA}`, `agency:${agency}`]);
    await append('debts', 'PlacementAccepted', [`creditor:${bankB}`, `debt:${newId('debt')}`, `agency:${agency}`]);
    await append('debts', 'PlacementAccepted', [`creditor:${bankA}`, `debt:${newId('debt')}`, `agency:${otherAgency}`]);
    await append('borrowers', 'DataDisclosed', [`creditor:${bankA}`, `borrower:${borrowerA}`]);
    if (round % 5 === 0) await append('agencies', 'LicenceRecorded', [`creditor:${bankA}`, `agency:${agency}`]);
  }
  log = await wholeLog();
});

async function wholeLog(): Promise<readonly Known[]> {
  const entries = await readEntries(room.pool, 0, Number.MAX_SAFE_INTEGER, 100_000);
  const { rows } = await room.pool.query<{ links: Buffer }>('select links from entry order by index');
  return entries.map(({ index, bytes }, at) => {
    const { event, recordedAt } = parseEntry(bytes);
    return { index, type: event.type, recordedAt, streams: decodeLinks(rows[at]!.links).map((link) => parseLink(link).stream) };
  });
}

const DOCUMENT = `query ($filter: EntryFilter, $first: Int, $after: String, $last: Int, $before: String) {
  entries(filter: $filter, first: $first, after: $after, last: $last, before: $before) { edges { node { index type } } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }`;

async function ask(who: Actor, variables: Record<string, unknown>): Promise<{ indexes: number[]; end: string; start: string; hasNext: boolean; hasPrevious: boolean }> {
  const { entries } = await room.data<{ entries: { edges: { node: { index: number } }[]; pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean } } }>(who, DOCUMENT, variables);
  const { edges, pageInfo } = entries;
  return { indexes: edges.map(({ node }) => node.index), end: pageInfo.endCursor, start: pageInfo.startCursor, hasNext: pageInfo.hasNextPage, hasPrevious: pageInfo.hasPreviousPage };
}

const names = (stream: string) => ({ streams }: Known): boolean => streams.includes(stream);
const ofType = (...beginnings: string[]) => ({ type }: Known): boolean => beginnings.some((beginning) => type.startsWith(beginning));
const at = (round: number): string => new Date(START + round * 1_000).toISOString();
const within = (from: string, until: string) => ({ recordedAt }: Known): boolean => recordedAt >= from && recordedAt < until;
type Holds = (entry: Known) => boolean;
const [ofA, ofB, ofAgency] = [names(`creditor:${bankA}`), names(`creditor:${bankB}`), names(`agency:${agency}`)];

const CASES: readonly [string, Actor, Record<string, unknown> | null, readonly Holds[]][] = [
  ['everything in scope', staffA, null, [ofA]],
  ['an empty filter', staffA, {}, [ofA]],
  ['one type', staffA, { types: ['debts.PlacementAccepted'] }, [ofA, ofType('debts.PlacementAccepted')]],
  ['the beginning of types', staffA, { types: ['debts.Placement'] }, [ofA, ofType('debts.Placement')]],
  ['a room and a type of another', staffA, { types: ['borrowers', 'agencies.LicenceRecorded'] }, [ofA, ofType('borrowers.', 'agencies.LicenceRecorded')]],
  ['overlapping types, each entry once', staffA, { types: ['debts', 'debts.Placement', 'debts.PlacementAccepted'] }, [ofA, ofType('debts.')]],
  ['a type that nobody recorded', staffA, { types: ['debts.DebtSold'] }, [ofType('debts.DebtSold')]],
  ['no type', staffA, { types: [] }, [() => false]],
  ['a debt', staffA, { subjectId: debtA }, [ofA, names(`debt:${debtA}`)]],
  ['a debt and a type', staffA, { subjectId: debtA, types: ['debts.PlacementProposed'] }, [names(`debt:${debtA}`), ofType('debts.PlacementProposed')]],
  ['a party among those in scope', staffA, { partyId: agency }, [ofA, ofAgency]],
  ['an agency, as far as the reader may see', staffB, { subjectId: agency }, [ofB, ofAgency]],
  ['an agency and a type', staffA, { subjectId: agency, types: ['agencies'] }, [ofA, ofAgency, ofType('agencies.')]],
  ['a party and a type', staffA, { partyId: otherAgency, types: ['debts.PlacementAccepted'] }, [ofA, names(`agency:${otherAgency}`), ofType('debts.PlacementAccepted')]],
  ['a period', staffA, { recordedFrom: at(20), recordedUntil: at(41) }, [ofA, within(at(20), at(41))]],
  ['a period that begins between two entries', staffA, { recordedFrom: '2026-11-21T08:00:20.500Z' }, [ofA, within(at(21), '9')]],
  ['a period before the log', staffA, { recordedUntil: '2026-11-21T07:00:00.000Z' }, [() => false]],
  ['a period after the log', staffA, { recordedFrom: '2036-11-21T07:00:00.000Z' }, [() => false]],
  ['all at once', staffA, { subjectId: debtA, partyId: agency, types: ['debts.PlacementAccepted'], recordedFrom: at(10), recordedUntil: at(60) }, [names(`debt:${debtA}`), ofAgency, ofType('debts.PlacementAccepted'), within(at(10), at(60))]],
  ['another creditor: nothing', staffA, { subjectId: bankB }, [() => false]],
  ["another creditor's entries of a type: nothing", staffB, { subjectId: debtA, types: ['debts'] }, [() => false]],
  ['a regulator within his mandate', regulator, { types: ['debts.PlacementAccepted'] }, [ofA, ofType('debts.PlacementAccepted')]],
  ['a regulator beyond his mandate: nothing', regulator, { subjectId: bankB, types: ['debts'] }, [() => false]],
  ['an agency: what names it, whoever its client', partner, null, [ofAgency]],
  ['an agency: a type of its own', partner, { types: ['debts.PlacementAccepted'] }, [ofAgency, ofType('debts.PlacementAccepted')]],
  ['an agency: of a client only what names it', partner, { subjectId: bankA }, [ofA, ofAgency]],
  ['an agency: nothing of another', partner, { subjectId: otherAgency }, [() => false]],
  ['a borrower: his own', self, null, [names(`borrower:${borrowerA}`)]],
  ['a borrower: who read his data', self, { types: ['borrowers.DataDisclosed'] }, [names(`borrower:${borrowerA}`), ofType('borrowers.DataDisclosed')]],
  ['a borrower: nothing of his creditor', self, { subjectId: bankA, types: ['debts'] }, [() => false]],
];

/** How far the index of places has come: it must make no difference. */
const REACHES: readonly [string, number][] = [['with no place kept yet', 0], ['with places kept in part', 40], ['with all places kept', Number.MAX_SAFE_INTEGER]];

describe.each(REACHES)('a list of entries, %s', (_reach, upTo) => {
  beforeAll(async () => {
    await admin.query('truncate entry_place; update entry_place_until set next_index = 0');
    for (let left = upTo; left > 0 && (await keepPlaces(admin, Math.min(left, 10))); left -= 10);
    const { rows } = await admin.query<{ reached: number }>('select next_index::float8 as reached from entry_place_until');
    expect(rows[0]!.reached).toBe(Math.min(upTo, log.length));
  });

  it.each(CASES)('holds exactly what is asked for: %s', async (_case, who, filter, conditions) => {
    const expected = log.filter((entry) => conditions.every((holds) => holds(entry))).map(({ index }) => index);
    const all = await ask(who, { filter, first: 100 });
    expect(all.indexes).toEqual(expected);
    expect((await ask(who, { filter, last: 100 })).indexes).toEqual(expected);
    // Page by page, and back again.
    const pages: number[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Awaited<ReturnType<typeof ask>> = await ask(who, { filter, first: 7, after });
      pages.push(...page.indexes);
      [after, more] = [page.end, page.hasNext];
    }
    expect(pages).toEqual(expected);
    if (expected.length > 7) {
      const second = await ask(who, { filter, first: 3, after: (await ask(who, { filter, first: 4 })).end });
      const back = await ask(who, { filter, last: 4, before: second.start });
      expect([back.indexes, back.hasPrevious]).toEqual([expected.slice(0, 4), false]);
    }
  });
});

describe('a filter', () => {
  it.each([
    ['a person', { subjectId: person }],
    ['an export', { partyId: newId('export') }],
    ['no id', { subjectId: 'debt:1' }],
    ['a type with a wildcard', { types: ['debts.%'] }],
    ['a type that is a pattern', { types: ['debts.Placement_'] }],
    ['too many types', { types: Array.from({ length: 21 }, () => 'debts') }],
    ['a period that ends before it begins', { recordedFrom: at(2), recordedUntil: at(1) }],
  ])('is refused: by %s', async (_case, filter) => {
    await expect(ask(staffA, { filter, first: 1 })).rejects.toThrow('BAD_INPUT');
  });
});
