/** The mapping language and the rules of a row, as tables. */
import { parseMapping } from '../../../cli/import/mapping';
import { MappingError } from '../../../cli/import/mapping-problems';
import type { RowOutcome } from '../../../cli/import/portfolio-row';

const COLUMNS = ['id', 'amount', 'currency', 'day', 'status', 'phone'];

/** A small mapping around the one part a case is about. */
function mappingWith(changes: Record<string, unknown>): string {
  return JSON.stringify({
    mapping: 1,
    title: 'A test',
    csv: { columns: COLUMNS },
    borrower: { name: { concat: ['Synthetic ', { column: 'id' }] } },
    debt: {
      reference: { column: 'id' },
      product: 'CREDIT_CARD',
      region: 'TW',
      currency: 'CNY',
      asOf: '2026-10-31',
      daysPastDue: 30,
      components: { principal: 100 },
    },
    ...changes,
  });
}

const CELLS = ['7', '2.00E+05', 'TWD', '3/1/2026', 'B', '+1 202-555-0123'];

/** What the expression gives as the debt's reference, or the reason the row is rejected for. */
function evaluate(expression: unknown, cells: readonly string[] = CELLS): string {
  const debt = { ...(JSON.parse(mappingWith({})) as { debt: Record<string, unknown> }).debt, reference: expression };
  return told(parseMapping(mappingWith({ debt })).outcomeOf(cells, 1));
}

function told(outcome: RowOutcome): string {
  if (outcome.kind === 'accepted') return outcome.row.debt.reference;
  return outcome.kind === 'skipped' ? `skipped ${outcome.reason}` : `${outcome.reason} at ${outcome.place}`;
}

describe('an expression of a mapping', () => {
  const column = (name: string) => ({ column: name });
  const number = (text: string) => ({ number: text });

  it.each<[string, unknown, string]>([
    ['takes a bare text for itself', 'as it is', 'as it is'],
    ['takes a bare number for itself', 42, '42'],
    ['reads a column', column('currency'), 'TWD'],
    ['reads scientific notation as the number it is', { number: column('amount') }, '200000'],
    ['reads a negative exponent exactly', number('1.25e-2'), '0.0125'],
    ['reads a signed number', number(' +17 '), '17'],
    ['refuses a number with a thousands separator', number('1,000'), 'NOT_A_NUMBER at debt.reference'],
    ['refuses hexadecimal', number('0x10'), 'NOT_A_NUMBER at debt.reference'],
    ['refuses NaN', number('NaN'), 'NOT_A_NUMBER at debt.reference'],
    ['refuses a number without end', number('9'.repeat(80)), 'NOT_A_NUMBER at debt.reference'],
    ['reads an integer out of scientific notation', { integer: column('amount') }, '200000'],
    ['refuses a fraction as an integer', { integer: '2.5' }, 'NOT_AN_INTEGER at debt.reference'],
    ['refuses a text as an integer', { integer: column('status') }, 'NOT_AN_INTEGER at debt.reference'],
    ['refuses an integer beyond 2^53', { integer: '9007199254740993' }, 'NOT_AN_INTEGER at debt.reference'],
    ['adds', { add: [1, 2, 3] }, '6'],
    ['subtracts', { subtract: [1, 3] }, '-2'],
    ['multiplies fractions exactly', { multiply: [number('1.1'), number('3')] }, '3.3'],
    ['adds fractions exactly', { add: [number('0.1'), number('0.2')] }, '0.3'],
    ['refuses to calculate with a text', { add: [1, column('status')] }, 'NOT_A_NUMBER at debt.reference'],
    ['makes minor units of two digits', { minorUnits: number('1.15'), currency: 'CNY' }, '115'],
    ['makes minor units of none', { minorUnits: number('115'), currency: 'JPY' }, '115'],
    ['makes minor units of three digits', { minorUnits: number('1.15'), currency: 'KWD' }, '1150'],
    ['makes minor units in a currency from a column', { minorUnits: { number: column('amount') }, currency: column('currency') }, '20000000'],
    ['refuses half a minor unit', { minorUnits: number('1.155'), currency: 'CNY' }, 'NOT_WHOLE_MINOR_UNITS at debt.reference'],
    ['refuses minor units of no currency', { minorUnits: 1, currency: 'XXX' }, 'NOT_A_CURRENCY at debt.reference'],
    ['maps a value', { map: column('status'), table: { A: 'one', B: 'two' } }, 'two'],
    ['maps what is not in the table to another value', { map: 'Z', table: { A: 'one' }, otherwise: 'else' }, 'else'],
    ['refuses what is not in the table', { map: 'Z', table: { A: 'one' } }, 'NOT_IN_TABLE at debt.reference'],
    ['does not take a table for an object of the language', { map: 'constructor', table: { A: 'one' } }, 'NOT_IN_TABLE at debt.reference'],
    ['makes a date from parts', { date: { year: 2026, month: '2', day: number('3') } }, '2026-02-03'],
    ['refuses a day that does not exist', { date: { year: 2026, month: 2, day: 29 } }, 'NOT_A_DATE at debt.reference'],
    ['reads a date in a format', { parseDate: column('day'), format: 'M/d/yyyy' }, '2026-03-01'],
    ['refuses a date in another format', { parseDate: column('day'), format: 'yyyy-MM-dd' }, 'NOT_A_DATE at debt.reference'],
    ['chooses by a condition', { if: { equal: [column('status'), 'B'] }, then: 'yes', else: 'no' }, 'yes'],
    ['concatenates', { concat: ['no. ', column('id'), '/', 3] }, 'no. 7/3'],
    ['pads with zeros', { pad: column('id'), length: 4 }, '0007'],
    ['takes the first that is not empty', { firstOf: ['', null, { trim: ' x ' }] }, 'x'],
    ['changes case', { upper: 'abc' }, 'ABC'],
    ['makes a synthetic name', { synthetic: 'name', seed: 's', key: column('id') }, 'Synthetic 000007'],
  ])('%s', (_claim, expression, expected) => {
    expect(evaluate(expression)).toBe(expected);
  });

  it('sees the named values before it', () => {
    const mapping = parseMapping(mappingWith({ let: { one: 1, two: { add: [{ let: 'one' }, 1] } }, skip: [{ when: { equal: [{ let: 'two' }, 2] }, reason: 'TWO' }] }));
    expect(mapping.outcomeOf(CELLS, 1)).toEqual({ kind: 'skipped', reason: 'TWO' });
  });
});

