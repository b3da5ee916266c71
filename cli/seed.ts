/**
 * The first start of a hub somebody only wants to try: a creditor, its operator and its regulator, and a generated sample of
 * debts through the ordinary import. May be killed anywhere; the next start goes on with the same ids and the same file.
 */
import { createRequire } from 'node:module';
import type { PreparedConfig } from '../kernel/config';
import type { ImportOptions } from './import/import-portfolio';
import { firstRegulatorId, readFirstParties, rememberFirstParties, replaceFirstParties, type FirstParties } from './first-parties';
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
  const parties = known ?? (await rememberFirstParties(config.home, { ...SAMPLE, regulatorId: await firstRegulatorId(config.home), sampleDebts: debts, sampleIsDone: false }));
  return withRoomWorkers(config, async (workers) => {
    const creditorId = await bootstrap(workers, parties);
    if (parties.sampleDebts === null || parties.sampleIsDone) return { parties: { ...parties, creditorId }, debts: null };
    onBegin();
    const { importSample } = load('./sample/import-sample') as typeof import('./sample/import-sample');
    const report = await importSample({ home: config.home, debts: parties.sampleDebts, creditorId, tools: workers.importing, onProgress });
    await replaceFirstParties(config.home, { ...parties, sampleIsDone: true });
    return { parties: { ...parties, creditorId }, debts: report?.accepted ?? null };
  });
}

async function bootstrap({ creditors, assertCreditorsWhole }: RoomWorkers, parties: FirstParties): Promise<string> {
  const { bootstrapCreditor, findCreditorId } = load('../subgraphs/creditors/subgraph') as typeof import('../subgraphs/creditors/subgraph');
  const { creditorCode: code, creditorName: name, jurisdiction, operatorSub, regulatorId } = parties;
  const known = await findCreditorId(creditors, code);
  if (known !== null) return known;
  await assertCreditorsWhole();
  const { creditorId } = await bootstrapCreditor(creditors, { creditor: { code, name, jurisdiction }, operatorSub, regulatorId, now: new Date() });
  return creditorId;
}
