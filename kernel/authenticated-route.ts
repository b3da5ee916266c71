/**
 * Routes beside GraphQL, such as the download of an export: a room writes an express router once, and it is mounted in the
 * gateway (one process) or in the room's own host (many). No router runs before its caller is known.
 */
import type { Express, Request, RequestHandler, Response, Router } from 'express';
import type { Audience } from '../schema/vocabulary';
import type { Actor } from './actor';
import { toUnavailable } from './database/postgres-errors';
import type { Diagnostics } from './diagnostics';
import { HubError } from './errors';
import { newRequestId, sendError, asHubError } from './http';

export interface AuthenticatedRoute {
  /** Where the router is mounted, e.g. `/exports`. */
  readonly path: string;
  readonly audiences: readonly Audience[];
  readonly router: Router | RequestHandler;
}

interface RouteLocals {
  actor?: Actor;
  requestId?: string;
}

/** The caller of the current request. Throws when a router was mounted without authentication. */
export function actorOf(response: Response): Actor {
  const { actor } = response.locals as RouteLocals;
  if (actor === undefined) throw new Error('This router was mounted without authentication.');
  return actor;
}

export function requestIdOf(response: Response): string {
  const locals = response.locals as RouteLocals;
  return (locals.requestId ??= newRequestId());
}

/** What a passport for a request without GraphQL document is bound to. */
export function routeDocument(method: string | undefined, url: string | undefined): string {
  return `${method ?? ''} ${url ?? ''}`;
}

/** What a caller can act on, or INTERNAL; whatever broke is told to diagnostics under the id that the caller is given. */
export function sendRouteError(response: Response, error: unknown, diagnostics: Diagnostics): void {
  const refusal = error instanceof HubError ? error : (toUnavailable(error) ?? asHubError(error));
  if (refusal.cause !== undefined) diagnostics.error({ requestId: requestIdOf(response), err: refusal.cause }, 'a route failed');
  sendError(response, refusal, requestIdOf(response));
}

export function mountRoutes(app: Express, routes: readonly AuthenticatedRoute[], authenticate: (request: Request) => Promise<Actor>): void {
  for (const { path, audiences, router } of routes) {
    const enter: RequestHandler = async (request, response, next) => {
      try {
        const actor = await authenticate(request);
        // Another audience's route does not exist for this one, as with fields outside a contract.
        if (!audiences.includes(actor.audience)) throw new HubError('NOT_FOUND', 'There is nothing here.');
        Object.assign(response.locals, { actor } satisfies RouteLocals);
        next();
      } catch (error) {
        sendError(response, asHubError(error), requestIdOf(response));
      }
    };
    app.use(path, enter, router);
  }
}
