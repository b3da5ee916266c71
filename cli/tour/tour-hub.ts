/**
 * The hub a tour goes through: one that runs already, or one of its own in a temporary home that is gone afterwards. Either
 * way the tour brings a creditor of its own, so that nothing of anybody else is touched.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PreparedHub } from '../../hub';
import { loadConfig } from '../../kernel/config';
import type { Diagnostics } from '../../kernel/diagnostics';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import type { CommandLine } from '../command-line';
import { withPreparedHub, withRoomWorkers, openCommandDiagnostics, type RoomWorkers } from '../prepared-hub';
import type { HubClient } from './hub-client';
import type { ImportTold, LocalWork } from './local-work';
import { OPERATOR_SUB } from './tour-parties';
import { withTourWitness } from './tour-witness';

const load = createRequire(__filename);

/** Enough for a page and what is beyond it. */
const TOUR_DEBTS = 60;

export interface TourHub {
  readonly url: string;
  readonly prepared: PreparedHub;
}

/** Against the hub at `url`, whose home and database this process must share: tokens and the import come from there. */
export async function withRunningHub<T>(line: CommandLine, url: string, work: (hub: TourHub) => Promise<T>): Promise<T> {
  return withPreparedHub(line, (prepared) => work({ url, prepared }));
}

export async function withOwnHub<T>(line: CommandLine, work: (hub: TourHub) => Promise<T>): Promise<T> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-tour-'));
  try {
    const config = loadConfig({ CESSION_HOME: home, PORT: '0', LOG_LEVEL: 'error' });
    // From here on Ctrl-C is asked for between two steps: the database has to be stopped and its folder removed.
    line.interruption();
    return await withHub(config, openCommandDiagnostics(config), work);
  } finally {
    await fs.rm(home, { recursive: true, force: true });
  }
}

async function withHub<T>(config: ReturnType<typeof loadConfig>, diagnostics: Diagnostics, work: (hub: TourHub) => Promise<T>): Promise<T> {
  const { prepareHub, startHub } = load('../../hub') as typeof import('../../hub');
  // What is deleted a minute later need not survive a power cut.
  const prepared = await prepareHub(config, diagnostics, { durability: 'none' });
  try {
    const hub = await startHub(prepared, diagnostics);
    try {
      return await work({ url: hub.url, prepared });
    } finally {
      await hub.stop();
    }
  } finally {
    await prepared.stop();
  }
}

/** Registers the tour's creditor and gives the steps what they do on this machine. `folder` is the tour's own. */
export async function withLocalWork<T>({ prepared }: TourHub, client: HubClient, folder: string, work: (local: LocalWork) => Promise<T>): Promise<T> {
  return withRoomWorkers(prepared.config, async (workers) => {
    const code = `TOUR-${randomBytes(3).toString('hex').toUpperCase()}`;
    const regulatorId = newId('regulator');
    const creditorId = await registerCreditor(workers, code, regulatorId, client);
    const { verifyBundle } = load('../../audit/bundle/verify-bundle') as typeof import('../../audit/bundle/verify-bundle');
    return work({
      creditorId,
      regulatorId,
      importPortfolio: async () => ({
        command: `cession import portfolio --creditor ${code} --mapping mappings/sample.json sample.csv`,
        told: await importPortfolio(workers, { home: folder, creditorId }, client),
      }),
      readLedgerKey: async () => prepared.signer.vkey,
      verify: (file, vkey) => verifyBundle(file, { vkey }),
      exportStream: (stream, name) => exportStream(prepared, stream, path.join(folder, name)),
      withWitness: (vkey, work) => withTourWitness(path.join(folder, 'witness'), vkey, work),
      keep: async (name, bytes) => {
        const file = path.join(folder, name);
        await fs.writeFile(file, bytes);
        return file;
      },
      read: (file) => fs.readFile(file),
    });
  });
}

/** The operator may do nothing before the ledger says so: the client waits for that index from its first question on. */
async function registerCreditor({ creditors }: RoomWorkers, code: string, regulatorId: string, client: HubClient): Promise<string> {
  const { bootstrapCreditor } = load('../../subgraphs/creditors/subgraph') as typeof import('../../subgraphs/creditors/subgraph');
  const { awaitLedger } = load('../import/ledger-wait') as typeof import('../import/ledger-wait');
  const creditor = { code, name: 'Tour Bank (generated)', jurisdiction: 'CN' };
  const { creditorId } = await bootstrapCreditor(creditors, { creditor, operatorSub: OPERATOR_SUB, regulatorId, now: new Date() });
  const wait = await awaitLedger([creditors], () => undefined);
  if (wait.appended) client.sawIndex(wait.ledgerIndex);
  return creditorId;
}

async function importPortfolio({ importing }: RoomWorkers, place: { home: string; creditorId: string }, client: HubClient): Promise<ImportTold> {
  const { importSample } = load('../sample/import-sample') as typeof import('../sample/import-sample');
  const report = await importSample({ ...place, debts: TOUR_DEBTS, tools: importing });
  if (report === null) throw new Error('The sample of this tour was imported before.');
  const { rows, accepted, rejected, skipped, ledger } = report;
  const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);
  if (ledger.appended) client.sawIndex(ledger.ledgerIndex);
  return { rows, accepted, rejected: sum(rejected), skipped: sum(skipped), ledgerIndex: ledger.appended ? ledger.ledgerIndex : null };
}

async function exportStream({ config, signer }: PreparedHub, stream: StreamName, file: string): Promise<string> {
  const { AUDIT_DATABASE, writeExport } = load('../../audit/subgraph') as typeof import('../../audit/subgraph');
  const { openRoomDatabase } = load('../../kernel/database/room-database') as typeof import('../../kernel/database/room-database');
  const database = await openRoomDatabase(config, AUDIT_DATABASE);
  try {
    const order = { stream, from: null, until: null, mandate: null, requestedBy: null };
    return (await writeExport({ pool: database.worker, signer, policy: null, clock: () => new Date() }, order, file)).file;
  } finally {
    await database.close();
  }
}
