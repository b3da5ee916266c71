/** Checks an entry against the committed schema of its type: facts in clear, ids hidden, streams of the kinds named. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDisclosure } from '../../audit/log/commitment';
import { parseEntry } from '../../audit/log/entry';
import type { StoredEntry } from '../../kernel/ledger';

const FOLDER = join(__dirname, '..', '..', 'schema', 'events');

/** Only the words these files use: a test compares them with what the files hold. */
interface FactSchema {
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: FactSchema;
  readonly properties?: Readonly<Record<string, FactSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

export interface EventSchema extends FactSchema {
  readonly title: string;
  readonly properties: Readonly<Record<string, FactSchema>>;
  readonly 'x-hidden': Readonly<Record<string, string>>;
  readonly 'x-streams': readonly string[];
}

const FORMATS: Readonly<Record<string, RegExp>> = { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, date: /^\d{4}-\d\d-\d\d$/ };

export function eventTypesOf(room: string): string[] {
  return readdirSync(FOLDER).flatMap((file) => (file.startsWith(`${room}.`) && file.endsWith('.v1.json') ? [file.slice(0, -'.v1.json'.length)] : []));
}

export function eventSchema(type: string, version = 1): EventSchema {
  return JSON.parse(readFileSync(join(FOLDER, `${type}.v${version}.json`), 'utf8')) as EventSchema;
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value);

/** Where a value breaks its schema; empty when it fits. */
export function misfits(schema: FactSchema, value: unknown, path = 'facts'): string[] {
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const problems = [
    'const' in schema && JSON.stringify(schema.const) !== JSON.stringify(value) && 'const',
    schema.enum !== undefined && !schema.enum.includes(value) && 'enum',
    types.length > 0 && !types.includes(typeOf(value)) && 'type',
    schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value)) && 'pattern',
    schema.format !== undefined && FORMATS[schema.format]?.test(String(value)) !== true && 'format',
    typeof value === 'number' && (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)) && 'range',
    Array.isArray(value) && value.length < (schema.minItems ?? 0) && 'minItems',
    schema.uniqueItems === true && Array.isArray(value) && new Set(value).size !== value.length && 'uniqueItems',
  ].filter((problem): problem is string => typeof problem === 'string');
  return [...problems.map((problem) => `${path}: ${problem}`), ...misfitsInside(schema, value, path)];
}

function misfitsInside(schema: FactSchema, value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => misfits(schema.items ?? {}, item, `${path}[${at}]`));
  const { properties } = schema;
  if (properties === undefined || typeof value !== 'object' || value === null) return [];
  const members = value as Record<string, unknown>;
  return [
    ...(schema.required ?? []).filter((name) => !(name in members)).map((name) => `${path}.${name}: missing`),
    ...Object.entries(members).flatMap(([name, member]) => {
      const known = properties[name];
      if (known !== undefined) return misfits(known, member, `${path}.${name}`);
      return schema.additionalProperties === false ? [`${path}.${name}: not in the schema`] : [];
    }),
  ];
}

/** Where an entry breaks the schema of its type: facts, hidden names, kinds of stream. */
export function misfitsOfEntry({ index, bytes, disclosures }: StoredEntry): string[] {
  const { event } = parseEntry(bytes);
  const schema = eventSchema(event.type, event.typeVersion);
  const problems = misfits(schema, event.facts);
  for (const { text } of disclosures) {
    if (text === null) continue;
    const disclosure = parseDisclosure(text);
    if (disclosure.form === 'member' && !(disclosure.name in schema['x-hidden'])) problems.push(`hidden ${disclosure.name}: not in the schema`);
    if (disclosure.form !== 'link') continue;
    const kind = disclosure.stream.split(':')[0]!;
    if (kind !== 'source' && !schema['x-streams'].includes(kind)) problems.push(`stream ${kind}: not in the schema`);
  }
  return problems.map((problem) => `entry ${index}, ${event.type}: ${problem}`);
}
