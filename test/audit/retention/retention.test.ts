/** The retention periods as a table: how long each class of entry is kept, and that an unknown one is kept for ever. */
import { isRetentionClass, keptUntil, RETENTION_PERIODS } from '../../../audit/retention/retention';

describe('an entry', () => {
  it.each([
    ['OPERATION', '2020-03-01T12:00:00.000Z', '2023-03-01T12:00:00.000Z'],
    ['SHARE_RECORD', '2020-03-01T12:00:00.000Z', '2025-03-01T12:00:00.000Z'],
    ['DEBT_RECORD', '2000-01-01T00:00:00.000Z', '2023-01-01T00:00:00.000Z'],
    ['STANDING', '2000-01-01T00:00:00.000Z', '2023-01-01T00:00:00.000Z'],
    ['OPERATION', '2020-02-29T00:00:00.000Z', '2023-03-01T00:00:00.000Z'],
    ['SHARE_RECORDS', '1900-01-01T00:00:00.000Z', null],
    ['constructor', '1900-01-01T00:00:00.000Z', null],
  ])('of class %s recorded at %s is kept until %s', (retention, recordedAt, until) => {
    expect(keptUntil(retention, new Date(recordedAt))?.toISOString() ?? null).toBe(until);
  });

  it.each(Object.entries(RETENTION_PERIODS))('of class %s is kept by a clause, and no shorter than the law of any jurisdiction here', (name, { years, clause }) => {
    expect(isRetentionClass(name)).toBe(true);
    expect(years).toBeGreaterThanOrEqual(3);
    expect(clause).toMatch(/Art\.|as long as/);
  });

  it('about standing is kept as long as the longest record that was decided on it', () => {
    expect(RETENTION_PERIODS.STANDING.years).toBe(Math.max(...Object.values(RETENTION_PERIODS).map(({ years }) => years)));
  });
});
