/**
 * A mapping file: how the columns of a CSV become borrowers and debts. Checked as a whole before a row is read, with every
 * problem named; then one function from cells to a row, a skip or a reject. Everything about a data set is in the file.
 */
import { checkRegistration } from '../../subgraphs/borrowers/subgraph';
import { businessDate } from '../../subgraphs/debts/subgraph';
import { compileCondition, type Condition } from './condition';
import { checkDebt } from './debt-check';
import { isExact, wholeOf } from './exact-number';
import { compileExpression, textOf, type Expression, type Row, type Scope, type Value } from './expression';
import { isObject, MappingError, MappingProblems, type JsonObject } from './mapping-problems';
import { DEBT_COMPONENTS, type PortfolioDebt, type PortfolioRow, type RowOutcome } from './portfolio-row';
import { RowProblem } from './row-problem';

export interface CsvShape {
  readonly delimiter: string;
  /** In the order of the file. */
  readonly columns: readonly string[];
  /** Whether the first line names the columns; it must then name exactly these. */
  readonly header: boolean;
}

export interface Mapping {
  readonly title: string;
  /** Whom to name wherever the rows are shown; null when nobody asks for it. */
  readonly attribution: string | null;
  readonly csv: CsvShape;
  outcomeOf(cells: readonly string[], rowNo: number): RowOutcome;
}

interface Rule {
  readonly when: Condition;
  readonly reason: string;
}

type Build<T> = (row: Row) => T;

const REASON = /^[A-Z][A-Z0-9_]{0,59}$/;
const MEMBERS = ['mapping', 'title', 'attribution', 'csv', 'let', 'skip', 'reject', 'borrower', 'debt'];

/** Parses the text of a mapping file; throws MappingError listing everything that is wrong with it. No debt may be of a day after `today`. */
export function parseMapping(text: string, today: string = businessDate(new Date())): Mapping {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new MappingError(['the file is not JSON']);
  }
  const problems = new MappingProblems();
  const root = problems.object(document, 'mapping', MEMBERS);
  if (root['mapping'] !== 1) problems.add('mapping', 'must be 1, the version of this format');
  const csv = readCsv(root['csv'], problems);
  const columns = new Map(csv.columns.map((name, at) => [name, at]));
  const names = new Map<string, number>();
  const scope: Scope = { problems, columns, names };
  const definitions = readDefinitions(root['let'], scope);
  const [skips, rejects] = [readRules(root['skip'], 'skip', scope), readRules(root['reject'], 'reject', scope)];
  const borrower = readBorrower(root['borrower'], scope);
  const debt = readDebt(root['debt'], scope, today);
  const title = problems.text(root['title'], 'title');
  problems.refuseAny();
  const attribution = typeof root['attribution'] === 'string' ? root['attribution'] : null;
  return { title, attribution, csv, outcomeOf: outcomes({ width: csv.columns.length, definitions, skips, rejects, borrower, debt }) };
}

interface Compiled {
  readonly width: number;
  readonly definitions: readonly Expression[];
  readonly skips: readonly Rule[];
  readonly rejects: readonly Rule[];
  readonly borrower: Build<PortfolioRow['borrower']>;
  readonly debt: Build<PortfolioDebt>;
}

function outcomes({ width, definitions, skips, rejects, borrower, debt }: Compiled): Mapping['outcomeOf'] {
  return (cells, rowNo) => {
    if (cells.length !== width) return { kind: 'rejected', reason: 'WRONG_NUMBER_OF_COLUMNS', place: 'row' };
    try {
      const named: Value[] = [];
      const row: Row = { cells, named };
      for (const definition of definitions) named.push(definition(row));
      const skipped = skips.find((rule) => rule.when(row));
      if (skipped !== undefined) return { kind: 'skipped', reason: skipped.reason };
      const rejected = rejects.findIndex((rule) => rule.when(row));
      if (rejected !== -1) return { kind: 'rejected', reason: rejects[rejected]!.reason, place: `reject[${rejected}]` };
      return { kind: 'accepted', row: { rowNo, borrower: borrower(row), debt: debt(row) } };
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      return { kind: 'rejected', reason: error.reason, place: error.place };
    }
  };
}

function readCsv(value: unknown, problems: MappingProblems): CsvShape {
  const given = problems.object(value, 'csv', ['delimiter', 'columns', 'header']);
  const columns = problems.list(given['columns'], 'csv.columns').map((name, at) => problems.text(name, `csv.columns[${at}]`));
  if (new Set(columns).size !== columns.length) problems.add('csv.columns', 'names a column twice');
  const delimiter = given['delimiter'] === undefined ? ',' : problems.text(given['delimiter'], 'csv.delimiter');
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) problems.add('csv.delimiter', 'must be one character, no quote and no line end');
  return { delimiter, columns, header: given['header'] !== false };
}

/** Named values, each in sight of those before it. */
function readDefinitions(value: unknown, scope: Scope): Expression[] {
  if (value === undefined) return [];
  const given = isObject(value) ? value : scope.problems.object(value, 'let', []);
  return Object.entries(given).map(([name, node], at) => {
    const expression = compileExpression(node, `let.${name}`, scope);
    (scope.names as Map<string, number>).set(name, at);
    return expression;
  });
}

