/** Access recomputed from an export alone: every disclosure held against the right it names, and who could see what at a moment. */
import { Readable } from 'node:stream';
import { AccessHistory, type AccessReport } from '../../../audit/access/access-history';
import type { AccessTable } from '../../../audit/access/access-table';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { closedLog, completeExport, rangeOf, type ClosedLog } from '../complete-export';
import { KEY, logBundle, sampleLog, streamBundle } from '../sample-log';
import { after, AGENCY, BORROWER, CREDITOR, ENGAGEMENT, eventsOf, FIRST, GRANT, LAPSING, OWN_READ, OWN_READ_V1, READ, RECALLED, REGULATOR_READ, STAFF_READ, SUSPENDED, type Told } from './access-log';

const OF_BORROWER = `borrower:${BORROWER}`;

async function report(bytes: Buffer, at: string = after(50), stream = OF_BORROWER): Promise<AccessReport> {
  const history = new AccessHistory({ at, stream });
  return history.addTo(await verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey, watch: history }));
}

const wholeLog = async (told: readonly Told[]): Promise<Buffer> => logBundle(await sampleLog(told.length + 1, {}, eventsOf(told)));
const closed = (told: readonly Told[]): Promise<ClosedLog> => closedLog(told.length + 1, { events: eventsOf(told) });

describe('a disclosure in a whole log', () => {
  it.each<[string, Told]>([
    ["by an agency under a placement's grant", READ],
    ['by staff under an authority', STAFF_READ],
    ['by a regulator under a mandate', REGULATOR_READ],
  ])('%s is covered', async (_what, read) => {
    expect(await report(await wholeLog([...FIRST, read]))).toMatchObject({ outcome: 'verified', access: { state: 'proven', reasons: [{ code: 'DISCLOSURES_COVERED', got: '1' }], disclosures: { covered: 1, notDecidable: 0, violations: 0 } } });
  });

  it('to the borrower himself is not decidable: who is whom is shown to nobody', async () => {
    for (const own of [OWN_READ, OWN_READ_V1]) expect(await report(await wholeLog([...FIRST, own]))).toMatchObject({ outcome: 'verified', access: { state: 'not proven', disclosures: { covered: 0, notDecidable: 1, violations: 0 } } });
  });

  const VIOLATIONS: readonly (readonly [what: string, told: readonly Told[], code: string])[] = [
    ['after its grant was recalled', [...FIRST, RECALLED, READ], 'RIGHT_NOT_OPEN'],
    ['that cites an entry before the recall, but stands after it', [...FIRST, RECALLED, { ...READ, cites: 6 }], 'RIGHT_NOT_OPEN'],
    ['that cites an entry before its grant was opened', [...FIRST, { ...READ, cites: 3 }], 'RIGHT_NOT_OPEN'],
    ['under a grant that nobody opened', [...FIRST, { ...READ, item: { ...READ.item!, rightId: 'grant_2' } }], 'RIGHT_NOT_OPEN'],
    ['that cites itself', [...FIRST, { ...READ, cites: 7 }], 'DISCLOSURE_UNFOUNDED'],
    ['without a decision', [...FIRST, { ...READ, cites: null }], 'DISCLOSURE_UNFOUNDED'],
    ['without a right', [...FIRST, { ...READ, item: { borrowerId: BORROWER, categories: ['CONTACT'] } }], 'DISCLOSURE_UNFOUNDED'],
    ['after the term of its grant', [...FIRST, { ...READ, citedAt: '2026-12-31T00:00:00.000Z' }], 'RIGHT_OUT_OF_TERM'],
    ['before the term of its grant', [...FIRST, { ...READ, citedAt: '2026-11-21T07:59:59.999Z' }], 'RIGHT_OUT_OF_TERM'],
    ['for another purpose', [...FIRST, { ...READ, purpose: 'SERVICING' }], 'PURPOSE_NOT_COVERED'],
    ['of another category', [...FIRST, { ...READ, item: { ...READ.item!, categories: ['BALANCE', 'CONTACT'] } }], 'CATEGORY_NOT_COVERED'],
    ['under the grant of another agency', [...FIRST, { ...READ, shown: { actorSub: 'agent_2', actorOrg: 'agency_2' } }], 'RIGHT_OF_OTHERS'],
    ['of another borrower', [...FIRST, { ...READ, item: { ...READ.item!, borrowerId: 'borrower_2' } }], 'RIGHT_OF_OTHERS'],
    ['of another debt', [...FIRST, { ...READ, item: { ...READ.item!, debtId: 'debt_2' } }], 'RIGHT_OF_OTHERS'],
    ['by staff under a grant', [...FIRST, { ...READ, audience: 'INTERNAL' }], 'RIGHT_OF_OTHERS'],
    ['by staff without the authority', [...FIRST, { ...STAFF_READ, shown: { actorSub: 'staff_2', actorOrg: CREDITOR } }], 'RIGHT_OF_OTHERS'],
    ["by staff of another creditor's borrower", [{ ...FIRST[0]!, item: { borrowerId: BORROWER, creditorId: 'creditor_2' } }, ...FIRST.slice(1), STAFF_READ], 'RIGHT_OF_OTHERS'],
    ['under a suspended engagement', [...FIRST, SUSPENDED, READ], 'ENGAGEMENT_NOT_QUALIFIED'],
    ['that cites an entry before the suspension, but stands after it', [...FIRST, SUSPENDED, { ...READ, cites: 6 }], 'ENGAGEMENT_NOT_QUALIFIED'],
    ['under an attestation that has lapsed', [...FIRST, LAPSING, READ], 'ATTESTATION_NOT_CURRENT'],
    ["to a borrower of another's records", [...FIRST, { ...OWN_READ_V1, shown: { actorSub: 'person_2', actorOrg: 'person_2' } }], 'RIGHT_OF_OTHERS'],
    ['to an agency as if it were its own', [...FIRST, { ...READ, item: { ...READ.item!, rightId: 'SELF' }, typeVersion: 2 }], 'RIGHT_OF_OTHERS'],
    ['to a borrower for another purpose', [...FIRST, { ...OWN_READ, purpose: 'COLLECTION' }], 'PURPOSE_NOT_COVERED'],
  ];
  it.each(VIOLATIONS)('%s is a violation with its place', async (_what, told, code) => {
    expect(await report(await wholeLog(told))).toMatchObject({ outcome: 'broken', exitCode: 1, integrity: { state: 'proven' }, access: { state: 'failed', reasons: [{ code, index: told.length }], disclosures: { violations: 1 } } });
  });

  it('is not judged in an export that does not hold', async () => {
    const bytes = await wholeLog([...FIRST, READ]);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    expect(await report(bytes)).toMatchObject({ outcome: 'broken', access: { state: 'not checked', reasons: [{ code: 'STOPPED_BEFORE' }], table: null } });
  });

  it('is named for the first hundred violations only, however many there are', async () => {
    const { access } = await report(await wholeLog([...FIRST, RECALLED, ...Array.from({ length: 150 }, () => READ)]));
    expect([access.reasons.length, access.disclosures.violations]).toEqual([100, 150]);
  });
});