describe('a condition of a mapping', () => {
  const amount = { number: { column: 'amount' } };

  it.each<[unknown, boolean]>([
    [{ equal: [amount, 200000] }, true],
    [{ equal: ['1', 1] }, true],
    [{ less: [amount, 200000] }, false],
    [{ lessOrEqual: [amount, 200000] }, true],
    [{ greater: [amount, { number: '199999.99' }] }, true],
    [{ greaterOrEqual: [amount, 200001] }, false],
    [{ oneOf: [{ column: 'status' }, 'A', 'B'] }, true],
    [{ oneOf: [{ column: 'status' }, 'C'] }, false],
    [{ empty: { trim: '   ' } }, true],
    [{ empty: 0 }, false],
    [{ all: [{ empty: '' }, { not: { empty: 'x' } }] }, true],
    [{ any: [{ empty: 'x' }, { empty: 'y' }] }, false],
  ])('%j is %p', (when, expected) => {
    const mapping = parseMapping(mappingWith({ reject: [{ when, reason: 'HELD' }] }));
    expect(mapping.outcomeOf(CELLS, 1).kind).toBe(expected ? 'rejected' : 'accepted');
  });

  it('refuses to order a text, since "10" is before "9"', () => {
    const mapping = parseMapping(mappingWith({ reject: [{ when: { less: [{ column: 'amount' }, 3] }, reason: 'SMALL' }] }));
    expect(mapping.outcomeOf(CELLS, 1)).toEqual({ kind: 'rejected', reason: 'NOT_A_NUMBER', place: 'reject[0].when' });
  });
});

