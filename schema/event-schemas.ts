/**
 * The JSON Schemas of events as committed in schema/events, by type and version. Reads them when asked; refuses a version that
 * was never written down, because entries of it could not be understood later.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFolder } from './schema-folder';

export interface EventSchema {
  readonly title: string;
  /** What happened, in English. */
  readonly description: string;
}

const NAME = /^[a-z]{1,30}\.[A-Z][A-Za-z]{1,59}$/;

export function readEventSchema(type: string, version: number, folder = schemaFolder()): EventSchema {
  // Types come out of stored entries: nothing that could be a path is read.
  if (!NAME.test(type) || !Number.isSafeInteger(version)) throw new RangeError('this is not the name of an event');
  return JSON.parse(readFileSync(join(folder, 'events', `${type}.v${version}.json`), 'utf8')) as EventSchema;
}