function readRules(value: unknown, name: string, scope: Scope): Rule[] {
  if (value === undefined) return [];
  return scope.problems.list(value, name).map((item, at) => {
    const place = `${name}[${at}]`;
    const given = scope.problems.object(item, place, ['when', 'reason']);
    const reason = scope.problems.text(given['reason'], `${place}.reason`);
    if (reason !== '' && !REASON.test(reason)) scope.problems.add(`${place}.reason`, 'must be a code of capital letters, digits and _');
    return { when: compileCondition(given['when'], `${place}.when`, scope), reason };
  });
}

function required(given: JsonObject, name: string, place: string, scope: Scope): Expression {
  if (!(name in given)) scope.problems.add(place, `lacks "${name}"`);
  return compileExpression(given[name], `${place}.${name}`, scope);
}

const orNull = (text: string): string | null => (text === '' ? null : text);

function readBorrower(value: unknown, scope: Scope): Compiled['borrower'] {
  const given = scope.problems.object(value, 'borrower', ['name', 'nationalId', 'employer', 'contactPoints']);
  const name = required(given, 'name', 'borrower', scope);
  const [nationalId, employer] = ['nationalId', 'employer'].map((part) => compileExpression(given[part], `borrower.${part}`, scope));
  const contacts = scope.problems.list(given['contactPoints'] ?? [], 'borrower.contactPoints').map((item, at) => {
    const place = `borrower.contactPoints[${at}]`;
    const contact = scope.problems.object(item, place, ['kind', 'value', 'source']);
    return { kind: required(contact, 'kind', place, scope), value: required(contact, 'value', place, scope), source: required(contact, 'source', place, scope) };
  });
  return (row) => {
    const checked = checkRegistration({
      name: textOf(name(row)),
      nationalId: orNull(textOf(nationalId!(row))),
      employer: orNull(textOf(employer!(row))),
      contactPoints: contacts
        .map(({ kind, value: of, source }) => ({ kind: textOf(kind(row)), value: textOf(of(row)), source: textOf(source(row)) }))
        .filter((contact) => contact.value !== ''),
    });
    if (!checked.ok) throw new RowProblem('BORROWER_MALFORMED', `borrower.${checked.part}`);
    return checked.registration;
  };
}

function minorOf(value: Value, place: string): number {
  const minor = isExact(value) ? wholeOf(value) : null;
  if (minor === null) throw new RowProblem('NOT_AN_AMOUNT', place);
  return minor;
}

const DEBT_TEXTS = ['reference', 'product', 'region', 'currency', 'asOf'] as const;

function readDebt(value: unknown, scope: Scope, today: string): Compiled['debt'] {
  const given = scope.problems.object(value, 'debt', [...DEBT_TEXTS, 'daysPastDue', 'components', 'payments']);
  const texts = DEBT_TEXTS.map((part) => required(given, part, 'debt', scope));
  const daysPastDue = required(given, 'daysPastDue', 'debt', scope);
  const amounts = scope.problems.object(given['components'], 'debt.components', DEBT_COMPONENTS);
  if (Object.keys(amounts).length === 0) scope.problems.add('debt.components', `needs at least one of ${DEBT_COMPONENTS.join(', ')}`);
  const components = DEBT_COMPONENTS.map((part) => compileExpression(amounts[part] ?? 0, `debt.components.${part}`, scope));
  const payments = readPayments(given['payments'], scope);
  return (row) => {
    const [reference, product, region, currency, asOf] = texts.map((expression) => textOf(expression(row)));
    const [principal, interest, penaltyInterest, fee, cost] = components.map((expression, at) => minorOf(expression(row), `debt.components.${DEBT_COMPONENTS[at]!}`));
    return checkDebt({
      reference: reference!,
      product: product!,
      region: region!,
      currency: currency!,
      asOf: asOf!,
      daysPastDue: minorOf(daysPastDue(row), 'debt.daysPastDue'),
      components: { principal: principal!, interest: interest!, penaltyInterest: penaltyInterest!, fee: fee!, cost: cost! },
      payments: payments(row),
    }, today);
  };
}

/** A payment of nothing is no payment: months without one are left out. */
function readPayments(value: unknown, scope: Scope): Build<PortfolioDebt['payments']> {
  const payments = scope.problems.list(value ?? [], 'debt.payments').map((item, at) => {
    const place = `debt.payments[${at}]`;
    const given = scope.problems.object(item, place, ['amount', 'receivedOn']);
    return { amount: required(given, 'amount', place, scope), receivedOn: required(given, 'receivedOn', place, scope), place: `${place}.amount` };
  });
  return (row) => {
    const found: { amountMinor: number; receivedOn: string }[] = [];
    for (const { amount, receivedOn, place } of payments) {
      const amountMinor = minorOf(amount(row), place);
      if (amountMinor !== 0) found.push({ amountMinor, receivedOn: textOf(receivedOn(row)) });
    }
    return found;
  };
}
