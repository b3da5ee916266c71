/** `cession token`: claims of what it makes, and everything it refuses. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openTokenVerifier } from '../../kernel/token';
import { loadConfig } from '../../kernel/config';
import { newId } from '../../schema/ids';
import { runCli } from './run-cli';

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-token-'));
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

const agency = newId('agency');
const creditor = newId('creditor');
const person = newId('person');
const run = (...arguments_: string[]) => runCli(['token', ...arguments_], { env: { CESSION_HOME: home } });

describe('cession token', () => {
  it.each([
    ['partner', agency, ['--sub', 'clerk-7'], { audience: 'PARTNER', org: agency, sub: 'clerk-7', scopes: [] }],
    ['partner', agency, ['--scopes', 'placements:write, payments:write'], { audience: 'PARTNER', org: agency, sub: 'partner-user', scopes: ['placements:write', 'payments:write'] }],
    ['internal', creditor, [], { audience: 'INTERNAL', org: creditor, sub: 'operator', scopes: [] }],
    ['borrower', person, [], { audience: 'BORROWER', org: person, sub: person, scopes: [] }],
  ])('for %s %s %j is one the hub believes', async (audience, org, more, identity) => {
    const { exitCode, out } = await run('--audience', audience, '--org', org, ...more);
    expect(exitCode).toBe(0);
    const verifier = openTokenVerifier(loadConfig({ CESSION_HOME: home }));
    expect(await verifier.authenticate({ authorization: `Bearer ${out}` }, null)).toMatchObject({ ...identity, method: 'token' });
  });

  it('prints the token alone, or with its claims as JSON', async () => {
    expect((await run('--audience', 'partner', '--org', agency)).out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const before = Date.now();
    const answer = JSON.parse((await run('--audience', 'partner', '--org', agency, '--ttl', '30m', '--json')).out) as { token: string; expiresAt: string };
    const seconds = (Date.parse(answer.expiresAt) - before) / 1000;
    const claims = JSON.parse(Buffer.from(answer.token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
    expect(seconds).toBeGreaterThan(30 * 60 - 2);
    expect(Math.abs(claims.exp * 1000 - Date.parse(answer.expiresAt))).toBeLessThanOrEqual(1_000);
  });

  it('is never made where tokens come from an external issuer', async () => {
    const env = { CESSION_HOME: home, CESSION_TOKEN_JWKS_URL: 'https://issuer.example/jwks', CESSION_TOKEN_ISSUER: 'https://issuer.example', CESSION_TOKEN_AUDIENCE: 'hub' };
    const { exitCode, out, err } = await runCli(['token', '--audience', 'partner', '--org', agency], { env });
    expect({ exitCode, out }).toEqual({ exitCode: 69, out: '' });
    expect(err).toMatch(/external issuer.*\n.*CESSION_TOKEN_JWKS_URL/);
  });

  it.each([
    [['--org', agency], /required option '--audience/],
    [['--audience', 'partner'], /required option '--org/],
    [['--audience', 'police', '--org', agency], /Allowed choices are internal, partner, regulator, borrower/],
    [['--audience', 'internal', '--org', agency], /--org must be an id like creditor_…/],
    [['--audience', 'partner', '--org', 'agency_1'], /--org must be an id like agency_…/],
    [['--audience', 'borrower', '--org', person, '--sub', 'x'], /the same person in --org and --sub/],
    [['--audience', 'partner', '--org', agency, '--ttl', '8'], /whole number and s, m, h or d/],
    [['--audience', 'partner', '--org', agency, '--ttl', '31d'], /at most 30d/],
    [['--audience', 'partner', '--org', agency, '--scopes', 'everything'], /The scopes are agencies:write, .*agency-keys:write.*placements:write\./],
  ])('%j is refused with the reason', async (arguments_, message) => {
    const { exitCode, out, err } = await run(...arguments_);
    expect({ exitCode, out }).toEqual({ exitCode: 64, out: '' });
    expect(err).toMatch(message);
  });
});
