/** Runs the audit room alone, as a process of its own: the ledger's writer, its port for the other rooms, the subgraph. */
import 'reflect-metadata';
import { disableTelemetry, loadConfig, type PreparedConfig } from '../kernel/config';
import { roomCredentials } from '../kernel/credentials';
import { startDatabaseServer } from '../kernel/database/server';
import { openDiagnostics, type Diagnostics } from '../kernel/diagnostics';
import { openKeyStoreRoom } from '../kernel/key-store-room';
import { openMetrics } from '../kernel/metrics';
import { metricsRoute } from '../kernel/metrics-route';
import { serveRoom } from '../kernel/room-http';
import { measureRooms } from '../kernel/room-metrics';
import { runProcess, type ServingProcess } from '../kernel/run-process';
import { ledgerRouter } from './ledger.router';
import { openLedgerSigner } from './signer/ledger-signer';
import { openAuditRoom } from './subgraph';

async function serve(config: PreparedConfig, diagnostics: Diagnostics): Promise<ServingProcess> {
  const keyStore = await openKeyStoreRoom(config);
  const signer = await openLedgerSigner(config, false);
  const metrics = openMetrics();
  const audit = await openAuditRoom({ config, signer, keyStore: keyStore.keyStore, diagnostics, metrics });
  measureRooms(metrics.registry, [audit.room]);
  const http = await serveRoom(audit.room, {
    host: config.roomHost,
    port: config.rooms.audit.port,
    ...(await roomCredentials(config, 'audit')),
    diagnostics,
    routes: audit.routes,
    privateRouters: [ledgerRouter(audit.ledger, config.masterKey, diagnostics), metricsRoute(metrics, config.metricsToken)],
  });
  diagnostics.info({ url: http.url }, 'the room serves');
  return {
    url: http.url,
    async stop() {
      await http.stop();
      await audit.stop();
      await keyStore.close();
    },
  };
}

disableTelemetry();
void runProcess(async () => {
  const given = loadConfig();
  const diagnostics = openDiagnostics(given.logLevel).child({ room: 'audit' });
  const server = await startDatabaseServer(given);
  const room = await serve(server.config, diagnostics);
  return {
    url: room.url,
    async stop() {
      await room.stop();
      await server.stop();
    },
  };
});
