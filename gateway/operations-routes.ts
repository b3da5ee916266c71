/**
 * What the operator's machines ask: is the process alive, may it serve, what does it measure. Health answers anyone and
 * names nothing but rooms and places in the ledger; metrics answer this machine, or who has the token.
 */
import { Router } from 'express';
import type { Metrics } from '../kernel/metrics';
import { metricsRoute } from '../kernel/metrics-route';
import type { RoomLink } from '../kernel/room-client';
import type { Secret } from '../kernel/secret';

export interface OperationsOptions {
  readonly rooms: readonly RoomLink[];
  readonly metrics: Metrics;
  readonly metricsToken: Secret | null;
  readonly isDraining: () => boolean;
}

export function operationsRoutes({ rooms, metrics, metricsToken, isDraining }: OperationsOptions): Router {
  return Router()
    .get('/healthz', (_request, response) => void response.json({ alive: true }))
    .get('/readyz', async (_request, response) => {
      const [reasons, alarms] = await Promise.all([isDraining() ? ['The hub is stopping.'] : flat(rooms.map(reasonsOf)), flat(rooms.map(alarmsOf))]);
      response.status(reasons.length === 0 ? 200 : 503).json({ ready: reasons.length === 0, reasons, alarms });
    })
    .use(metricsRoute(metrics, metricsToken));
}

async function flat(answers: readonly Promise<readonly string[]>[]): Promise<string[]> {
  return (await Promise.all(answers)).flat();
}

/** A room that does not answer is a reason already. */
async function alarmsOf(room: RoomLink): Promise<readonly string[]> {
  return (await room.alarms().catch(() => [])).map((alarm) => `${room.name}: ${alarm}`);
}

async function reasonsOf(room: RoomLink): Promise<readonly string[]> {
  try {
    return await room.unready();
  } catch {
    return [`The ${room.name} room does not answer.`];
  }
}
