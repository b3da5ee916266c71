/**
 * Value expressions of a mapping, compiled once to functions of a row. A small closed language without loops or calls: a
 * mapping file can describe a portfolio, it cannot program the importer. Knows no data set.
 */
import { DateTime } from 'luxon';
import { isCurrencyCode, minorDigitsOf } from '../../schema/currency-code';
import { isLocalDate } from '../../schema/local-date';
import { compileCondition } from './condition';
import { calculate, isExact, parseExact, printExact, wholeOf, type Exact } from './exact-number';
import { isObject, type JsonObject, type MappingProblems } from './mapping-problems';
import { RowProblem } from './row-problem';
import { synthesise, SYNTHETIC_KINDS, type SyntheticKind } from './synthetic';

export type Value = string | Exact | boolean | null;

/** One row as the expressions see it: its cells, and the named values worked out so far. */
export interface Row {
  readonly cells: readonly string[];
  readonly named: Value[];
}

export type Expression = (row: Row) => Value;

/** What may be referred to while compiling. */
export interface Scope {
  readonly problems: MappingProblems;
  readonly columns: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, number>;
}

type Compile = (node: JsonObject, place: string, scope: Scope) => Expression;

const NOTHING: Expression = () => null;

export function isEmpty(value: Value): boolean {
  return value === null || value === '';
}

export function textOf(value: Value): string {
  if (value === null) return '';
  return isExact(value) ? printExact(value) : String(value);
}

function numberOf(value: Value, place: string): Exact {
  if (isExact(value)) return value;
  throw new RowProblem('NOT_A_NUMBER', place);
}

function whole(value: Value, place: string): number {
  const found = isExact(value) ? wholeOf(value) : typeof value === 'string' ? wholeOf(parseExact(value) ?? Number.NaN) : null;
  if (found === null) throw new RowProblem('NOT_AN_INTEGER', place);
  return found;
}

function part(node: JsonObject, name: string, place: string, scope: Scope): Expression {
  if (!(name in node)) scope.problems.add(place, `lacks "${name}"`);
  return compileExpression(node[name], `${place}.${name}`, scope);
}

function parts(node: JsonObject, name: string, place: string, scope: Scope): Expression[] {
  return scope.problems.list(node[name], `${place}.${name}`).map((item, at) => compileExpression(item, `${place}.${name}[${at}]`, scope));
}

function reference(kind: 'column' | 'let'): Compile {
  return (node, place, { problems, columns, names }) => {
    const name = problems.text(node[kind], `${place}.${kind}`);
    const position = (kind === 'column' ? columns : names).get(name);
    if (position === undefined) {
      problems.add(`${place}.${kind}`, kind === 'column' ? `there is no column "${name}"` : `nothing named "${name}" comes before this`);
      return NOTHING;
    }
    return kind === 'column' ? ({ cells }) => cells[position] ?? null : ({ named }) => named[position] ?? null;
  };
}

function arithmetic(name: 'add' | 'multiply' | 'subtract', operation: 'plus' | 'times' | 'minus'): Compile {
  return (node, place, scope) => {
    const operands = parts(node, name, place, scope);
    if (operands.length < 2) scope.problems.add(place, `"${name}" needs at least two values`);
    return (row) => operands.map((operand) => numberOf(operand(row), place)).reduce((left, right) => calculate(operation, left, right));
  };
}

/** A real calendar day from numbers, so that 31 June is found. */
function dateOf(year: number, month: number, day: number, place: string): string {
  const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
  if (!isLocalDate(text)) throw new RowProblem('NOT_A_DATE', place);
  return text;
}

const compileDate: Compile = (node, place, scope) => {
  const given = scope.problems.object(node['date'], `${place}.date`, ['year', 'month', 'day']);
  const [year, month, day] = (['year', 'month', 'day'] as const).map((name) => part(given, name, `${place}.date`, scope));
  return (row) => dateOf(whole(year!(row), place), whole(month!(row), place), whole(day!(row), place), place);
};

const compileParsedDate: Compile = (node, place, scope) => {
  const text = part(node, 'parseDate', place, scope);
  const format = scope.problems.text(node['format'], `${place}.format`);
  return (row) => {
    const date = DateTime.fromFormat(textOf(text(row)).trim(), format, { zone: 'utc', locale: 'en' });
    if (!date.isValid) throw new RowProblem('NOT_A_DATE', place);
    return date.toFormat('yyyy-MM-dd');
  };
};

const compileMap: Compile = (node, place, scope) => {
  const key = part(node, 'map', place, scope);
  const given = isObject(node['table']) ? node['table'] : scope.problems.object(node['table'], `${place}.table`, []);
  const table = new Map(Object.entries(given).map(([from, to]) => [from, compileExpression(to, `${place}.table.${from}`, scope)]));
  const otherwise = 'otherwise' in node ? part(node, 'otherwise', place, scope) : null;
  return (row) => {
    const found = table.get(textOf(key(row))) ?? otherwise;
    if (found === null) throw new RowProblem('NOT_IN_TABLE', place);
    return found(row);
  };
};

