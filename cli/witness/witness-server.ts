/**
 * The witness over HTTP: `POST <prefix>/add-checkpoint` and `GET <prefix>/<SHA-256 of the origin>/checkpoint`. Bounded bodies,
 * no state of its own; says nothing beyond the specification's answers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { ADD_CHECKPOINT_BYTES_MAX, ADD_CHECKPOINT_PATH, SIZE_MEDIA_TYPE } from '../../audit/log/add-checkpoint';
import { HubError } from '../../kernel/errors';
import { drain, listen, readBody } from '../../kernel/http';
import type { Witness, WitnessAnswer } from './witness';

export interface WitnessAddress {
  readonly host: string;
  readonly port: number;
  /** Before both paths, without slashes at its ends; empty: none. */
  readonly prefix: string;
}

export interface ServedWitness {
  readonly url: string;
  stop(): Promise<void>;
}

const TEXT = 'text/plain; charset=utf-8';
/** Each waits for its turn at the disk; more would only wait. */
const MAX_CONNECTIONS = 256;
const GRACE_MS = 5_000;
const MONITORING = /^([0-9a-f]{64})\/checkpoint$/;

/** `onFailure` is told of what keeps the witness from its work, such as a full disk. */
export async function serveWitness(witness: Witness, { host, port, prefix }: WitnessAddress, onFailure: (error: unknown) => void): Promise<ServedWitness> {
  const base = prefix === '' ? '/' : `/${prefix}/`;
  const server: Server = createServer((request, response) => {
    answer(witness, base, request, response).catch((error: unknown) => {
      onFailure(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, TEXT, 'the witness cannot store its state\n');
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  const url = await listen(server, host, port);
  return { url: prefix === '' ? url : `${url}/${prefix}`, stop: () => drain(server, GRACE_MS) };
}

async function answer(witness: Witness, base: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const path = url.startsWith(base) ? url.slice(base.length) : '';
  if (method === 'POST' && path === ADD_CHECKPOINT_PATH) return sendAnswer(response, await add(witness, request));
  const log = MONITORING.exec(path)?.[1];
  const latest = (method === 'GET' || method === 'HEAD') && log !== undefined ? await witness.latest(log) : null;
  if (latest === null) return send(response, 404, TEXT, 'not found\n');
  send(response, 200, TEXT, latest);
}

async function add(witness: Witness, request: IncomingMessage): Promise<WitnessAnswer> {
  let body: string;
  try {
    body = await readBody(request, ADD_CHECKPOINT_BYTES_MAX);
  } catch (error) {
    if (error instanceof HubError) return { status: 400, reason: 'the body is too long' };
    throw error;
  }
  return witness.add(body);
}

function sendAnswer(response: ServerResponse, answer: WitnessAnswer): void {
  if (answer.status === 200) send(response, 200, TEXT, answer.cosignatures);
  else if (answer.status === 409) send(response, 409, SIZE_MEDIA_TYPE, `${answer.size}\n`);
  else send(response, answer.status, TEXT, `${answer.reason}\n`);
}

function send(response: ServerResponse, status: number, mediaType: string, body: string): void {
  response.statusCode = status;
  response.setHeader('content-type', mediaType);
  // A monitor that is shown yesterday's answer cannot tell a stale log from a stale cache.
  response.setHeader('cache-control', 'no-store');
  response.end(body);
}
