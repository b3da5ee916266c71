/**
 * The gateway over rooms that run as processes of their own: one HTTP client per room, and the audit room's downloads
 * and tiles through a proxy. Starts and watches no room.
 */
import { gatewayCredentials } from '../kernel/credentials';
import type { Config } from '../kernel/config';
import type { Diagnostics } from '../kernel/diagnostics';
import { openMetrics } from '../kernel/metrics';
import { openRoomClient } from '../kernel/room-client';
import { AUDIENCES, ROOMS, type RoomName } from '../schema/vocabulary';
import { openGateway, type Gateway } from './gateway';
import { openRoomProxy } from './proxy-route';

/** Not all below `/ledger`: there lies the port that only rooms may use. */
const AUDIT_PATHS = [
  { path: '/exports', audiences: ['PARTNER', 'REGULATOR', 'BORROWER'] },
  { path: '/ledger/checkpoint', audiences: AUDIENCES },
  { path: '/ledger/minimum-index', audiences: AUDIENCES },
  { path: '/ledger/tile', audiences: AUDIENCES },
] as const;

/** Where a room listens: its configured address, else its port on this machine. */
export function roomUrl(config: Pick<Config, 'roomHost' | 'rooms'>, room: RoomName): string {
  const { url, port } = config.rooms[room];
  return url ?? `http://${config.roomHost}:${port}`;
}

export async function openRemoteGateway(config: Config, diagnostics: Diagnostics): Promise<Gateway> {
  const { passports, tokens } = await gatewayCredentials(config);
  const { deadlineMs } = config.limits;
  const clients = ROOMS.map((room) => [room, openRoomClient({ room, url: roomUrl(config, room), passports, deadlineMs })] as const);
  const audit = openRoomProxy({ paths: AUDIT_PATHS, room: 'audit', url: roomUrl(config, 'audit'), passports });
  const gateway = await openGateway({
    config,
    rooms: Object.fromEntries(clients),
    tokens,
    diagnostics,
    metrics: openMetrics(),
    routes: audit.routes,
  });
  return {
    url: gateway.url,
    stop: async () => {
      await gateway.stop();
      await Promise.all([...clients.map(([, client]) => client.stop()), audit.stop()]);
    },
  };
}
