/** What a route beside GraphQL says when it failed: whether to ask again, never why; diagnostics have the cause under the same id. */
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import express from 'express';
import { sendRouteError } from '../../kernel/authenticated-route';
import { openDiagnostics } from '../../kernel/diagnostics';
import { HubError } from '../../kernel/errors';

const SECRET = '13800138000';
const broken = (code: string): Error => Object.assign(new Error(`Key (phone)=(${SECRET}) already exists.`), { code });

it.each<[string, Error, number, object, boolean]>([
  ['a database that is away', broken('57P01'), 503, { code: 'UNAVAILABLE', retryAfterMs: 1_000 }, true],
  ['a defect', broken('42501'), 500, { code: 'INTERNAL' }, true],
  ['a refusal', new HubError('NOT_FOUND', 'There is nothing here.'), 404, { code: 'NOT_FOUND' }, false],
])('%s', async (_case, error, status, extensions, isTold) => {
  const told: string[] = [];
  const diagnostics = openDiagnostics('info', new Writable({ write: (chunk, _encoding, done) => (told.push(String(chunk)), done()) }));
  const app = express().get('/', (_request, response) => sendRouteError(response, error, diagnostics));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const requestId = answer.headers.get('x-request-id');
    const body = await answer.text();
    expect(answer.status).toBe(status);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { ...extensions, requestId } }] });
    expect(told.filter((line) => line.includes(requestId as string))).toHaveLength(isTold ? 1 : 0);
    expect(body + told.join('')).not.toContain(SECRET);
  } finally {
    server.close();
  }
});
