/** The rules of erasures and legal holds, as tables. */
import { ERASURE_BASES, erasureRules, pendingUntil, refuseErasure } from '../../../subgraphs/borrowers/erasure';
import { HOLD_BASES, refuseLifting, refusePlacing } from '../../../subgraphs/borrowers/legal-hold';
import { LONGEST_PERIOD, RECORD_CLASSES, retentionEnds, STATUTORY_PERIODS, statutoryPeriod, type DebtRecords } from '../../../subgraphs/borrowers/statutory-retention';
import { isRuleId } from '../../../schema/messages';
import { factFaults } from '../../support/event-schemas';

const NO_RECORDS: DebtRecords = { jurisdiction: 'US', openDebts: 0, recordedAt: null, sharedAt: null };
const TODAY = { basis: 'PIPL_47', now: new Date('2026-11-22T09:00:00.000Z') } as const;

describe('an erasure', () => {
  it.each([
    [{ isOrdered: false, holds: 0, grants: 0 }, null],
    [{ isOrdered: false, holds: 1, grants: 0 }, 'ERASURE-NO-HOLD'],
    [{ isOrdered: false, holds: 0, grants: 1 }, 'ERASURE-NO-GRANT'],
    // What has to be preserved is said before what could be arranged.
    [{ isOrdered: false, holds: 2, grants: 3 }, 'ERASURE-NO-HOLD'],
    [{ isOrdered: true, holds: 0, grants: 0 }, 'ERASURE-ONCE'],
    [{ isOrdered: true, holds: 1, grants: 1 }, 'ERASURE-ONCE'],
  ])('where %j stands is refused by %s', (standing, ruleId) => {
    expect(refuseErasure({ ...standing, records: NO_RECORDS }, TODAY)?.ruleId ?? null).toBe(ruleId);
  });

  it('says how many holds and grants stand, and what would make it legal', () => {
    expect(refuseErasure({ isOrdered: false, holds: 2, grants: 0, records: NO_RECORDS }, TODAY)).toMatchObject({ rulePack: 'erasure-2026.2', message: expect.stringContaining('2') as string, remedy: expect.stringContaining('lifted') as string });
    expect(refuseErasure({ isOrdered: false, holds: 0, grants: 4, records: NO_RECORDS }, TODAY)).toMatchObject({ message: expect.stringContaining('4') as string, remedy: expect.stringContaining('Recall') as string });
  });

  it.each(ERASURE_BASES)('on the ground of %s is an event as documented', (basis) => {
    expect(factFaults('borrowers.BorrowerErased', { basis, categories: ['IDENTITY'], backupRetentionDays: 0 })).toEqual([]);
  });

  it('on another ground is none', () => {
    expect(factFaults('borrowers.BorrowerErased', { basis: 'BECAUSE', categories: ['IDENTITY'], backupRetentionDays: 0 })).toHaveLength(1);
  });
});

