/** Holds recorded events to their schemas in schema/events: facts by JSON Schema, hidden names and streams by the lists beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { parseDisclosure } from '../../audit/log/commitment';
import { isInstant } from '../../audit/log/event-shape';
import { parseEntry } from '../../audit/log/entry';
import type { StoredEntry } from '../../kernel/ledger';

const FOLDER = path.join(__dirname, '../../schema/events');
const FILE = /^([a-z]+\.[A-Z][A-Za-z]+)\.v(\d+)\.json$/;

interface EventSchema {
  readonly title: string;
  readonly additionalProperties: false;
  readonly 'x-hidden'?: Readonly<Record<string, string>>;
  readonly 'x-items'?: readonly { readonly value: Readonly<Record<string, string>> }[];
  readonly 'x-streams'?: readonly string[];
}

interface Known {
  readonly schema: EventSchema;
  readonly validate: ValidateFunction;
}

function readSchemas(): ReadonlyMap<string, Known> {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
  for (const word of ['x-hidden', 'x-items', 'x-personal', 'x-streams', 'x-retention']) ajv.addKeyword(word);
  ajv.addFormat('date-time', isInstant);
  ajv.addFormat('date', /^\d{4}-\d{2}-\d{2}$/);
  const known = new Map<string, Known>();
  for (const file of readdirSync(FOLDER)) {
    const [, type, version] = FILE.exec(file) ?? [];
    if (type === undefined) throw new Error(`${file} is not named after an event type and its version`);
    const schema = JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as EventSchema;
    known.set(`${type} ${version}`, { schema, validate: ajv.compile(schema) });
  }
  return known;
}

let schemas: ReadonlyMap<string, Known> | null = null;

/** Types with a schema of their first version, all or one room's. */
export function eventTypesOf(room?: string): string[] {
  const types = new Set([...(schemas ??= readSchemas()).keys()].map((key) => key.split(' ')[0]!));
  return [...types].filter((type) => room === undefined || type.startsWith(`${room}.`));
}

function unknownNames(entry: StoredEntry, schema: EventSchema): string[] {
  const hidden = new Set(Object.keys(schema['x-hidden'] ?? {}));
  const itemNames = new Set((schema['x-items'] ?? []).flatMap(({ value }) => Object.keys(value)));
  const streams = new Set([...(schema['x-streams'] ?? []), 'source']);
  return entry.disclosures.flatMap(({ text }): string[] => {
    if (text === null) return [];
    const disclosure = parseDisclosure(text);
    if (disclosure.form === 'link') return streams.has(disclosure.stream.split(':')[0]!) ? [] : [`a link to ${disclosure.stream.split(':')[0]}`];
    if (disclosure.form === 'member') return hidden.has(disclosure.name) ? [] : [`the hidden name ${disclosure.name}`];
    return Object.keys(disclosure.value as object).filter((name) => !itemNames.has(name)).map((name) => `the item name ${name}`);
  });
}

/** What an entry says otherwise than its schema allows; empty for an entry that is as documented. */
export function schemaFaults(entry: StoredEntry): string[] {
  const { type, typeVersion, facts } = parseEntry(entry.bytes).event;
  const schema = (schemas ??= readSchemas()).get(`${type} ${typeVersion}`)?.schema;
  const names = schema === undefined ? [] : unknownNames(entry, schema).map((fault) => `${type}: ${fault}`);
  return [...factFaults(type, facts, typeVersion), ...names];
}

export function factFaults(type: string, facts: unknown, version = 1): string[] {
  const known = (schemas ??= readSchemas()).get(`${type} ${version}`);
  if (known === undefined) return [`${type} version ${version} has no schema`];
  return known.validate(facts) ? [] : (known.validate.errors ?? []).map(({ instancePath, message }) => `${type}: facts${instancePath} ${message}`);
}
