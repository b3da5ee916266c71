/** Which bearer tokens prove an actor, and what each refusal says. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, chmodSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, SignJWT } from 'jose';
import { openLocalIssuer } from '../../gateway/local-issuer';
import type { TokenConfig } from '../../kernel/config';
import type { HubError } from '../../kernel/errors';
import { openKeyPair } from '../../kernel/key-pair';
import { openTokenVerifier, type CredentialHeaders, type TokenVerifier } from '../../kernel/token';
import { newId } from '../../schema/ids';
import type { Audience } from '../../schema/vocabulary';

const TOKENS: TokenConfig = { issuer: 'https://cession.local/issuer', audience: 'cession', jwksUrl: null };
const ORGS: Record<Audience, string> = { INTERNAL: newId('creditor'), PARTNER: newId('agency'), REGULATOR: newId('regulator'), BORROWER: newId('person') };

let home: string;
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'cession-token-'));
});
afterAll(() => rmSync(home, { recursive: true }));

async function refusalOf(verifier: TokenVerifier, headers: CredentialHeaders, audience: Audience | null = 'PARTNER'): Promise<HubError> {
  return verifier.authenticate(headers, audience).then(
    () => Promise.reject(new Error('The token was accepted.')),
    (error: unknown) => error as HubError,
  );
}

interface Draft {
  claims?: Record<string, unknown>;
  key?: KeyObject;
  alg?: string;
}

/** A token that is right in every claim but those given; undefined removes a claim. */
async function draftToken({ claims = {}, key, alg = 'EdDSA' }: Draft): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: TOKENS.issuer, aud: 'cession:partner', sub: 'officer-1', org: ORGS.PARTNER, scope: 'debts:read', exp: now + 60, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg }).sign(key ?? (await openKeyPair(home, 'issuer')).privateKey);
}

const unsigned = (claims: object) => `${encode({ alg: 'none' })}.${encode(claims)}.`;
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token of the local issuer', () => {
  it.each(Object.keys(ORGS) as Audience[])('proves an actor of the audience %s', async (audience) => {
    const sub = audience === 'BORROWER' ? ORGS.BORROWER : 'officer-1';
    const token = await (await openLocalIssuer({ tokens: TOKENS, home })).mintToken({ audience, org: ORGS[audience], sub, scopes: ['debts:read', 'placements:write'] });
    const actor = await openTokenVerifier({ tokens: TOKENS, home }).authenticate({ authorization: `Bearer ${token}` }, audience);
    expect(actor).toMatchObject({ audience, sub, org: ORGS[audience], scopes: ['debts:read', 'placements:write'], method: 'token' });
  });

  it('tells a room, which has no audience of its own, for which one it was made', async () => {
    const token = await draftToken({});
    const actor = await openTokenVerifier({ tokens: TOKENS, home }).authenticate({ authorization: `bearer ${token}` }, null);
    expect(actor.audience).toBe('PARTNER');
  });

  it('is signed with a key that only its owner can read', async () => {
    await openKeyPair(home, 'issuer');
    expect(statSync(path.join(home, 'issuer.key')).mode & 0o777).toBe(0o600);
  });

  it('cannot be minted where an external issuer is configured', async () => {
    await expect(openLocalIssuer({ tokens: { ...TOKENS, jwksUrl: 'https://issuer.example/jwks' }, home })).rejects.toThrow(/external issuer/);
  });

  it('cannot be minted with a key that others can read', async () => {
    await openKeyPair(home, 'loose');
    chmodSync(path.join(home, 'loose.key'), 0o644);
    await expect(openKeyPair(home, 'loose')).rejects.toThrow(/chmod 600/);
  });

  it('is the same however many processes ask for the first one at once', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => openKeyPair(home, 'raced')));
    expect(new Set(pairs.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }))).size).toBe(1);
  });
});

