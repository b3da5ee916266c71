/**
 * Turns what the format layer refuses into a finding with its place, so that no check below has to know which file it reads.
 */
import { FormatError } from './format-error';
import { NoteRefusal } from './note';
import { fail } from './verdict';

export interface Location {
  readonly file: string;
  readonly index?: number;
}

export function locate<T>(place: Location, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) fail('integrity', { code: error.code, ...place, detail: error.message });
    if (error instanceof NoteRefusal) fail('integrity', { code: error.code, ...place, expected: error.keyName });
    throw error;
  }
}
