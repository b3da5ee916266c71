/**
 * PostgreSQL array literals of values that need no escaping: numbers, ids, and names that intake has checked to be free of
 * quotes, commas, braces and white space. MUST NOT be given anything else; the driver's own arrays escape.
 */
export function literal(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}