describe('a token is refused', () => {
  const now = Math.floor(Date.now() / 1000);
  const cases: [string, Draft, RegExp][] = [
    ['when expired', { claims: { exp: now - 60 } }, /has expired/],
    ['without expiry', { claims: { exp: undefined } }, /lacks the claim exp/],
    ['before its time', { claims: { nbf: now + 600 } }, /not valid yet/],
    ['of another issuer', { claims: { iss: 'https://elsewhere' } }, /another issuer/],
    ['of another audience', { claims: { aud: 'cession:internal' } }, /another audience/],
    ['of another hub', { claims: { aud: 'other:partner' } }, /another audience/],
    ['without audience', { claims: { aud: undefined } }, /lacks the claim aud/],
    ['without subject', { claims: { sub: undefined } }, /lacks the claim sub/],
    ['whose subject is an e-mail address', { claims: { sub: 'li.wei@example.com' } }, /pseudonym/],
    ['without organisation', { claims: { org: undefined } }, /agency_… id/],
    ['whose organisation is of another audience', { claims: { org: ORGS.INTERNAL } }, /agency_… id/],
    ['whose organisation is no id', { claims: { org: 'agency_1' } }, /agency_… id/],
    ['whose scope is a list', { claims: { scope: ['debts:read'] } }, /space-separated/],
    ['of another key', { key: generateKeyPairSync('ed25519').privateKey }, /signature is not the issuer's/],
    ['of another algorithm', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, alg: 'RS256' }, /algorithm is not allowed/],
  ];
  it.each(cases)('%s', async (_name, draft, message) => {
    const token = await draftToken(draft);
    const refusal = await refusalOf(openTokenVerifier({ tokens: TOKENS, home }), { authorization: `Bearer ${token}` });
    expect(refusal.code).toBe('UNAUTHENTICATED');
    expect(refusal.message).toMatch(message);
    expect(refusal.message).not.toContain(token);
  });

  const malformed: [string, string | undefined, RegExp][] = [
    ['absent', undefined, /bearer token is needed/],
    ['empty', '', /bearer token is needed/],
    ['of another scheme', 'Basic dXNlcjpwYXNz', /"Bearer" and one token/],
    ['two tokens', 'Bearer a b', /"Bearer" and one token/],
    ['no JWT', 'Bearer nonsense', /not a signed JSON Web Token/],
    ['a JWT cut short', 'Bearer eyJhbGciOiJFZERTQSJ9.e30', /not a signed JSON Web Token/],
    ['far too long', `Bearer ${'a'.repeat(9_000)}`, /longer than/],
    ['unsigned', `Bearer ${unsigned({ iss: TOKENS.issuer, aud: 'cession:partner', sub: 'x', exp: now + 60 })}`, /algorithm is not allowed/],
  ];
  it.each(malformed)('when the header is %s', async (_name, authorization, message) => {
    const refusal = await refusalOf(openTokenVerifier({ tokens: TOKENS, home }), { authorization });
    expect([refusal.code, refusal.message]).toEqual(['UNAUTHENTICATED', expect.stringMatching(message)]);
  });

  it('by a room when it names two audiences', async () => {
    const token = await draftToken({ claims: { aud: ['cession:partner', 'cession:internal'] } });
    const refusal = await refusalOf(openTokenVerifier({ tokens: TOKENS, home }), { authorization: `Bearer ${token}` }, null);
    expect(refusal.message).toMatch(/exactly one audience/);
  });

  it('from the instant it expires, although it was believed before', async () => {
    let at = Date.now();
    const verifier = openTokenVerifier({ tokens: TOKENS, home, now: () => new Date(at) });
    const headers = { authorization: `Bearer ${await draftToken({ claims: { exp: Math.floor(at / 1000) + 30 } })}` };
    await expect(verifier.authenticate(headers, 'PARTNER')).resolves.toMatchObject({ sub: 'officer-1' });
    at += 40_000;
    expect((await refusalOf(verifier, headers)).message).toMatch(/has expired/);
  });

  it('on another endpoint, although this one believes it', async () => {
    const verifier = openTokenVerifier({ tokens: TOKENS, home });
    const headers = { authorization: `Bearer ${await draftToken({})}` };
    await verifier.authenticate(headers, 'PARTNER');
    expect((await refusalOf(verifier, headers, 'INTERNAL')).message).toMatch(/another audience/);
  });

  it('before any was issued', async () => {
    const empty = mkdtempSync(path.join(home, 'empty-'));
    const refusal = await refusalOf(openTokenVerifier({ tokens: TOKENS, home: empty }), { authorization: `Bearer ${await draftToken({})}` });
    expect(refusal.message).toMatch(/not issued any token/);
  });
});

