/**
 * An import that cannot go on: what is wrong, on which line of which file, and what to do. Its text is ours alone; nothing
 * a file contains is ever part of it.
 */

export type ImportErrorCode = 'FILE_UNREADABLE' | 'WRONG_ENCODING' | 'LINE_TOO_LONG' | 'NOT_CSV' | 'WRONG_HEADER' | 'FILE_CHANGED' | 'DUPLICATE_IMPORT' | 'IMPORT_RUNNING' | 'OTHER_MAPPING';

export class ImportError extends Error {
  constructor(
    readonly code: ImportErrorCode,
    message: string,
    /** The line at fault, from 1; null when it is not about one line. */
    readonly line: number | null = null,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ImportError';
  }
}
