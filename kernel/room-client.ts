/**
 * The gateway's side of a room in another process: one connection pool, a passport per fetch, a deadline. Whatever goes wrong
 * between the two becomes UNAVAILABLE without address or body, which are the operator's business and not the caller's.
 */
import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import type { RoomName } from '../schema/vocabulary';
import { HubError, HUB_ERROR_CODES, type HubErrorCode } from './errors';
import { HEADERS } from './http';
import { PASSPORT_SCHEME, type PassportSealer } from './passport';
import type { Room, RoomAnswer, RoomRequest } from './room';

/** What the gateway needs of a room, wherever it runs. */
export type RoomLink = Pick<Room, 'name' | 'execute' | 'unready' | 'alarms'>;

export interface RoomClientOptions {
  readonly room: RoomName;
  /** Base address, e.g. `http://127.0.0.1:4002`. */
  readonly url: string;
  readonly passports: PassportSealer;
  readonly deadlineMs: number;
  readonly connections?: number;
}

export interface RoomClient extends RoomLink {
  stop(): Promise<void>;
}

/** As many as an event loop usefully keeps in flight towards one room. */
const CONNECTIONS = 32;
/** Shorter than the room's, so that no request is written into a connection the room is closing. */
const KEEP_ALIVE_MS = 30_000;
/** A page of every field of 100 entities is below 1 MiB; more is a broken room. */
const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
const RETRY_AFTER_MS = 1_000;
const READY_TIMEOUT_MS = 2_000;

export function openRoomClient(options: RoomClientOptions): RoomClient {
  const { room, url, deadlineMs, connections = CONNECTIONS } = options;
  const base = new URL(url);
  const pool = new Pool(base.origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: deadlineMs,
    bodyTimeout: deadlineMs,
    connectTimeout: Math.min(deadlineMs, 2_000),
    maxResponseSize: ANSWER_BYTES_MAX,
  });
  const prefix = base.pathname.replace(/\/+$/, '');
  return {
    name: room,
    execute: (request) => fetchFrom(pool, `${prefix}/graphql`, options, request),
    unready: () => readinessOf(pool, `${prefix}/readyz`, room),
    alarms: async () => (await askReadiness(pool, `${prefix}/readyz`)).alarms,
    stop: () => pool.destroy(),
  };
}

async function fetchFrom(pool: Pool, path: string, { room, passports }: RoomClientOptions, request: RoomRequest): Promise<RoomAnswer> {
  const { document, variables, operationName, requestId, language, signal } = request;
  const passport = await passports.seal(room, request);
  const body = JSON.stringify({ query: document, variables, operationName });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    authorization: `${PASSPORT_SCHEME} ${passport}`,
    [HEADERS.requestId]: requestId,
    ...(language === undefined ? {} : { 'accept-language': language }),
  };
  const answer = await away(room, async () => {
    const response = await pool.request({ method: 'POST', path, headers, body, ...(signal && { signal }) });
    return { status: response.statusCode, headers: response.headers, body: parsedBody(await response.body.text()) };
  });
  if (answer.status !== 200) throw refusalOf(room, answer.body);
  return answerOf(room, answer.headers, answer.body);
}

interface RoomBody {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Throws on anything but JSON; `null` and other non-objects count as an empty answer. */
function parsedBody(text: string): RoomBody {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}

async function away<T>(room: RoomName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(room, error);
  }
}

function unavailable(room: RoomName, cause?: unknown): HubError {
  return new HubError('UNAVAILABLE', `The ${room} room does not answer.`, { retryAfterMs: RETRY_AFTER_MS, cause });
}

/** A room that refuses the gateway's passport is a fault of the installation, never the caller's missing token. */
function refusalOf(room: RoomName, body: RoomBody): HubError {
  const error = body.errors?.[0];
  const code = error?.extensions?.['code'] as HubErrorCode | undefined;
  if (error === undefined || code === undefined || !HUB_ERROR_CODES.includes(code)) return unavailable(room);
  if (code === 'UNAUTHENTICATED' || code === 'INTERNAL') return unavailable(room, new Error(`${code} from the room`));
  const { ruleId, argument, retryAfterMs } = error.extensions as { ruleId?: string; argument?: string; retryAfterMs?: number };
  return new HubError(code, error.message, { ...(ruleId && { ruleId }), ...(argument && { argument }), ...(retryAfterMs && { retryAfterMs }) });
}

function answerOf(room: RoomName, headers: Readonly<Record<string, string | string[] | undefined>>, body: RoomBody): RoomAnswer {
  const ledgerIndex = Number(headers[HEADERS.ledgerIndex] ?? NaN);
  const standingIndex = Number(headers[HEADERS.standingIndex] ?? ledgerIndex);
  if (!Number.isSafeInteger(ledgerIndex) || !Number.isSafeInteger(standingIndex) || body.data === undefined) throw unavailable(room);
  return { data: body.data, ledgerIndex, ...(standingIndex !== ledgerIndex && { standingIndex }), ...(body.errors && { errors: body.errors }) };
}

interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly alarms: readonly string[];
}

const sentences = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

async function askReadiness(pool: Pool, path: string): Promise<Readiness> {
  const response = await pool.request({ method: 'GET', path, headersTimeout: READY_TIMEOUT_MS, bodyTimeout: READY_TIMEOUT_MS });
  const { ready, reasons, alarms } = (await response.body.json()) as { ready?: unknown; reasons?: unknown; alarms?: unknown };
  return { ready: ready === true, reasons: sentences(reasons), alarms: sentences(alarms) };
}

async function readinessOf(pool: Pool, path: string, room: RoomName): Promise<readonly string[]> {
  try {
    const { ready, reasons } = await askReadiness(pool, path);
    if (ready) return [];
    return reasons.length > 0 ? reasons : [`The ${room} room is not ready.`];
  } catch {
    return [`The ${room} room does not answer.`];
  }
}