describe('the purpose header', () => {
  const cases: [Audience, string | undefined, string | null][] = [
    ['INTERNAL', 'COLLECTION', 'COLLECTION'],
    ['PARTNER', undefined, null],
    ['PARTNER', '', null],
    ['REGULATOR', undefined, 'SUPERVISION'],
    ['REGULATOR', 'SUPERVISION', 'SUPERVISION'],
    ['BORROWER', undefined, 'OWN_RIGHTS'],
  ];
  it.each(cases)('of %s: %s means %s', async (audience, purpose, expected) => {
    const token = await draftToken({ claims: { aud: `cession:${audience.toLowerCase()}`, org: ORGS[audience], ...(audience === 'BORROWER' && { sub: ORGS.BORROWER }) } });
    const actor = await openTokenVerifier({ tokens: TOKENS, home }).authenticate({ authorization: `Bearer ${token}`, 'x-purpose': purpose }, audience);
    expect(actor.purpose).toBe(expected);
  });

  const refused: [Audience, string | string[], string][] = [
    ['PARTNER', 'MARKETING', 'BAD_INPUT'],
    ['PARTNER', ['COLLECTION', 'SERVICING'], 'BAD_INPUT'],
    ['PARTNER', 'SUPERVISION', 'NOT_PERMITTED'],
    ['INTERNAL', 'OWN_RIGHTS', 'NOT_PERMITTED'],
    ['REGULATOR', 'COLLECTION', 'NOT_PERMITTED'],
  ];
  it.each(refused)('of %s may not be %s', async (audience, purpose, code) => {
    const token = await draftToken({ claims: { aud: `cession:${audience.toLowerCase()}`, org: ORGS[audience] } });
    const refusal = await refusalOf(openTokenVerifier({ tokens: TOKENS, home }), { authorization: `Bearer ${token}`, 'x-purpose': purpose }, audience);
    expect(refusal.extensions).toMatchObject({ code, argument: 'x-purpose' });
  });
});

describe('an external issuer', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let issuer: Server;
  let answering = true;
  beforeAll(async () => {
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
    issuer = createServer((_request, response) => {
      response.writeHead(answering ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => issuer.close());
  const external = () => openTokenVerifier({ tokens: { ...TOKENS, jwksUrl: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}` }, home });

  it('is believed by the keys it publishes', async () => {
    const token = await draftToken({ key: pair.privateKey, alg: 'ES256' });
    await expect(external().authenticate({ authorization: `Bearer ${token}` }, 'PARTNER')).resolves.toMatchObject({ org: ORGS.PARTNER });
  });

  it('does not make the local key good', async () => {
    const refusal = await refusalOf(external(), { authorization: `Bearer ${await draftToken({})}` });
    expect(refusal.message).toMatch(/publishes no single key/);
  });

  it('may not use a shared secret', async () => {
    const secret = Buffer.alloc(32, 1);
    const token = await new SignJWT({ iss: TOKENS.issuer }).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret);
    expect((await refusalOf(external(), { authorization: `Bearer ${token}` })).message).toMatch(/algorithm is not allowed/);
  });

  it('that is away makes the hub unavailable, not the caller unauthenticated', async () => {
    answering = false;
    const refusal = await refusalOf(external(), { authorization: `Bearer ${await draftToken({ key: pair.privateKey, alg: 'ES256' })}` });
    expect(refusal.extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 1_000 });
  });
});
