/**
 * One room as a process: reads the configuration, opens the room against the ledger over HTTP and serves it until told to
 * stop. Finds its database migrated; `cession start --processes` or the operator's roll-out does that before.
 */
import { roomCredentials } from './credentials';
import { disableTelemetry, loadConfig, type PreparedConfig } from './config';
import { startDatabaseServer } from './database/server';
import { openDiagnostics, type Diagnostics } from './diagnostics';
import { openKeyStoreRoom } from './key-store-room';
import { openLedgerClient } from './ledger-http';
import { openMetrics } from './metrics';
import { metricsRoute } from './metrics-route';
import { openRoom, type RoomDefinition } from './room-host';
import { measureRooms } from './room-metrics';
import { runProcess, type ServingProcess } from './run-process';
import { serveRoom } from './room-http';

export async function runRoom(definition: RoomDefinition): Promise<void> {
  disableTelemetry();
  await runProcess(async () => {
    const given = loadConfig();
    const diagnostics = openDiagnostics(given.logLevel).child({ room: definition.name });
    const server = await startDatabaseServer(given);
    const room = await serveDefinition(definition, server.config, diagnostics);
    return {
      url: room.url,
      async stop() {
        await room.stop();
        await server.stop();
      },
    };
  });
}

async function serveDefinition(definition: RoomDefinition, config: PreparedConfig, diagnostics: Diagnostics): Promise<ServingProcess> {
  const keyStore = await openKeyStoreRoom(config);
  const ledger = openLedgerClient({ room: definition.name, url: auditUrl(config), masterKey: config.masterKey });
  const room = await openRoom(definition, { config, ledger, keyStore: keyStore.keyStore, diagnostics });
  const metrics = openMetrics();
  measureRooms(metrics.registry, [room]);
  const http = await serveRoom(room, {
    host: config.roomHost,
    port: config.rooms[definition.name].port,
    ...(await roomCredentials(config, definition.name)),
    diagnostics,
    privateRouters: [metricsRoute(metrics, config.metricsToken)],
  });
  diagnostics.info({ url: http.url }, 'the room serves');
  return {
    url: http.url,
    async stop() {
      await http.stop();
      await room.stop();
      await ledger.stop();
      await keyStore.close();
    },
  };
}

/** Where a process finds the audit room: named by the operator, or on this machine. */
export function auditUrl(config: PreparedConfig): string {
  const { url, port } = config.rooms.audit;
  return url ?? `http://${config.roomHost}:${port}`;
}
