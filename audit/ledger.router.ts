/**
 * The ledger's port for rooms in other processes: append and read over HTTP. Who submits is told by the credential alone.
 * Refuses everything without one, and says nothing about why.
 */
import { Router, type Request, type RequestHandler, type Response } from 'express';
import { sendRouteError } from '../kernel/authenticated-route';
import type { Diagnostics } from '../kernel/diagnostics';
import { HubError } from '../kernel/errors';
import { readBody } from '../kernel/http';
import { APPEND_BYTES_MAX, formatPage, formatResults, formatSent, LEDGER_PATHS, openCredentials, parseAppend } from '../kernel/ledger-wire';
import type { Secret } from '../kernel/secret';
import type { RoomName } from '../schema/vocabulary';
import type { OpenedLedger } from './ledger-port';

/** Longer waits would outlive the connection's own limits. */
const WAIT_MS_MAX = 20_000;
const DEADLINE_MS_MAX = 60_000;
const SENT_MAX = 10_000;

function numberOf(request: Request, name: string, max: number): number {
  const given = request.query[name];
  const value = typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : NaN;
  if (Number.isSafeInteger(value)) return Math.min(value, max);
  throw new HubError('BAD_INPUT', `${name} must be a whole number.`, { argument: name });
}

async function append(ledger: OpenedLedger, room: RoomName, request: Request): Promise<string> {
  const { channel, submissions, deadlineMs } = parseAppend(await readBody(request, APPEND_BYTES_MAX));
  return formatResults(await ledger.ledgerFor(room).append(channel, submissions, Math.min(deadlineMs, DEADLINE_MS_MAX)));
}

async function read(ledger: OpenedLedger, room: RoomName, request: Request): Promise<string> {
  const from = numberOf(request, 'from', Number.MAX_SAFE_INTEGER);
  const limit = numberOf(request, 'limit', Number.MAX_SAFE_INTEGER);
  return formatPage(await ledger.ledgerFor(room).read(from, limit, numberOf(request, 'waitMs', WAIT_MS_MAX)));
}

async function sent(ledger: OpenedLedger, room: RoomName, request: Request): Promise<string> {
  return formatSent(await ledger.ledgerFor(room).sentAfter(numberOf(request, 'after', Number.MAX_SAFE_INTEGER), numberOf(request, 'limit', SENT_MAX)));
}

type Answer = (ledger: OpenedLedger, room: RoomName, request: Request) => Promise<string>;

/** To be mounted at the root of the audit room's own server; it MUST NOT be reachable through the gateway. */
export function ledgerRouter(ledger: OpenedLedger, masterKey: Secret<Buffer>, diagnostics: Diagnostics): Router {
  const roomOf = openCredentials(masterKey);
  const answering =
    (answer: Answer): RequestHandler =>
    async (request: Request, response: Response) => {
      try {
        const room = roomOf(request.headers.authorization);
        if (room === null) throw new HubError('UNAUTHENTICATED', 'This is not for you.');
        response.setHeader('cache-control', 'no-store');
        response.type('application/json').end(await answer(ledger, room, request));
      } catch (error) {
        sendRouteError(response, error, diagnostics);
      }
    };
  return Router().post(LEDGER_PATHS.append, answering(append)).get(LEDGER_PATHS.read, answering(read)).get(LEDGER_PATHS.sent, answering(sent));
}
