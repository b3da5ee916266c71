/** The check of entries against schema/events can itself fail: one wrong value of every kind it knows. */
import { misfits } from '../support/event-schema';

describe('the check of events itself', () => {
  it.each([
    ['an unknown word', { enum: ['A'] }, 'B'],
    ['another type', { type: ['integer', 'null'] }, '1'],
    ['another pattern', { pattern: '^[A-Z]+$' }, 'a'],
    ['a day for an instant', { format: 'date-time' }, '2026-11-21'],
    ['an item twice', { uniqueItems: true }, ['A', 'A']],
    ['a missing member', { properties: { a: {} }, required: ['a'] }, {}],
    ['a member too many', { properties: {}, additionalProperties: false }, { a: 1 }],
    ['a wrong value deep inside', { items: { properties: { a: { const: 1 } } } }, [{ a: 2 }]],
  ])('finds %s', (_what, schema, value) => {
    expect(misfits(schema, value)).toHaveLength(1);
  });
});
