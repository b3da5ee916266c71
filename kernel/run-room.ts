/**
 * One room as a process: reads the configuration, opens the room against the ledger over HTTP and serves it until told to
 * stop. Finds its database migrated; `cession start --processes` or the operator's roll-out does that before.
 */
import { disableTelemetry, loadConfig, type PreparedConfig } from './config';
import { startDatabaseServer } from './database/server';
import { openDiagnostics, type Diagnostics } from './diagnostics';
import { openKeyStoreRoom } from './key-store-room';
import { readPublicKey } from './key-pair';
import { openLedgerClient } from './ledger-http';
import { PASSPORT_KEY, passportOpener } from './passport';
import { openRoom, type RoomDefinition } from './room-host';
import { serveRoom } from './room-http';
import { StartError } from './start-error';
import { runUntilStopped } from './stop-signals';
import { openTokenVerifier } from './token';

export async function runRoom(definition: RoomDefinition): Promise<void> {
  disableTelemetry();
  const given = loadConfig();
  const diagnostics = openDiagnostics(given.logLevel).child({ room: definition.name });
  await runUntilStopped(diagnostics, async () => {
    const server = await startDatabaseServer(given);
    const stopRoom = await serveDefinition(definition, server.config, diagnostics);
    return async () => {
      await stopRoom();
      await server.stop();
    };
  });
}

async function serveDefinition(definition: RoomDefinition, config: PreparedConfig, diagnostics: Diagnostics): Promise<() => Promise<void>> {
  const passportKey = await readPublicKey(config.home, PASSPORT_KEY);
  if (passportKey === null) throw new StartError('The gateway has made no passport key yet.', 'Start the gateway once, or copy its passport.pub into the home folder.');
  const keyStore = await openKeyStoreRoom(config);
  const ledger = openLedgerClient({ room: definition.name, url: auditUrl(config), masterKey: config.masterKey });
  const room = await openRoom(definition, { config, ledger, keyStore: keyStore.keyStore, diagnostics });
  const http = await serveRoom(room, {
    host: config.host,
    port: config.rooms[definition.name].port,
    passports: passportOpener(definition.name, passportKey),
    tokens: openTokenVerifier(config),
    diagnostics,
  });
  diagnostics.info({ url: http.url }, 'the room serves');
  return async () => {
    await http.stop();
    await room.stop();
    await ledger.stop();
    await keyStore.close();
  };
}

/** Where a process finds the audit room: named by the operator, or on this machine. */
export function auditUrl(config: PreparedConfig): string {
  const { url, port } = config.rooms.audit;
  return url ?? `http://${config.host}:${port}`;
}
