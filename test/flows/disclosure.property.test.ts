/**
 * Whatever happens between creditors and agencies, and however it is interleaved with reads: nobody sees a row or a personal
 * field without a right at the index and instant the ledger cites, and everybody sees what is his. The yardstick is
 * recomputed from the ledger's entries.
 */
import fc from 'fast-check';
import { auditRoom } from '../../audit/subgraph';
import type { Ledger } from '../../kernel/ledger';
import { databaseOf } from '../../kernel/room-host';
import { agenciesRoom } from '../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../subgraphs/debts/subgraph';
import { testDatabase } from '../support/test-database';
import { testRooms } from '../support/test-rooms';
import { WholeLog, type LogEntry } from '../support/whole-log';
import { AccessModel, type Subject } from './access-model';
import { hiddenPages, PERSONAL, seenIn, type SeenObject } from './observed';
import { READS } from './reads';
import { rebuildStanding, standingOf } from './standing-rebuild';
import { AGENCY_READER, MOVES, READERS, World, type Observation, type Step } from './world';

/** Repeats the histories; how they cross in time is never the same twice. */
const SEED = Math.floor(Math.random() * 2 ** 31);
const RUNS = 3;

/** Rooms follow late and disclosures arrive late, each by a little chance, so that decisions and changes of standing cross. */
const LATE_MS = 12;
const lateness = () => new Promise((resolve) => setTimeout(resolve, Math.random() * LATE_MS));
const late = (ledger: Ledger): Ledger => ({
  room: ledger.room,
  sentAfter: (...asked) => ledger.sentAfter(...asked),
  append: async (channel, submissions, deadlineMs) => {
    if (channel === 'direct') await lateness();
    return ledger.append(channel, submissions, deadlineMs);
  },
  read: async (from, limit, waitMs) => {
    const page = await ledger.read(from, limit, waitMs);
    await lateness();
    return page;
  },
});

const DEFINITIONS = [creditorsRoom, agenciesRoom, borrowersRoom, debtsRoom, auditRoom];
const rooms = testRooms(DEFINITIONS, { wrapLedger: late });
/** The same rooms, without anything in them. */
const anew = testDatabase(...DEFINITIONS.map(databaseOf));
const log = new WholeLog(rooms.database);

const stepOf = (what: fc.Arbitrary<Step['what']>): fc.Arbitrary<Step> =>
  fc.record({ what, creditor: fc.nat(1), agency: fc.nat(2), debt: fc.nat(2), variant: fc.nat(READERS * READS.length - 1), purpose: fc.nat(3) });
const COMMON = ['propose', 'accept', 'accept', 'recall', 'suspend', 'reinstate', 'reinstate'] as const;
const move = stepOf(fc.oneof(fc.constantFrom(...COMMON), fc.constantFrom(...MOVES)));
const anyRead = stepOf(fc.constant('read' as const));
/** An agency that works: for the purpose entrusted to it, in every way there is. */
const workingRead = fc.record({ agency: fc.nat(1), debt: fc.nat(2), way: fc.nat(READS.length - 1), creditor: fc.nat(1) }).map(
  ({ way, ...rest }): Step => ({ ...rest, what: 'read', variant: AGENCY_READER + READERS * way, purpose: 0 }),
);
const ending = stepOf(fc.constantFrom('recall' as const, 'suspend' as const, 'recall' as const, 'end' as const));
/** Steps of one moment run at once: a recall may land between a read's decision and its entry. */
const moment = fc.oneof(
  { weight: 4, arbitrary: fc.array(move, { minLength: 1, maxLength: 3 }) },
  { weight: 3, arbitrary: fc.array(fc.oneof(workingRead, anyRead, move), { minLength: 2, maxLength: 5 }) },
  { weight: 2, arbitrary: fc.tuple(ending, workingRead, workingRead, workingRead, workingRead).map((steps): Step[] => steps) },
);
const history = fc.array(moment, { minLength: 40, maxLength: 55 });
const at = (what: Step['what'], creditor: number, agency: number, debt = 0): Step => ({ what, creditor, agency, debt, variant: 0, purpose: 0 });
/** Without it most histories would end before anybody is entrusted with anything. */
const BEGINNING: readonly Step[] = [
  ...[0, 1].flatMap((creditor) => [at('engage', creditor, 0), at('engage', creditor, 1), at('sign', creditor, 0), at('sign', creditor, 1)]),
  at('propose', 0, 0, 0),
  at('accept', 0, 0),
  at('propose', 1, 1, 0),
  at('accept', 1, 1),
  at('employ', 0, 0),
];

function subjectOf(model: AccessModel, { debtId, borrowerId }: Pick<SeenObject, 'debtId' | 'borrowerId'>): Subject {
  const parties = model.partiesOf((debtId ?? borrowerId)!);
  if (parties?.borrowerId === undefined) throw new Error(`no entry names ${debtId ?? borrowerId}`);
  return { creditorId: parties.creditorId, borrowerId: parties.borrowerId, debtId };
}

/** Some moment of the observation at which the actor may see the row; terms only end, so its first instant decides. */
function wasVisible(model: AccessModel, { actor, lower, upper, began }: Observation, seen: SeenObject): boolean {
  for (let index = lower; index <= upper; index += 1) {
    const moment = { index, at: began };
    const own = seen.type in PERSONAL;
    const parties = own ? null : model.partiesOf(seen.id);
    if (own ? model.seesSubject(actor, subjectOf(model, seen), moment) : parties !== null && model.seesPaper(actor, parties, moment)) return true;
  }
  return false;
}

