/**
 * Routes of a room in another process, reached through the gateway: the body is streamed, ranges included, and the caller is
 * vouched for by a passport bound to method and address. Passes on no header that is not listed, and opens no other path.
 */
import { pipeline } from 'node:stream/promises';
import type { Request, RequestHandler, Response } from 'express';
import { Pool } from 'undici';
import { actorOf, requestIdOf, routeDocument, type AuthenticatedRoute } from '../kernel/authenticated-route';
import { HubError } from '../kernel/errors';
import { HEADERS, sendError } from '../kernel/http';
import { PASSPORT_SCHEME, type PassportSealer } from '../kernel/passport';
import type { Audience, RoomName } from '../schema/vocabulary';

export interface RoomProxyOptions {
  readonly paths: readonly { readonly path: string; readonly audiences: readonly Audience[] }[];
  readonly room: RoomName;
  readonly url: string;
  readonly passports: PassportSealer;
}

export interface RoomProxy {
  readonly routes: readonly AuthenticatedRoute[];
  stop(): Promise<void>;
}

/** RFC 9110 sections 12 to 14: what a resumed download and a cache need. */
const REQUEST_HEADERS = ['range', 'if-range', 'if-none-match', 'if-modified-since', 'accept', 'accept-encoding'];
const RESPONSE_HEADERS = [
  'content-type', 'content-length', 'content-range', 'content-disposition', 'content-encoding', 'accept-ranges', 'etag', 'last-modified', 'cache-control', 'vary', 'retry-after', HEADERS.ledgerIndex,
];
/** A download holds its connection for long; tiles are short. */
const CONNECTIONS = 16;

export function openRoomProxy({ paths, room, url, passports }: RoomProxyOptions): RoomProxy {
  const pool = new Pool(new URL(url).origin, { connections: CONNECTIONS, connectTimeout: 2_000 });
  const router: RequestHandler = async (request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      await forward(pool, { room, passports }, request, response, gone.signal);
    } catch (cause) {
      if (gone.signal.aborted) return;
      sendError(response, new HubError('UNAVAILABLE', `The ${room} room does not answer.`, { retryAfterMs: 1_000, cause }), requestIdOf(response));
    }
  };
  return { routes: paths.map((each) => ({ ...each, router })), stop: () => pool.destroy() };
}

async function forward(pool: Pool, { room, passports }: Pick<RoomProxyOptions, 'room' | 'passports'>, request: Request, response: Response, signal: AbortSignal): Promise<void> {
  const { originalUrl } = request;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendError(response, new HubError('NOT_FOUND', 'There is nothing here.'), requestIdOf(response));
    return;
  }
  const document = routeDocument(request.method, originalUrl);
  const passport = await passports.seal(room, { document, variables: null, operationName: null, actor: actorOf(response), atLeast: -1, requestId: requestIdOf(response) });
  const headers: Record<string, string> = { authorization: `${PASSPORT_SCHEME} ${passport}` };
  for (const name of REQUEST_HEADERS) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const answer = await pool.request({ method: request.method, path: originalUrl, headers, signal });
  response.status(answer.statusCode);
  for (const name of RESPONSE_HEADERS) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  response.setHeader(HEADERS.requestId, requestIdOf(response));
  await pipeline(answer.body, response);
}
