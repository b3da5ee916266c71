/**
 * The first start of a hub somebody only wants to try: a creditor, its operator and its regulator, and a generated sample of
 * debts through the ordinary import. May be killed anywhere; the next start goes on with the same ids and the same file.
 */
import { createRequire } from 'node:module';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PreparedConfig } from '../kernel/config';
import { newId } from '../schema/ids';
import type { ImportOptions, ImportReport } from './import/import-portfolio';
import { readFirstParties, rememberFirstParties, replaceFirstParties, type FirstParties } from './first-parties';
import { withRoomWorkers, type RoomWorkers } from './prepared-hub';

const load = createRequire(__filename);

export type KnownParties = FirstParties & { readonly creditorId: string };

export interface Seeded {
  readonly parties: KnownParties;
  /** Debts that this start brought in; null when it brought none. */
  readonly debts: number | null;
}

/** Recognisable as a trial: nobody should take it for a bank. */
const SAMPLE = { creditorCode: 'SAMPLE', creditorName: 'Sample Bank (generated)', jurisdiction: 'CN', operatorSub: 'operator' } as const;
/** The same debts at every first start, so that what a document shows is what a reader sees. */
const SEED = 20_261_121;

export interface SeedOptions {
  /** Nothing was ever in this hub: the sample may be begun. */
  readonly mayBegin: boolean;
  readonly debts: number;
  readonly onBegin: () => void;
  readonly onProgress: NonNullable<ImportOptions['onProgress']>;
}

/** null when there is nobody yet and nothing may be begun. */
export async function seedSample(config: PreparedConfig, { mayBegin, debts, onBegin, onProgress }: SeedOptions): Promise<Seeded | null> {
  const known = await readFirstParties(config.home);
  if (known === null && !mayBegin) return null;
  const parties = known ?? (await rememberFirstParties(config.home, { ...SAMPLE, regulatorId: newId('regulator'), sampleDebts: debts, sampleIsDone: false }));
  return withRoomWorkers(config, async (workers) => {
    const creditorId = await bootstrap(workers, parties);
    const isOpen = parties.sampleDebts !== null && !parties.sampleIsDone;
    if (!isOpen) return { parties: { ...parties, creditorId }, debts: null };
    onBegin();
    const report = await importSample(workers, { creditorId, debts: parties.sampleDebts, onProgress });
    await replaceFirstParties(config.home, { ...parties, sampleIsDone: true });
    return { parties: { ...parties, creditorId }, debts: report?.accepted ?? null };
  });
}

async function bootstrap({ creditors }: RoomWorkers, parties: FirstParties): Promise<string> {
  const { bootstrapCreditor } = load('../subgraphs/creditors/subgraph') as typeof import('../subgraphs/creditors/subgraph');
  const { creditorCode: code, creditorName: name, jurisdiction, operatorSub, regulatorId } = parties;
  const { creditorId } = await bootstrapCreditor(creditors, { creditor: { code, name, jurisdiction }, operatorSub, regulatorId, now: new Date() });
  return creditorId;
}

export interface SampleImport {
  readonly creditorId: string;
  readonly debts: number;
  readonly onProgress?: ImportOptions['onProgress'];
}

/** null when a start that was killed had finished the import already. */
export async function importSample({ importing }: RoomWorkers, { creditorId, debts, onProgress }: SampleImport): Promise<ImportReport | null> {
  const { importPortfolio } = load('./import/import-portfolio') as typeof import('./import/import-portfolio');
  const { ImportError } = load('./import/import-error') as typeof import('./import/import-error');
  const { writeSample } = load('./sample/sample') as typeof import('./sample/sample');
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-sample-'));
  try {
    const { file, mapping } = await writeSample(folder, { debts, seed: SEED });
    return await importPortfolio({ file, mapping, creditorId, tools: importing, ...(onProgress && { onProgress }) });
  } catch (error) {
    if (error instanceof ImportError && error.code === 'DUPLICATE_IMPORT') return null;
    throw error;
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}
