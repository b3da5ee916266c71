/**
 * The schemas of events in an export: one file for each type and version that its entries have, so that who reads the entries
 * in ten years needs nothing else. Refuses a schema of something else; does not hold entries against it.
 */
import { canonicalize, parseCanonical } from './canonical';
import { fail } from './verdict';

const FOLDER = 'schemas/';

/** `event` is the name under which a tally counts it: type, slash, version. */
export function schemaFileName(event: string): string {
  return `${FOLDER}${event.replace('/', '.v')}.json`;
}

/** The schema's own file, `<type>.v<version>.json`, written as canonical JSON. */
export function formatSchema(schema: unknown): Buffer {
  return Buffer.from(canonicalize(schema), 'utf8');
}

export function checkSchema(bytes: Buffer, file: string): void {
  const value = parseCanonical(bytes);
  const id = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [name: string]: unknown })['$id'] : undefined;
  if (id !== file.slice(FOLDER.length)) fail('integrity', { code: 'SCHEMA_MISMATCH', file, expected: file.slice(FOLDER.length) });
}
