/**
 * Imports the sample portfolio by the same importer and a mapping file like any other. Done once per creditor: interrupted
 * it resumes, repeated it does nothing.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ImportError } from '../import/import-error';
import { importPortfolio, type ImportOptions, type ImportReport } from '../import/import-portfolio';
import { generateSample } from './sample-portfolio';

const SEED = '2026';

export interface SampleImport extends Pick<ImportOptions, 'creditorId' | 'tools' | 'onProgress' | 'patienceMs'> {
  /** The hub's home; the CSV is kept there, for whoever wants to see what was imported. */
  readonly home: string;
  readonly debts: number;
}

/** In the repository, whether this runs from the sources or from `dist/`. */
export function sampleMappingFile(): string {
  const places = ['../..', '../../..'].map((up) => path.join(__dirname, up, 'mappings', 'sample.json'));
  return places.find((place) => existsSync(place)) ?? places[0]!;
}

async function writeSample(file: string, debts: number): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  await pipeline(Readable.from(generateSample({ seed: SEED, debts })), createWriteStream(partial));
  await rename(partial, file);
}

/** Null when the creditor has this sample already. */
export async function importSample({ home, debts, ...rest }: SampleImport): Promise<ImportReport | null> {
  const file = path.join(home, 'sample', `portfolio-${debts}.csv`);
  if (!existsSync(file)) await writeSample(file, debts);
  try {
    return await importPortfolio({ file, mapping: await readFile(sampleMappingFile(), 'utf8'), ...rest });
  } catch (error) {
    if (error instanceof ImportError && error.code === 'DUPLICATE_IMPORT') return null;
    throw error;
  }
}
