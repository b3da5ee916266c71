/**
 * A room as a process of its own: the HTTP transport to the same execution core that serves in process. Believes a passport
 * of the gateway or a bearer token of the issuer and nothing else; binds to loopback unless told otherwise.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import express, { type Request, type Router } from 'express';
import { mountRoutes, routeDocument, type AuthenticatedRoute } from './authenticated-route';
import { chooseLanguage } from '../schema/messages';
import type { Actor } from './actor';
import { DEFAULT_HOST } from './config';
import type { Diagnostics } from './diagnostics';
import { HubError } from './errors';
import { asHubError, drain, HEADERS, listen, newRequestId, parseAtLeast, readBody, sendError } from './http';
import { PASSPORT_SCHEME, type PassportOpener, type PassportSubject } from './passport';
import type { Room, RoomAnswer, RoomRequest } from './room';
import type { TokenVerifier } from './token';

export interface RoomServerOptions {
  readonly port: number;
  readonly host?: string;
  readonly passports: PassportOpener;
  readonly tokens: TokenVerifier;
  readonly diagnostics: Diagnostics;
  readonly bodyBytesMax?: number;
  readonly routes?: readonly AuthenticatedRoute[];
  /** Routers at the root that know their callers by themselves, such as the ledger's port for other rooms. */
  readonly privateRouters?: readonly Router[];
}

export interface RoomServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** A page of 100 entities with their representations stays far below; a foreign router may plan longer documents than ours. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const DRAIN_MS = 10_000;

export async function serveRoom(room: Room, options: RoomServerOptions): Promise<RoomServer> {
  const app = routesOf(room, options);
  const server = createServer((request, response) => {
    if (request.url === '/graphql') void answerFetch(room, options, request, response);
    else app(request, response);
  });
  const url = await listen(server, options.host ?? DEFAULT_HOST, options.port);
  return { url, stop: () => drain(server, DRAIN_MS) };
}

async function answerFetch(room: Room, options: RoomServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let requestId = newRequestId();
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    refuseOtherThanJsonPost(request);
    const subject = parseSubject(await readBody(request, options.bodyBytesMax ?? BODY_BYTES_MAX));
    const caller = await identify(options, request, subject);
    requestId = caller.requestId;
    sendAnswer(response, await room.execute({ ...subject, ...caller, signal: gone.signal }), requestId);
  } catch (error) {
    if (gone.signal.aborted) return;
    const refusal = asHubError(error);
    if (refusal.code === 'INTERNAL') options.diagnostics.error({ room: room.name, requestId, err: refusal.cause ?? refusal }, 'a fetch failed');
    sendError(response, refusal, requestId);
  }
}

function refuseOtherThanJsonPost(request: IncomingMessage): void {
  const isJson = /^application\/json(;|$)/i.test(request.headers['content-type'] ?? '');
  if (request.method !== 'POST' || !isJson) throw new HubError('BAD_INPUT', 'A room takes POST requests with a JSON body.');
}

function parseSubject(body: string): PassportSubject {
  const { query, variables = null, operationName = null } = parseObject(body);
  const wellFormed =
    typeof query === 'string' &&
    typeof variables === 'object' &&
    !Array.isArray(variables) &&
    (operationName === null || typeof operationName === 'string');
  if (!wellFormed) throw new HubError('BAD_INPUT', 'The body must have a query, and may have an object of variables and an operationName.');
  return { document: query, variables: variables as Record<string, unknown> | null, operationName };
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The parser's own message repeats a part of the body, which may be personal data.
  }
  throw new HubError('BAD_INPUT', 'The body is not a JSON object.');
}

type Caller = Pick<RoomRequest, 'actor' | 'atLeast' | 'requestId' | 'planned' | 'language'>;

/** A passport vouches for the document too: our planner wrote it. A bearer may send anything, so the room validates it. */
async function identify({ passports, tokens }: RoomServerOptions, request: IncomingMessage, subject: PassportSubject): Promise<Caller> {
  const passport = passportOf(request);
  const language = chooseLanguage(request.headers['accept-language']);
  if (passport !== null) return { ...(await passports.open(passport, subject)), language, planned: true };
  const actor = await tokens.authenticate(request.headers, null);
  return { actor, atLeast: parseAtLeast(request.headers[HEADERS.atLeast]), requestId: newRequestId(), language, planned: false };
}

function passportOf(request: IncomingMessage): string | null {
  const [scheme, passport] = (request.headers.authorization ?? '').split(' ');
  return scheme === PASSPORT_SCHEME && passport !== undefined ? passport : null;
}

function sendAnswer(response: ServerResponse, answer: RoomAnswer, requestId: string): void {
  const { data, errors, ledgerIndex, standingIndex = ledgerIndex } = answer;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader(HEADERS.requestId, requestId);
  response.setHeader(HEADERS.ledgerIndex, ledgerIndex);
  if (standingIndex !== ledgerIndex) response.setHeader(HEADERS.standingIndex, standingIndex);
  response.end(JSON.stringify(errors === undefined ? { data } : { errors, data }));
}

function routesOf(room: Room, options: RoomServerOptions): express.Express {
  const app = express().disable('x-powered-by').disable('etag');
  app.get('/healthz', (_request, response) => void response.json({ room: room.name, alive: true }));
  app.get('/readyz', async (_request, response) => {
    const [reasons, alarms] = await Promise.all([room.unready(), room.alarms().catch(() => [])]);
    response.status(reasons.length === 0 ? 200 : 503).json({ room: room.name, ready: reasons.length === 0, reasons, alarms });
  });
  for (const router of options.privateRouters ?? []) app.use(router);
  mountRoutes(app, options.routes ?? [], (request) => identifyRoute(options, request));
  app.use((_request, response) => sendError(response, new HubError('NOT_FOUND', 'There is nothing here.'), newRequestId()));
  app.use(((error, _request, response, _next) => {
    options.diagnostics.error({ room: room.name, err: error }, 'a route failed');
    sendError(response, asHubError(error), newRequestId());
  }) as express.ErrorRequestHandler);
  return app;
}

async function identifyRoute({ passports, tokens }: RoomServerOptions, request: Request): Promise<Actor> {
  const passport = passportOf(request);
  if (passport === null) return tokens.authenticate(request.headers, null);
  const document = routeDocument(request.method, request.originalUrl);
  return (await passports.open(passport, { document, variables: null, operationName: null })).actor;
}
