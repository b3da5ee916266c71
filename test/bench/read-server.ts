/**
 * The servers of the read bench, in a process of their own. `one-process`: the hub and every variant over its rooms;
 * `many-processes`: gateway and rooms apart, and here a second gateway over those rooms with the library's HTTP source.
 */
import 'reflect-metadata';
import { prepareHub, startHub, startProcesses } from '../../hub';
import { disableTelemetry, loadConfig, type Config } from '../../kernel/config';
import { gatewayCredentials } from '../../kernel/credentials';
import { openDiagnostics } from '../../kernel/diagnostics';
import { runProcess, type ServingProcess } from '../../kernel/run-process';
import { agenciesRoom } from '../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../subgraphs/debts/subgraph';
import { environmentOf } from './bench-hub';
import { serveRaw } from './raw-server';
import { READ_PATH } from './read-query';
import type { Served } from './read-endpoint';
import { serveSingle } from './single-server';
import { executableRooms, serveStockLocal, serveStockRemote } from './stock-sources';

export type ServerKind = 'one-process' | 'many-processes';
export type VariantName = 'hub' | 'hubOverHttp' | 'stockLocal' | 'stockRemote' | 'single' | 'raw';
/** Where each variant answers. */
export type VariantUrls = Partial<Record<VariantName, string>>;

disableTelemetry();

async function startOneProcess(config: Config): Promise<ServingProcess> {
  const diagnostics = openDiagnostics(config.logLevel);
  const prepared = await prepareHub(config, diagnostics);
  const hub = await startHub(prepared, diagnostics);
  const surroundings = { config: prepared.config, tokens: (await gatewayCredentials(prepared.config)).tokens, diagnostics };
  const rooms = executableRooms([creditorsRoom, debtsRoom, agenciesRoom, borrowersRoom], hub.rooms);
  const served = {
    stockLocal: await serveStockLocal(rooms, surroundings),
    single: await serveSingle(rooms, surroundings),
    raw: await serveRaw(rooms, surroundings),
  };
  tell({ hub: `${hub.url}${READ_PATH}`, ...urlsOf(served) });
  return {
    url: hub.url,
    async stop() {
      await stopAll(served);
      await hub.stop();
      await prepared.stop();
    },
  };
}

async function startManyProcesses(config: Config): Promise<ServingProcess> {
  const diagnostics = openDiagnostics(config.logLevel);
  const prepared = await prepareHub(config, diagnostics);
  const running = await startProcesses(prepared, diagnostics, { env: environmentOf(prepared.config), onEnded: () => process.exit(1) });
  const surroundings = { config: prepared.config, tokens: (await gatewayCredentials(prepared.config)).tokens, diagnostics };
  const served = { stockRemote: await serveStockRemote(surroundings) };
  tell({ hubOverHttp: `${running.url}${READ_PATH}`, ...urlsOf(served) });
  return {
    url: running.url,
    async stop() {
      await stopAll(served);
      await running.stop();
      await prepared.stop();
    },
  };
}

function urlsOf(served: Readonly<Record<string, Served>>): VariantUrls {
  return Object.fromEntries(Object.entries(served).map(([name, { url }]) => [name, url]));
}

async function stopAll(served: Readonly<Record<string, Served>>): Promise<void> {
  await Promise.all(Object.values(served).map((each) => each.stop()));
}

function tell(urls: VariantUrls): void {
  process.send?.(urls);
}

const STARTS: Readonly<Record<ServerKind, (config: Config) => Promise<ServingProcess>>> = { 'one-process': startOneProcess, 'many-processes': startManyProcesses };

if (require.main === module) void runProcess(() => STARTS[process.argv[2] as ServerKind](loadConfig()));
