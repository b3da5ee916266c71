/** Conditions of a mapping: when a row is skipped, rejected, or a value chosen. Compiled once; compares like with like only. */
import { compareExact, isExact } from './exact-number';
import { compileExpression, isEmpty, textOf, type Row, type Scope, type Value } from './expression';
import { isObject, type JsonObject } from './mapping-problems';
import { RowProblem } from './row-problem';

export type Condition = (row: Row) => boolean;

const NEVER: Condition = () => false;

function isEqual(left: Value, right: Value): boolean {
  if (isExact(left) && isExact(right)) return compareExact(left, right) === 0;
  return textOf(left) === textOf(right);
}

type Build = (node: JsonObject, place: string, scope: Scope) => Condition;

function pair(name: string, holds: (left: Value, right: Value, place: string) => boolean): Build {
  return (node, place, scope) => {
    const [left, right, ...rest] = scope.problems.list(node[name], `${place}.${name}`);
    if (right === undefined || rest.length > 0) scope.problems.add(place, `"${name}" compares exactly two values`);
    const one = compileExpression(left, `${place}.${name}[0]`, scope);
    const other = compileExpression(right, `${place}.${name}[1]`, scope);
    return (row) => holds(one(row), other(row), place);
  };
}

function ordered(name: string, holds: (order: number) => boolean): Build {
  return pair(name, (left, right, place) => {
    if (!isExact(left) || !isExact(right)) throw new RowProblem('NOT_A_NUMBER', place);
    return holds(compareExact(left, right));
  });
}

function several(name: 'all' | 'any', combine: (conditions: readonly Condition[], row: Row) => boolean): Build {
  return (node, place, scope) => {
    const conditions = scope.problems.list(node[name], `${place}.${name}`).map((item, at) => compileCondition(item, `${place}.${name}[${at}]`, scope));
    return (row) => combine(conditions, row);
  };
}

const CONDITIONS: Readonly<Record<string, Build>> = {
  equal: pair('equal', isEqual),
  less: ordered('less', (order) => order < 0),
  lessOrEqual: ordered('lessOrEqual', (order) => order <= 0),
  greater: ordered('greater', (order) => order > 0),
  greaterOrEqual: ordered('greaterOrEqual', (order) => order >= 0),
  oneOf: (node, place, scope) => {
    const [value, ...listed] = scope.problems.list(node['oneOf'], `${place}.oneOf`).map((item, at) => compileExpression(item, `${place}.oneOf[${at}]`, scope));
    if (value === undefined || listed.length === 0) scope.problems.add(place, '"oneOf" needs a value and what it may be');
    return (row) => listed.some((candidate) => isEqual(value!(row), candidate(row)));
  },
  empty: (node, place, scope) => {
    const value = compileExpression(node['empty'], `${place}.empty`, scope);
    return (row) => isEmpty(value(row));
  },
  all: several('all', (conditions, row) => conditions.every((condition) => condition(row))),
  any: several('any', (conditions, row) => conditions.some((condition) => condition(row))),
  not: (node, place, scope) => {
    const condition = compileCondition(node['not'], `${place}.not`, scope);
    return (row) => !condition(row);
  },
};

/** An object with exactly one of the known conditions. */
export function compileCondition(node: unknown, place: string, scope: Scope): Condition {
  const names = isObject(node) ? Object.keys(node) : [];
  const [name] = names;
  if (!isObject(node) || name === undefined || names.length > 1 || !Object.hasOwn(CONDITIONS, name)) {
    scope.problems.add(place, `must be one condition out of ${Object.keys(CONDITIONS).join(', ')}`);
    return NEVER;
  }
  return CONDITIONS[name]!(node, place, scope);
}
