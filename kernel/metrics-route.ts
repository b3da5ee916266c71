/** `/metrics` of one process: for this machine, or for who has the token. Everybody else finds nothing there. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Router, type Request } from 'express';
import type { Metrics } from './metrics';
import type { Secret } from './secret';

export function metricsRoute(metrics: Metrics, token: Secret | null): Router {
  return Router().get('/metrics', async (request, response, next) => {
    if (!mayMeasure(request, token)) return next();
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

/** Behind a proxy on the same machine everyone comes from loopback, so a forwarded request needs the token. */
function mayMeasure(request: Request, token: Secret | null): boolean {
  if (token !== null) return isSame(request.headers.authorization ?? '', `Bearer ${token.reveal()}`);
  const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers['forwarded'] !== undefined;
  return !forwarded && /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
