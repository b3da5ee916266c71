/**
 * Where an interrupted `cession ledger fsck` goes on: a small private file in the hub's home, so that the database is only
 * read. Refuses a place of another log and a file it cannot read, by beginning again.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { SelfCheckMark } from '../audit/subgraph';
import { readPrivateFile, replacePrivateFile } from '../kernel/home';

const FORMAT = 'cession-fsck/v2';

/** How far an interrupted check had come, and since when what it found may have changed again. */
export interface Place {
  readonly mark: SelfCheckMark;
  /** When the check began that was interrupted first. */
  readonly begunAt: string;
}

export class FsckPlace {
  private readonly file: string;

  /** `vkey`: which log; an earlier result says nothing about another one. */
  constructor(
    home: string,
    private readonly vkey: string,
  ) {
    this.file = path.join(home, 'fsck.json');
  }

  async read(): Promise<Place | null> {
    const text = await readPrivateFile(this.file);
    if (text === null) return null;
    try {
      const { format, vkey, mark, begunAt } = JSON.parse(text) as { format?: unknown; vkey?: unknown } & Partial<Place>;
      const isPlace = format === FORMAT && vkey === this.vkey && Number.isSafeInteger(mark?.next) && typeof begunAt === 'string';
      return isPlace ? { mark: mark as SelfCheckMark, begunAt } : null;
    } catch {
      // Half-written by something else than this program: a whole check costs time and nothing more.
      return null;
    }
  }

  async keep(place: Place): Promise<void> {
    await replacePrivateFile(this.file, JSON.stringify({ format: FORMAT, vkey: this.vkey, ...place }));
  }

  async forget(): Promise<void> {
    await rm(this.file, { force: true });
  }
}