describe('a disclosure in an export of streams', () => {
  const exported = async (told: readonly Told[], streams: readonly string[]): Promise<AccessReport> => {
    const log = await closed(told);
    return report(await completeExport(log, [...streams].sort().map((stream) => rangeOf(log, stream))));
  };

  it.each<[string, readonly string[], readonly Told[], object]>([
    ["the borrower's: the engagement is elsewhere", [OF_BORROWER], [...FIRST, READ], { covered: 0, notDecidable: 1, violations: 0 }],
    ["the borrower's with the engagement's", [OF_BORROWER, `engagement:${ENGAGEMENT}`], [...FIRST, READ], { covered: 1, notDecidable: 0, violations: 0 }],
    ["the creditor's: the subjects are withheld", [`creditor:${CREDITOR}`], [...FIRST, READ], { covered: 0, notDecidable: 1, violations: 0 }],
    ["the borrower's: the authority is elsewhere", [OF_BORROWER], [...FIRST, STAFF_READ], { covered: 0, notDecidable: 1, violations: 0 }],
    ["the borrower's with the authority's", [OF_BORROWER, 'grant:authority_1'], [...FIRST, STAFF_READ], { covered: 1, notDecidable: 0, violations: 0 }],
    ["the borrower's: a recall is a violation wherever the rest is", [OF_BORROWER], [...FIRST, RECALLED, READ], { covered: 0, notDecidable: 0, violations: 1 }],
    ["the borrower's: a grant that was never opened would stand in it", [OF_BORROWER], [...FIRST, { ...READ, item: { ...READ.item!, rightId: 'grant_2' } }], { covered: 0, notDecidable: 0, violations: 1 }],
  ])('of %s', async (_what, streams, told, disclosures) => {
    expect((await exported(told, streams)).access.disclosures).toEqual(disclosures);
  });

  it('is never decided for it where the end or the beginning of the streams is not shown', async () => {
    const streams = [OF_BORROWER, `engagement:${ENGAGEMENT}`];
    const log = await closed([...FIRST, READ]);
    const open = await report(await streamBundle(log, streams.map((stream) => rangeOf(log, stream))));
    expect(open).toMatchObject({ outcome: 'verified', access: { state: 'not proven', disclosures: { covered: 0, notDecidable: 1 } } });
    const range = { stream: OF_BORROWER, from: 3, to: 3 };
    const part = await report(await completeExport(log, [range], { period: { from: after(7), until: null } }));
    expect(part).toMatchObject({ outcome: 'verified', access: { disclosures: { covered: 0, notDecidable: 1 } } });
  });
});

