/**
 * HTTP as gateway and rooms share it: header names, the status of each error code, bounded bodies, and a server that
 * finishes what it has begun before it stops. Knows nothing about GraphQL.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HubError, type HubErrorCode } from './errors';

export const HEADERS = {
  ledgerIndex: 'x-ledger-index',
  standingIndex: 'x-ledger-standing',
  atLeast: 'x-ledger-at-least',
  requestId: 'x-request-id',
} as const;

const STATUS: Readonly<Record<HubErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  NOT_FOUND: 404,
  NOT_PERMITTED: 403,
  BAD_INPUT: 400,
  CONFLICT: 409,
  STALE_GRANT: 409,
  LIMIT_EXCEEDED: 429,
  LEDGER_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

/** Longer than any client keeps an idle connection, so that it is always the client who lets go (no "socket hang up"). */
export const KEEP_ALIVE_MS = 65_000;
/** A caller that needs longer to send a request holds a connection for nothing. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;

export function newRequestId(): string {
  return randomUUID();
}

/** The error as it is shown when no GraphQL answer exists. MUST only be given errors made for the caller's eyes. */
export function sendError(response: ServerResponse, error: HubError, requestId: string, status = STATUS[error.code]): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { retryAfterMs } = error.extensions;
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader(HEADERS.requestId, requestId);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  response.end(JSON.stringify({ errors: [{ message: error.message, extensions: { ...error.extensions, requestId } }] }));
}

export const INTERNAL_MESSAGE = 'The hub failed to answer. Its operator can find the cause by the request id.';

/** HubErrors pass; anything else becomes INTERNAL, because its message may hold a row. */
export function asHubError(error: unknown): HubError {
  return error instanceof HubError ? error : new HubError('INTERNAL', INTERNAL_MESSAGE, { cause: error });
}

/** `x-ledger-at-least`: a non-negative whole number; -1 when the caller asks for nothing. */
export function parseAtLeast(header: string | readonly string[] | undefined): number {
  if (header === undefined) return -1;
  const index = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : NaN;
  if (Number.isSafeInteger(index)) return index;
  throw new HubError('BAD_INPUT', `The header ${HEADERS.atLeast} must be a ledger index.`, { argument: HEADERS.atLeast });
}

/** The whole body, or LIMIT_EXCEEDED as soon as it is known to be too long. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<string> {
  const tooLong = new HubError('LIMIT_EXCEEDED', `The request body may have at most ${bytesMax} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLong;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Destroying the request would cut the connection before the refusal is read.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw tooLong;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Resolves to the address to reach the server at. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  watchConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`;
}

/** Takes no new connection, lets running requests end for `graceMs`, then cuts the rest. */
export async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  idleClosers.get(server)?.();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

const idleClosers = new WeakMap<Server, () => void>();

/**
 * Node's own `closeIdleConnections` leaves connections that have not sent their first request, and clients open such in
 * advance: each would hold a stop until it is cut.
 */
function watchConnections(server: Server): void {
  const running = new Map<Socket, number>();
  let closing = false;
  const change = (socket: Socket, by: number) => {
    const count = (running.get(socket) ?? 0) + by;
    running.set(socket, count);
    if (closing && count === 0) socket.end();
  };
  server.on('connection', (socket) => {
    change(socket, 0);
    socket.once('close', () => running.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    change(socket, 1);
    response.once('close', () => change(socket, -1));
  });
  idleClosers.set(server, () => {
    closing = true;
    for (const [socket, count] of running) if (count === 0) socket.end();
  });
}
