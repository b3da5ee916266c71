/** A room over HTTP answers as the room itself does, and only to who proves to be the gateway or a token's bearer. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Router } from 'express';
import { fetch } from 'undici';
import { openLocalIssuer } from '../../gateway/local-issuer';
import { actorOf, routeDocument } from '../../kernel/authenticated-route';
import type { Actor } from '../../kernel/actor';
import type { TokenConfig } from '../../kernel/config';
import { openDiagnostics } from '../../kernel/diagnostics';
import { passportOpener, passportSealer } from '../../kernel/passport';
import type { RoomRequest } from '../../kernel/room';
import { openRoomClient, type RoomClient } from '../../kernel/room-client';
import { serveRoom, type RoomServer } from '../../kernel/room-http';
import { openTokenVerifier } from '../../kernel/token';
import { newId } from '../../schema/ids';
import { SECRET, sampleRooms } from '../gateway/sample-rooms';

const TOKENS: TokenConfig = { issuer: 'https://cession.local/issuer', audience: 'cession', jwksUrl: null };
const ORG = newId('agency');
const ACTOR: Actor = { audience: 'PARTNER', sub: 'officer-1', org: ORG, scopes: [], purpose: 'COLLECTION', method: 'token' };
const keys = generateKeyPairSync('ed25519');
const sealer = passportSealer(keys.privateKey);
const room = sampleRooms().debts;

let home: string;
let server: RoomServer;
let client: RoomClient;
let token: string;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'cession-room-'));
  token = await (await openLocalIssuer({ tokens: TOKENS, home })).mintToken({ audience: 'PARTNER', org: ORG, sub: 'officer-1', scopes: [] });
  const router = Router().get('/:id', (request, response) => void response.json({ id: request.params['id'], org: actorOf(response).org }));
  server = await serveRoom(room, {
    port: 0,
    passports: passportOpener('debts', keys.publicKey),
    tokens: openTokenVerifier({ tokens: TOKENS, home }),
    diagnostics: openDiagnostics('silent'),
    bodyBytesMax: 10_000,
    routes: [
      { path: '/exports', audiences: ['PARTNER'], router },
      { path: '/secrets', audiences: ['INTERNAL'], router },
    ],
  });
  client = openRoomClient({ room: 'debts', url: server.url, passports: sealer, deadlineMs: 2_000 });
});

afterAll(async () => {
  await client.stop();
  await server.stop();
  rmSync(home, { recursive: true });
});

const requestOf = (document: string, variables: Record<string, unknown> | null = null): RoomRequest => ({
  actor: ACTOR,
  document,
  variables,
  operationName: null,
  requestId: 'request-1',
  atLeast: 7,
  planned: true,
});

async function post(body: string, headers: Record<string, string> = {}): Promise<{ status: number; body: { data?: unknown; errors?: { message: string; extensions: { code: string } }[] }; headers: Headers }> {
  const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  return { status: response.status, body: (await response.json()) as never, headers: response.headers };
}

describe('a fetch over HTTP', () => {
  it('answers as the room in process does', async () => {
    const request = requestOf('query($n: Int!) { debts(first: $n) { id amountMinor } }', { n: 2 });
    expect(await client.execute(request)).toEqual(JSON.parse(JSON.stringify(await room.execute(request))));
  });

  it('reaches the room as the same actor, by passport, with index and request id', async () => {
    await client.execute(requestOf('{ __typename }'));
    expect(room.calls.at(-1)?.request).toMatchObject({ actor: { ...ACTOR, method: 'passport' }, atLeast: 7, requestId: 'request-1', planned: true });
  });

  it('brings back the ledger index the room stands on', async () => {
    room.ledgerIndex = 41;
    expect((await client.execute(requestOf('{ __typename }'))).ledgerIndex).toBe(41);
  });

  it('is aborted in the room when the caller gives up', async () => {
    const gone = new AbortController();
    const pending = client.execute({ ...requestOf('{ slow(ms: 1000) }'), signal: gone.signal });
    const entered = room.calls.length;
    while (room.calls.length === entered) await new Promise((resolve) => setTimeout(resolve, 5));
    gone.abort();
    await expect(pending).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const signal = room.calls.at(-1)?.request.signal;
    while (signal?.aborted === false) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(signal?.aborted).toBe(true);
  });
});

describe('a room', () => {
  const refused: [string, Record<string, string>, number, string][] = [
    ['without credential', {}, 401, 'UNAUTHENTICATED'],
    ['with a forged passport', { authorization: 'Passport a.b.c' }, 401, 'UNAUTHENTICATED'],
    ['with a malformed token', { authorization: 'Bearer nonsense' }, 401, 'UNAUTHENTICATED'],
    ['with another body than JSON', { 'content-type': 'text/plain' }, 400, 'BAD_INPUT'],
  ];
  it.each(refused)('refuses a caller %s', async (_name, headers, status, code) => {
    const calls = room.calls.length;
    const answer = await post('{"query":"{ __typename }"}', headers);
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([status, code]);
    expect(room.calls.length).toBe(calls);
  });

  it('refuses a passport sealed for other variables', async () => {
    const passport = await sealer.seal('debts', requestOf('query($n: Int!) { debts(first: $n) { id } }', { n: 1 }));
    const body = JSON.stringify({ query: 'query($n: Int!) { debts(first: $n) { id } }', variables: { n: 100 }, operationName: null });
    expect((await post(body, { authorization: `Passport ${passport}` })).status).toBe(401);
  });

  const malformed: [string, string][] = [
    ['no JSON', `{"query": "${SECRET}`],
    ['a list', '[]'],
    ['null', 'null'],
    ['no query', '{"variables":{}}'],
    ['a list of variables', '{"query":"{ a }","variables":[]}'],
  ];
  it.each(malformed)('refuses a body that is %s without repeating it', async (_name, body) => {
    const answer = await post(body, { authorization: `Bearer ${token}` });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([400, 'BAD_INPUT']);
    expect(JSON.stringify(answer.body)).not.toContain('Zhang');
  });

  it.each([true, false])('refuses a body above its limit (length announced: %s)', async (announced) => {
    const body = JSON.stringify({ query: `{ __typename } #${'x'.repeat(20_000)}` });
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(announced ? { body } : { body: new Blob([body]).stream() as never, duplex: 'half' as const }),
    });
    expect([response.status, await response.text()]).toEqual([429, expect.stringContaining('LIMIT_EXCEEDED') as string]);
  });

  it('validates what a bearer sends, since no planner vouches for it', async () => {
    const answer = await post('{"query":"{ debt(id: \\"debt_1\\") { id } }"}', { authorization: `Bearer ${token}`, 'x-ledger-at-least': '5' });
    expect(answer.body).toEqual({ data: { debt: { id: 'debt_1' } } });
    expect(room.calls.at(-1)?.request).toMatchObject({ planned: false, atLeast: 5, actor: { org: ORG, method: 'token' } });
    expect((await post('{"query":"{ nothing }"}', { authorization: `Bearer ${token}` })).status).toBe(400);
  });

  it.each(['-1', 'x', '1.5', '9'.repeat(20)])('refuses the ledger index %s', async (index) => {
    const answer = await post('{"query":"{ __typename }"}', { authorization: `Bearer ${token}`, 'x-ledger-at-least': index });
    expect(answer.body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT', argument: 'x-ledger-at-least' });
  });

  it('says that it lives, and why it is not ready', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await client.unready()).toEqual([]);
    room.reasons = ['the follower is 3 s behind'];
    expect(await client.unready()).toEqual(['the follower is 3 s behind']);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    room.reasons = [];
  });

  it('tells an alarm and is ready', async () => {
    room.warnings = ['a record waits'];
    expect(await client.unready()).toEqual([]);
    expect(await client.alarms()).toEqual(['a record waits']);
    room.warnings = [];
    expect(await client.alarms()).toEqual([]);
  });

  it.each(['/', '/graphql/', '/exports', '/_service'])('has nothing at %s for a stranger', async (url) => {
    expect([401, 404]).toContain((await fetch(`${server.url}${url}`)).status);
  });
});

describe('a route beside GraphQL', () => {
  it('knows its caller by passport', async () => {
    const passport = await sealer.seal('debts', { ...requestOf(routeDocument('GET', '/exports/7')) });
    const response = await fetch(`${server.url}/exports/7`, { headers: { authorization: `Passport ${passport}` } });
    expect(await response.json()).toEqual({ id: '7', org: ORG });
  });

  it('does not open by a passport for another path', async () => {
    const passport = await sealer.seal('debts', { ...requestOf(routeDocument('GET', '/exports/7')) });
    expect((await fetch(`${server.url}/exports/8`, { headers: { authorization: `Passport ${passport}` } })).status).toBe(401);
  });

  it('knows its caller by token', async () => {
    expect(await (await fetch(`${server.url}/exports/9`, { headers: { authorization: `Bearer ${token}` } })).json()).toEqual({ id: '9', org: ORG });
  });

  it('does not exist for another audience', async () => {
    expect((await fetch(`${server.url}/secrets/9`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
  });
});

describe('a room that is away', () => {
  async function answering(answer: Parameters<typeof createServer>[1]): Promise<{ url: string; broken: Server }> {
    const broken = createServer(answer as never);
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${(broken.address() as { port: number }).port}`, broken };
  }

  const faults: [string, (request: unknown, response: import('node:http').ServerResponse) => void][] = [
    ['is a proxy that answers with a page', (_request, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end(`<html>${SECRET}`)],
    ['refuses the gateway', (_request, response) => void response.writeHead(401).end('{"errors":[{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}]}')],
    ['cuts the connection', (_request, response) => void response.destroy()],
    ['answers without index', (_request, response) => void response.end('{"data":{}}')],
    ['answers no object', (_request, response) => void response.setHeader('x-ledger-index', 1).end('null')],
    ['does not answer in time', () => undefined],
  ];
  it.each(faults)('is UNAVAILABLE when it %s', async (_name, fault) => {
    const { url, broken } = await answering(fault);
    const impatient = openRoomClient({ room: 'debts', url, passports: sealer, deadlineMs: 300 });
    const failure = (await impatient.execute(requestOf('{ __typename }')).catch((error: unknown) => error)) as Error;
    await impatient.stop();
    broken.closeAllConnections();
    broken.close();
    expect(failure).toMatchObject({ code: 'UNAVAILABLE', message: 'The debts room does not answer.', extensions: { retryAfterMs: 1_000 } });
  });

  it('is UNAVAILABLE when nothing listens', async () => {
    const { url, broken } = await answering(() => undefined);
    await new Promise((resolve) => broken.close(resolve));
    const lonely = openRoomClient({ room: 'debts', url, passports: sealer, deadlineMs: 300 });
    await expect(lonely.execute(requestOf('{ __typename }'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await lonely.unready()).toEqual(['The debts room does not answer.']);
    await lonely.stop();
  });
});
