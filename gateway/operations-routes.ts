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
      const reasons = isDraining() ? ['The hub is stopping.'] : (await Promise.all(rooms.map(reasonsOf))).flat();
      response.status(reasons.length === 0 ? 200 : 503).json({ ready: reasons.length === 0, reasons });
    })
    .use(metricsRoute(metrics, metricsToken));
}

async function reasonsOf(room: RoomLink): Promise<readonly string[]> {
  try {
    return await room.unready();
  } catch {
    return [`The ${room.name} room does not answer.`];
  }
}