describe('who could see what', () => {
  const story: readonly Told[] = [...FIRST, SUSPENDED, { ...SUSPENDED, type: 'agencies.EngagementReinstated', facts: { state: 'QUALIFIED' } }, RECALLED];
  const tableAt = async (at: string, stream = OF_BORROWER): Promise<AccessTable> => (await report(await wholeLog(story), at, stream)).access.table!;
  const grantAt = async (at: string): Promise<object | undefined> => (await tableAt(at)).rows.find(({ kind }) => kind === 'GRANT');

  it.each<[string, string, object | undefined]>([
    ['before the grant was recorded, although it had been opened', after(3), undefined],
    ['from its entry on', after(4), { access: 'open', reason: null, purposes: ['COLLECTION'], categories: ['CONTACT', 'IDENTITY'], openedAt: 4, closedAt: null }],
    ['while the engagement is suspended', after(7), { access: 'shut', reason: 'RELEASE-ENGAGEMENT-QUALIFIED' }],
    ['once it is reinstated, when the recall has occurred but is not recorded', after(8), { access: 'open', endedUnrecorded: true, closedAt: null }],
    ['after the recall', after(9), { access: 'shut', reason: 'CLOSED', closedAt: 9, endedUnrecorded: false }],
  ])('%s', async (_what, at, row) => {
    const found = await grantAt(at);
    if (row === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ right: GRANT, holder: AGENCY, borrowerId: BORROWER, ...row });
  });

  it('runs terms and attestations by the moment itself', async () => {
    const bytes = await wholeLog(FIRST);
    const rows = async (at: string): Promise<unknown[]> => (await report(bytes, at)).access.table!.rows.map(({ kind, reason }) => [kind, reason]);
    expect(await rows('2026-12-30T23:59:59.999Z')).toEqual([['GRANT', null], ['AUTHORITY', null], ['MANDATE', null]]);
    expect(await rows('2026-12-31T00:00:00.000Z')).toEqual([['GRANT', 'RELEASE-RIGHT-STANDS'], ['AUTHORITY', null], ['MANDATE', null]]);
    expect(await rows('2027-01-01T00:00:00.000Z')).toEqual([['GRANT', 'RELEASE-RIGHT-STANDS'], ['AUTHORITY', null], ['MANDATE', 'RELEASE-RIGHT-STANDS']]);
  });

  it('of an agency lists its grants only, and of strangers nothing', async () => {
    expect((await tableAt(after(4), `agency:${AGENCY}`)).rows).toMatchObject([{ right: GRANT, access: 'open' }]);
    expect(await tableAt(after(4), 'agency:agency_2')).toMatchObject({ rows: [], notDecidable: [] });
  });

  it.each<[string, readonly string[], object]>([
    ["the borrower's stream: nothing is open for certain", [OF_BORROWER], { rows: [{ right: GRANT, access: 'not decidable', reason: 'NOT_IN_EXPORT' }], notDecidable: ['AUTHORITY', 'MANDATE'] }],
    ["the borrower's and the engagement's: the grant is", [OF_BORROWER, `engagement:${ENGAGEMENT}`], { rows: [{ right: GRANT, access: 'open' }], notDecidable: ['AUTHORITY', 'MANDATE'] }],
    ["the creditor's: everything is", [`creditor:${CREDITOR}`], { rows: [{ right: GRANT, access: 'open' }, { right: 'authority_1', access: 'open' }, { right: 'mandate_1', access: 'open' }], notDecidable: [] }],
    ["a stranger's: nothing can be told", ['source:agencies'], { rows: [], notDecidable: ['GRANT', 'AUTHORITY', 'MANDATE'] }],
  ])('from %s', async (_what, streams, table) => {
    const log = await closed(FIRST);
    const bytes = await completeExport(log, [...streams].sort().map((stream) => rangeOf(log, stream)));
    expect((await report(bytes, after(20))).access.table).toMatchObject(table);
  });
});
