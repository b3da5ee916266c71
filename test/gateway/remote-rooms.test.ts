/** The gateway over rooms in other processes: the same answers as in one, and downloads through its proxy. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Router } from 'express';
import { fetch } from 'undici';
import { openRoomProxy, type GatewayOptions } from '../../gateway/gateway';
import { actorOf } from '../../kernel/authenticated-route';
import type { Config } from '../../kernel/config';
import { gatewayCredentials, roomCredentials } from '../../kernel/credentials';
import { openDiagnostics } from '../../kernel/diagnostics';
import { openRoomClient } from '../../kernel/room-client';
import { serveRoom, type RoomServer } from '../../kernel/room-http';
import { codesOf, openSample, ORGS, type Sample } from './open-sample';

const EXPORT_BYTES = 300_000;
const servers = new Map<string, RoomServer>();
const closing: (() => Promise<void>)[] = [];

function exportRouter(config: Config): Router {
  const file = path.join(config.home, 'export.bundle');
  writeFileSync(file, Buffer.alloc(EXPORT_BYTES, 'x'));
  return Router()
    .get('/whole', (_request, response) => response.sendFile(file, { dotfiles: 'allow' }))
    .get('/stuck', (_request, response) => void response.set('content-length', '2').write('x', () => response.destroy()))
    .get('/mine', (_request, response) => void response.json({ org: actorOf(response).org, method: actorOf(response).method }));
}

async function overHttp(rooms: Sample['rooms'], config: Config): Promise<Partial<GatewayOptions>> {
  const { passports, tokens } = await gatewayCredentials(config);
  const clients = await Promise.all(
    Object.values(rooms).map(async (room) => {
      const routes = [{ path: '/exports', audiences: ['REGULATOR' as const], router: exportRouter(config) }];
      const server = await serveRoom(room, { port: 0, ...(await roomCredentials(config, room.name)), diagnostics: openDiagnostics('silent'), routes });
      servers.set(room.name, server);
      const client = openRoomClient({ room: room.name, url: server.url, passports, deadlineMs: config.limits.deadlineMs });
      closing.push(() => client.stop());
      return [room.name, client] as const;
    }),
  );
  const proxy = openRoomProxy({ paths: [{ path: '/exports', audiences: ['REGULATOR'] }], room: 'creditors', url: servers.get('creditors')?.url ?? '', passports });
  closing.push(() => proxy.stop());
  return { rooms: Object.fromEntries(clients), tokens, routes: proxy.routes };
}

let near: Sample;
let far: Sample;
beforeAll(async () => {
  near = await openSample();
  far = await openSample(overHttp);
});
afterAll(async () => {
  await Promise.all([near.stop(), far.stop()]);
  await Promise.all(closing.map((close) => close()));
  await Promise.all([...servers.values()].map((server) => server.stop()));
});

describe('rooms over HTTP', () => {
  const operations: [string, string][] = [
    ['a join', '{ debts(first: 12) { id amountMinor status agency { name licence { kind years } city { label } } } }'],
    ['a failure', '{ failure debts(first: 2) { agency { broken } } }'],
    ['a refusal', '{ refusal cities { label } }'],
    ['a lost value', '{ firm }'],
    ['an unknown field', '{ score }'],
    ['fragments and variables', 'query($n: Int = 2) { debts(first: $n) { ...A ... on Debt { agency { id } } } } fragment A on Debt { a: id status @include(if: false) }'],
  ];
  it.each(operations)('answer %s as rooms in process do', async (_name, query) => {
    const [here, there] = await Promise.all([near.ask('PARTNER', query), far.ask('PARTNER', query)]);
    const withoutId = (text: string) => text.replace(/"requestId":"[^"]+"/g, '"requestId":"…"');
    expect([there.status, withoutId(there.text)]).toEqual([here.status, withoutId(here.text)]);
  });

  it('know the actor by passport and carry the ledger index both ways', async () => {
    far.rooms.debts.ledgerIndex = 77;
    const answer = await far.ask('PARTNER', '{ debts(first: 1) { agency { name } } }', { headers: { 'x-purpose': 'SERVICING' } });
    expect(far.rooms.agencies.calls.at(-1)?.request).toMatchObject({ atLeast: 77, planned: true, actor: { method: 'passport', org: ORGS.PARTNER, purpose: 'SERVICING' } });
    expect(answer.headers.get('x-ledger-index')).toBe('77');
  });

  it('leave a partial answer and a named reason when one is away', async () => {
    await servers.get('agencies')?.stop();
    const answer = await far.ask('PARTNER', '{ debts(first: 1) { id agency { name } } }');
    expect([answer.status, codesOf(answer), answer.body.data]).toEqual([200, ['UNAVAILABLE'], { debts: [{ id: 'debt_0', agency: { name: null } }] }]);
    expect(answer.body.errors?.[0]).toMatchObject({ message: 'The agencies room does not answer.', extensions: { retryAfterMs: 1_000 } });
    expect(answer.text).not.toContain('127.0.0.1');
    expect((await far.send('/readyz')).body).toMatchObject({ ready: false, reasons: ['The agencies room does not answer.'] });
  });
});

describe('a download through the gateway', () => {
  const download = async (url: string, headers: Record<string, string> = {}) =>
    fetch(`${far.gateway.url}${url}`, { headers: { authorization: `Bearer ${await far.token('REGULATOR')}`, ...headers } });

  it('is the room\'s, byte for byte', async () => {
    const response = await download('/exports/whole');
    expect([response.status, response.headers.get('accept-ranges'), (await response.arrayBuffer()).byteLength]).toEqual([200, 'bytes', EXPORT_BYTES]);
  });

  it('resumes where it was cut', async () => {
    const response = await download('/exports/whole', { range: 'bytes=299990-' });
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([206, `bytes 299990-299999/${EXPORT_BYTES}`, 'xxxxxxxxxx']);
  });

  it('is cut, not completed, when the room fails in the middle', async () => {
    await expect(download('/exports/stuck').then((response) => response.arrayBuffer())).rejects.toThrow();
  });

  it('tells the room who downloads', async () => {
    expect(await (await download('/exports/mine')).json()).toEqual({ org: ORGS.REGULATOR, method: 'passport' });
  });

  it('does not exist for another audience, and needs a token', async () => {
    expect((await download('/exports/mine', { authorization: `Bearer ${await far.token('PARTNER')}` })).status).toBe(404);
    expect((await download('/exports/mine', { authorization: '' })).status).toBe(401);
  });
});