describe('records that have to be kept by law', () => {
  const standing = (records: Partial<DebtRecords>) => ({ isOrdered: false, holds: 0, grants: 0, records: { ...NO_RECORDS, ...records } });
  const at = (day: string): Date => new Date(`${day}T23:59:59.999Z`);

  it.each<[string, Partial<DebtRecords>, string | null, string | null]>([
    ['there are none', {}, null, null],
    ['a debt is open', { openDebts: 1, recordedAt: at('2010-01-01') }, 'ERASURE-NO-OPEN-DEBT', '2031-11-23'],
    ['one of several is open, in a jurisdiction not known', { jurisdiction: null, openDebts: 1, recordedAt: at('2010-01-01') }, 'ERASURE-NO-OPEN-DEBT', '2036-11-23'],
    ['a debt was settled yesterday', { recordedAt: at('2026-11-21') }, 'ERASURE-RETENTION-ENDED', '2031-11-22'],
    ['the last day of the period is today', { recordedAt: at('2021-11-22') }, 'ERASURE-RETENTION-ENDED', '2026-11-23'],
    ['the last day of the period was yesterday', { recordedAt: at('2021-11-21') }, null, null],
    ['it is as long ago, in China', { jurisdiction: 'CN', recordedAt: at('2021-11-21') }, 'ERASURE-RETENTION-ENDED', '2031-11-22'],
    ['it is as long ago, in a jurisdiction that is not listed', { jurisdiction: 'FR', recordedAt: at('2021-11-21') }, 'ERASURE-RETENTION-ENDED', '2031-11-22'],
    ['an agency had it until two years ago', { recordedAt: at('2020-01-01'), sharedAt: at('2024-11-22') }, 'ERASURE-RETENTION-ENDED', '2027-11-23'],
    ['an agency had it until three years ago', { recordedAt: at('2020-01-01'), sharedAt: at('2023-11-21') }, null, null],
  ])('where %s', (_case, records, ruleId, from) => {
    const refusal = refuseErasure(standing(records), TODAY);
    expect([refusal?.ruleId ?? null, refusal?.values?.['from'] ?? null]).toEqual([ruleId, from]);
    if (from !== null) expect([refusal?.message, refusal?.remedy]).toEqual([expect.stringContaining(from), expect.stringContaining('court')]);
  });

  it.each(ERASURE_BASES)('stop an erasure on the ground of %s, unless a court has ordered it', (basis) => {
    const ruleId = basis === 'COURT_ORDER' ? null : 'ERASURE-NO-OPEN-DEBT';
    expect(refuseErasure(standing({ openDebts: 1, recordedAt: at('2026-01-01') }), { ...TODAY, basis })?.ruleId ?? null).toBe(ruleId);
    expect(erasureRules(basis).includes('ERASURE-RETENTION-ENDED')).toBe(basis !== 'COURT_ORDER');
    expect(erasureRules(basis).every(isRuleId)).toBe(true);
  });

  it('do not make a court order reach what is held or is with an agency', () => {
    for (const over of [{ holds: 1 }, { grants: 1 }]) expect(refuseErasure({ ...standing({}), ...over }, { ...TODAY, basis: 'COURT_ORDER' })).not.toBeNull();
  });

  it('are kept for a period that names its source, and for the longest one where none was held against its source', () => {
    const listed = [...STATUTORY_PERIODS.values()].flatMap((periods) => RECORD_CLASSES.map((record) => periods[record]));
    for (const { years, source, verifiedAt } of [...listed, LONGEST_PERIOD]) {
      expect(source).toMatch(/\d/);
      expect(verifiedAt !== null || years === LONGEST_PERIOD.years).toBe(true);
      expect(years).toBeLessThanOrEqual(LONGEST_PERIOD.years);
    }
    for (const jurisdiction of [null, 'FR', 'constructor']) expect(statutoryPeriod(jurisdiction, 'DEBT_RECORD')).toBe(LONGEST_PERIOD);
  });

  it('end on a day of the calendar, also when they began on 29 February', () => {
    expect(retentionEnds({ jurisdiction: 'US', recordedAt: at('2024-02-29'), sharedAt: null })).toBe('2029-03-02');
  });
});

describe('a backup that may hold a destroyed key', () => {
  const erasedAt = new Date('2026-11-21T12:00:00.000Z');
  it.each([
    [35, '2026-11-21T12:00:00.000Z', '2026-12-26T12:00:00.000Z'],
    [35, '2026-12-26T11:59:59.999Z', '2026-12-26T12:00:00.000Z'],
    [35, '2026-12-26T12:00:00.000Z', null],
    [0, '2026-11-21T12:00:00.000Z', null],
  ])('kept for %i days is, at %s, left until %s', (days, now, until) => {
    expect(pendingUntil(erasedAt, days, new Date(now))?.toISOString() ?? null).toBe(until);
  });
});

describe('a legal hold', () => {
  it.each(HOLD_BASES)('on the ground of %s is an event as documented, placed and lifted', (basis) => {
    for (const type of ['borrowers.LegalHoldPlaced', 'borrowers.LegalHoldLifted']) expect(factFaults(type, { basis })).toEqual([]);
  });

  it.each([
    [true, 'HOLD-BEFORE-ERASURE'],
    [false, null],
  ])('on a borrower whose erasure is ordered: %s is refused by %s', (isErasureOrdered, ruleId) => {
    expect(refusePlacing({ isErasureOrdered })?.ruleId ?? null).toBe(ruleId);
  });

  it.each([
    [null, null],
    [new Date(), 'HOLD-STANDS'],
  ])('lifted at %s is refused to be lifted by %s', (liftedAt, ruleId) => {
    expect(refuseLifting({ liftedAt })?.ruleId ?? null).toBe(ruleId);
  });
});