interface Released {
  readonly borrowerId: string;
  readonly debtId?: string;
  readonly rightId: string;
  readonly categories: readonly string[];
}

const isDisclosure = ({ type }: LogEntry): boolean => type.endsWith('.DataDisclosed');

/** Fields of the object that left without the ledger saying so. */
function unrecorded(seen: SeenObject, releases: readonly Released[]): string[] {
  const values = Object.entries(PERSONAL[seen.type] ?? {}).filter(([name]) => seen.fields[name] !== null && seen.fields[name] !== undefined);
  return values.flatMap(([name, category]) => {
    const said = releases.some((item) => item.categories.includes(category) && (seen.debtId === null ? item.borrowerId === seen.borrowerId : item.debtId === seen.debtId));
    return said ? [] : [`${seen.type}.${name}`];
  });
}

function checkObservation(model: AccessModel, observation: Observation, disclosures: readonly LogEntry[]): void {
  const { actor, way, requestId, upper } = observation;
  const who = `${actor.audience} by ${way.name}`;
  const own = disclosures.filter(({ parsed }) => parsed.event.operation?.requestId === requestId);
  const releases = own.flatMap(({ items }) => items as unknown as Released[]);
  const seen = seenIn(observation);
  expect([who, seen.filter((object) => !wasVisible(model, observation, object))]).toEqual([who, []]);
  expect([who, seen.flatMap((object) => unrecorded(object, releases))]).toEqual([who, []]);
  expect([who, own.filter(({ index }) => index > upper)]).toEqual([who, []]);
  expect([who, hiddenPages(observation.data)]).toEqual([who, 0]);
}

/** A right must cover the release where it was decided, and still when it got its place: that is what `expect` is for. */
function checkDisclosure(model: AccessModel, { index, hidden, items, parsed }: LogEntry): void {
  const { decision, purpose } = parsed.event;
  const who = { sub: hidden['actorSub'] as string, org: hidden['actorOrg'] as string };
  for (const item of items as unknown as Released[]) {
    const subject = { creditorId: model.partiesOf(item.borrowerId)!.creditorId, borrowerId: item.borrowerId, debtId: item.debtId ?? null };
    const asked = { subject, purpose, categories: item.categories };
    for (const moment of [decision!.index, index - 1]) {
      expect([index, moment, model.objection(item.rightId, who, asked, { index: moment, at: new Date(decision!.at) })]).toEqual([index, moment, null]);
    }
  }
}

/** Nothing moved: every debt that is his is there, and every field his rights cover has its value. */
function checkComplete(model: AccessModel, observation: Observation): void {
  const { actor, way, upper, began, ended } = observation;
  const who = `${actor.audience} by ${way.name}`;
  const moment = { index: upper, at: began };
  const seen = seenIn(observation);
  if (way.name === 'the list of debts') {
    const mine = model.debts.filter((id) => [began, ended].every((instant) => model.seesSubject(actor, subjectOf(model, { debtId: id, borrowerId: null }), { ...moment, at: instant })));
    expect([who, mine.filter((id) => !seen.some((object) => object.id === id))]).toEqual([who, []]);
  }
  for (const object of seen) {
    for (const [name, category] of Object.entries(PERSONAL[object.type] ?? {})) {
      const isGiven = object.fields[name] !== null;
      const may = model.mayRelease(actor, subjectOf(model, object), category, moment);
      // A borrower without an address shows null to whoever may read it, too.
      if (isGiven || name === 'address') continue;
      expect([who, object.type, name, may && model.mayRelease(actor, subjectOf(model, object), category, { ...moment, at: ended })]).toEqual([who, object.type, name, false]);
    }
  }
}

describe('whatever happens between creditors and agencies', () => {
  it(`nobody sees without a right, and everybody sees what is his (seed ${SEED})`, async () => {
    const counts = { disclosures: 0, rows: 0, withheld: 0 };
    await fc.assert(
      fc.asyncProperty(history, async (moments) => {
        const world = new World(rooms, log);
        const from = await log.size();
        await world.open();
        for (const first of BEGINNING) await world.take(first);
        for (const moment of moments) await Promise.all(moment.map((taken) => world.take(taken)));
        await world.lookAround();
        const entries = await log.entries();
        const model = new AccessModel(entries);
        const disclosures = entries.filter((entry) => entry.index >= from && isDisclosure(entry));
        for (const disclosure of disclosures) checkDisclosure(model, disclosure);
        for (const observation of world.observations) checkObservation(model, observation, disclosures);
        for (const observation of world.observations) if (observation.isSettled) checkComplete(model, observation);
        counts.disclosures += disclosures.length;
        counts.rows += world.observations.reduce((sum, observation) => sum + seenIn(observation).length, 0);
        counts.withheld += entries.filter(({ index, type }) => index >= from && type.endsWith('.ReleaseRefused')).length;
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
    // A history in which nothing is shown or refused would prove nothing.
    expect(counts.disclosures).toBeGreaterThan(25);
    expect(counts.rows).toBeGreaterThan(200);
    expect(counts.withheld).toBeGreaterThan(1);
  }, 180_000);

  it('the log holds every step once and as documented', () => log.check());

  it.each(DEFINITIONS.map((definition) => [definition.name, definition] as const))('the %s room, following anew from the first entry, stands where it stood', async (name, definition) => {
    await rooms.settled();
    const live = await standingOf(rooms.room(name).database.worker);
    expect(live['standing_right']!.length).toBeGreaterThan(10);
    expect(await rebuildStanding(anew, definition, rooms.ledger.ledgerFor(name), await log.size())).toEqual(live);
  });
});