describe('a row', () => {
  const base = JSON.parse(mappingWith({})) as { debt: Record<string, unknown>; borrower: Record<string, unknown> };

  it.each<[string, Record<string, unknown>, string]>([
    ['without a name', { borrower: { name: '  ' } }, 'BORROWER_MALFORMED at borrower.name'],
    ['with a name without end', { borrower: { name: 'x'.repeat(201) } }, 'BORROWER_MALFORMED at borrower.name'],
    ['with an identity number of one digit', { borrower: { name: 'S', nationalId: '1' } }, 'BORROWER_MALFORMED at borrower.nationalId'],
    [
      'with a seventh source of contact data',
      { borrower: { name: 'S', contactPoints: [{ kind: 'PHONE', value: '+12025550123', source: 'BOUGHT' }] } },
      'BORROWER_MALFORMED at borrower.contactPoints[0].source',
    ],
    [
      'with a phone number of letters',
      { borrower: { name: 'S', contactPoints: [{ kind: 'PHONE', value: 'call me', source: 'CONTRACT' }] } },
      'BORROWER_MALFORMED at borrower.contactPoints[0].value',
    ],
    ['with an unknown currency', { debt: { ...base.debt, currency: 'DEM' } }, 'NOT_A_CURRENCY at debt.currency'],
    ['with a negative component', { debt: { ...base.debt, components: { principal: 5, fee: -1 } } }, 'NOT_AN_AMOUNT at debt.components.fee'],
    ['with nothing owed', { debt: { ...base.debt, components: { principal: 0 } } }, 'NOTHING_OWED at debt.components'],
    ['with a product that is a sentence', { debt: { ...base.debt, product: 'a credit card' } }, 'NOT_A_CODE at debt.product'],
    ['with negative days past due', { debt: { ...base.debt, daysPastDue: -1 } }, 'NOT_A_NUMBER_OF_DAYS at debt.daysPastDue'],
    ['with an impossible business date', { debt: { ...base.debt, asOf: '2026-02-30' } }, 'NOT_A_DATE at debt.asOf'],
    ['of a day that has not come', { debt: { ...base.debt, asOf: '2199-01-01' } }, 'DATE_NOT_PAST at debt.asOf'],
    ['with a payment after its business date', { debt: { ...base.debt, payments: [{ amount: 1, receivedOn: '2026-11-01' }] } }, 'NOT_A_DATE_BEFORE_AS_OF at debt.payments[0].receivedOn'],
    ['with a negative payment', { debt: { ...base.debt, payments: [{ amount: -1, receivedOn: '2026-10-01' }] } }, 'NOT_AN_AMOUNT at debt.payments[0].amount'],
    ['with an empty reference', { debt: { ...base.debt, reference: '' } }, 'NOT_A_REFERENCE at debt.reference'],
  ])('%s is rejected and says where', (_case, changes, expected) => {
    expect(told(parseMapping(mappingWith(changes)).outcomeOf(CELLS, 1))).toBe(expected);
  });

  it('with a cell too few is rejected', () => {
    expect(told(parseMapping(mappingWith({})).outcomeOf(CELLS.slice(1), 1))).toBe('WRONG_NUMBER_OF_COLUMNS at row');
  });

  it('leaves out payments of nothing and contact points without a value', () => {
    const borrower = { name: 'S', contactPoints: [{ kind: 'PHONE', value: '', source: 'CONTRACT' }, { kind: 'PHONE', value: { column: 'phone' }, source: 'CONTRACT' }] };
    const debt = { ...base.debt, payments: [{ amount: 0, receivedOn: '2026-10-01' }, { amount: 5, receivedOn: '2026-10-02' }] };
    const outcome = parseMapping(mappingWith({ borrower, debt })).outcomeOf(CELLS, 1);
    expect(outcome).toMatchObject({
      kind: 'accepted',
      row: { borrower: { contactPoints: [{ kind: 'PHONE', value: '+12025550123', source: 'CONTRACT' }] }, debt: { payments: [{ amountMinor: 5, receivedOn: '2026-10-02' }] } },
    });
  });
});

describe('a mapping file that is wrong', () => {
  function problemsOf(text: string): readonly string[] {
    try {
      parseMapping(text);
    } catch (error) {
      if (error instanceof MappingError) return error.problems;
      throw error;
    }
    return [];
  }

  it.each<[string, Record<string, unknown>, string]>([
    ['names an unknown member', { debts: {} }, 'mapping: "debts" is not known here'],
    ['is of another version', { mapping: 2 }, 'mapping: must be 1'],
    ['refers to a column that is not there', { borrower: { name: { column: 'nom' } } }, 'borrower.name.column: there is no column "nom"'],
    ['refers to a named value that comes later', { let: { a: { let: 'b' }, b: 1 } }, 'let.a.let: nothing named "b" comes before this'],
    ['uses an unknown operator', { borrower: { name: { lookup: 'x' } } }, 'borrower.name: no operator among "lookup"'],
    ['gives an operator an unknown option', { borrower: { name: { pad: 'x', length: 3, with: ' ' } } }, 'borrower.name: "with" is not known here'],
    ['pads without a length', { borrower: { name: { pad: 'x' } } }, 'borrower.name.length: must be a whole number from 1 to 100'],
    ['names a fraction', { let: { a: 0.5 } }, 'let.a: write a fraction as'],
    ['has a rule without a reason', { skip: [{ when: { empty: '' } }] }, 'skip[0].reason: must be a text'],
    ['has a reason that is a sentence', { skip: [{ when: { empty: '' }, reason: 'not good' }] }, 'skip[0].reason: must be a code'],
    ['compares three values', { skip: [{ when: { equal: [1, 2, 3] }, reason: 'X' }] }, 'skip[0].when: "equal" compares exactly two values'],
    ['has two conditions in one', { skip: [{ when: { empty: '', not: { empty: '' } }, reason: 'X' }] }, 'skip[0].when: must be one condition'],
    ['names a column twice', { csv: { columns: ['id', 'id'] } }, 'csv.columns: names a column twice'],
    ['separates by a quote', { csv: { columns: COLUMNS, delimiter: '"' } }, 'csv.delimiter: must be one character'],
    ['lacks the borrower', { borrower: undefined }, 'borrower: must be an object'],
    ['makes an unknown synthetic', { borrower: { name: { synthetic: 'iban', seed: 's', key: '1' } } }, 'borrower.name.synthetic: must be one of'],
  ])('because it %s is refused', (_case, changes, expected) => {
    expect(problemsOf(mappingWith(changes))).toContainEqual(expect.stringContaining(expected));
  });

  it('is told all its problems at once', () => {
    expect(problemsOf(mappingWith({ mapping: 0, debts: {}, borrower: { name: { column: 'nom' } } }))).toHaveLength(3);
  });

  it('is refused when it is not JSON', () => {
    expect(problemsOf('{')).toEqual(['the file is not JSON']);
  });
});