const compileMinorUnits: Compile = (node, place, scope) => {
  const amount = part(node, 'minorUnits', place, scope);
  const currency = part(node, 'currency', place, scope);
  return (row) => {
    const code = currency(row);
    if (!isCurrencyCode(code)) throw new RowProblem('NOT_A_CURRENCY', place);
    const minor = wholeOf(calculate('times', numberOf(amount(row), place), 10 ** minorDigitsOf(code)));
    if (minor === null) throw new RowProblem('NOT_WHOLE_MINOR_UNITS', place);
    return minor;
  };
};

const compileIf: Compile = (node, place, scope) => {
  const condition = compileCondition(node['if'], `${place}.if`, scope);
  const [then, otherwise] = [part(node, 'then', place, scope), part(node, 'else', place, scope)];
  return (row) => (condition(row) ? then(row) : otherwise(row));
};

const compilePad: Compile = (node, place, scope) => {
  const value = part(node, 'pad', place, scope);
  const length = node['length'];
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 1 || length > 100) scope.problems.add(`${place}.length`, 'must be a whole number from 1 to 100');
  return (row) => textOf(value(row)).padStart(length as number, '0');
};

const compileSynthetic: Compile = (node, place, scope) => {
  const kind = node['synthetic'] as SyntheticKind;
  if (!SYNTHETIC_KINDS.includes(kind)) scope.problems.add(`${place}.synthetic`, `must be one of ${SYNTHETIC_KINDS.join(', ')}`);
  const seed = scope.problems.text(node['seed'], `${place}.seed`);
  const key = part(node, 'key', place, scope);
  return (row) => synthesise(kind, seed, textOf(key(row)));
};

const compileNumber: Compile = (node, place, scope) => {
  const text = part(node, 'number', place, scope);
  return (row) => {
    const value = text(row);
    if (isExact(value)) return value;
    if (isEmpty(value)) return null;
    const number = parseExact(textOf(value));
    if (number === null) throw new RowProblem('NOT_A_NUMBER', place);
    return number;
  };
};

function onText(name: string, change: (text: string) => string): Compile {
  return (node, place, scope) => {
    const value = part(node, name, place, scope);
    return (row) => change(textOf(value(row)));
  };
}

interface Operator {
  /** Members beside the operator's own name. */
  readonly options: readonly string[];
  readonly compile: Compile;
}

const operator = (compile: Compile, ...options: string[]): Operator => ({ options, compile });

export const OPERATORS: Readonly<Record<string, Operator>> = {
  column: operator(reference('column')),
  let: operator(reference('let')),
  number: operator(compileNumber),
  integer: operator((node, place, scope) => {
    const value = part(node, 'integer', place, scope);
    return (row) => whole(value(row), place);
  }),
  add: operator(arithmetic('add', 'plus')),
  subtract: operator(arithmetic('subtract', 'minus')),
  multiply: operator(arithmetic('multiply', 'times')),
  minorUnits: operator(compileMinorUnits, 'currency'),
  date: operator(compileDate),
  parseDate: operator(compileParsedDate, 'format'),
  map: operator(compileMap, 'table', 'otherwise'),
  if: operator(compileIf, 'then', 'else'),
  concat: operator((node, place, scope) => {
    const pieces = parts(node, 'concat', place, scope);
    return (row) => pieces.map((piece) => textOf(piece(row))).join('');
  }),
  firstOf: operator((node, place, scope) => {
    const candidates = parts(node, 'firstOf', place, scope);
    return (row) => {
      for (const candidate of candidates) {
        const value = candidate(row);
        if (!isEmpty(value)) return value;
      }
      return null;
    };
  }),
  trim: operator(onText('trim', (text) => text.trim())),
  upper: operator(onText('upper', (text) => text.toUpperCase())),
  pad: operator(compilePad, 'length'),
  synthetic: operator(compileSynthetic, 'seed', 'key'),
};

/** A bare text, number, true, false or null stands for itself; an object is one operator with its options. */
export function compileExpression(node: unknown, place: string, scope: Scope): Expression {
  if (node === null || typeof node === 'string' || typeof node === 'boolean') return () => node;
  if (typeof node === 'number' && Number.isSafeInteger(node)) return () => node;
  if (node === undefined) return NOTHING;
  if (!isObject(node)) {
    scope.problems.add(place, typeof node === 'number' ? 'write a fraction as {"number": "0.5"}' : 'must be a value or an operator');
    return NOTHING;
  }
  const names = Object.keys(node);
  const name = names.find((candidate) => Object.hasOwn(OPERATORS, candidate));
  if (name === undefined) {
    scope.problems.add(place, `no operator among "${names.join('", "')}"; operators are ${Object.keys(OPERATORS).join(', ')}`);
    return NOTHING;
  }
  const { options, compile } = OPERATORS[name]!;
  scope.problems.object(node, place, [name, ...options]);
  return compile(node, place, scope);
}
