/** The rules of erasures and legal holds, as tables. */
import { ERASURE_BASES, pendingUntil, refuseErasure } from '../../../subgraphs/borrowers/erasure';
import { HOLD_BASES, refuseLifting, refusePlacing } from '../../../subgraphs/borrowers/legal-hold';
import { factFaults } from '../../support/event-schemas';

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
    expect(refuseErasure(standing)?.ruleId ?? null).toBe(ruleId);
  });

  it('says how many holds and grants stand, and what would make it legal', () => {
    expect(refuseErasure({ isOrdered: false, holds: 2, grants: 0 })).toMatchObject({ rulePack: 'erasure-2026.1', message: expect.stringContaining('2') as string, remedy: expect.stringContaining('lifted') as string });
    expect(refuseErasure({ isOrdered: false, holds: 0, grants: 4 })).toMatchObject({ message: expect.stringContaining('4') as string, remedy: expect.stringContaining('Recall') as string });
  });

  it.each(ERASURE_BASES)('on the ground of %s is an event as documented', (basis) => {
    expect(factFaults('borrowers.BorrowerErased', { basis, categories: ['IDENTITY'], backupRetentionDays: 0 })).toEqual([]);
  });

  it('on another ground is none', () => {
    expect(factFaults('borrowers.BorrowerErased', { basis: 'BECAUSE', categories: ['IDENTITY'], backupRetentionDays: 0 })).toHaveLength(1);
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
