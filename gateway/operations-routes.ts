/**
 * What the operator's machines ask: is the process alive, may it serve, what does it measure. Health answers anyone and
 * names nothing but rooms; metrics answer this machine, or who has the token.
 */
import { timingSafeEqual, createHash } from 'node:crypto';
import { Router, type Request } from 'express';
import type { Metrics } from '../kernel/metrics';
import type { RoomLink } from '../kernel/room-client';

export interface OperationsOptions {
  readonly rooms: readonly RoomLink[];
  readonly metrics: Metrics;
  readonly metricsToken: string | null;
  readonly isDraining: () => boolean;
}

export function operationsRoutes({ rooms, metrics, metricsToken, isDraining }: OperationsOptions): Router {
  return Router()
    .get('/healthz', (_request, response) => void response.json({ alive: true }))
    .get('/readyz', async (_request, response) => {
      const reasons = isDraining() ? ['The hub is stopping.'] : (await Promise.all(rooms.map(reasonsOf))).flat();
      response.status(reasons.length === 0 ? 200 : 503).json({ ready: reasons.length === 0, reasons });
    })
    .get('/metrics', async (request, response, next) => {
      if (!mayMeasure(request, metricsToken)) return next();
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    });
}

async function reasonsOf(room: RoomLink): Promise<readonly string[]> {
  try {
    return await room.unready();
  } catch {
    return [`The ${room.name} room does not answer.`];
  }
}

/** Behind a proxy on the same machine everyone comes from loopback, so a forwarded request needs the token. */
function mayMeasure(request: Request, token: string | null): boolean {
  if (token !== null) return isSame(request.headers.authorization ?? '', `Bearer ${token}`);
  const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  return !forwarded && /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
