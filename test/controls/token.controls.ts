/** T: a token is believed only as its issuer made it, only where it was made for, and only as far as its scopes go. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { key } from '../support/scenario';
import { codesOf, ROLES, rulesOf, type Cast } from './cast';
import { control } from './control';

const ASK = '{"query":"{ __typename }"}';
const encode = (value: object): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
const decode = (part: string | undefined): Record<string, unknown> => JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

async function ask(cast: Cast, endpoint: string, token?: string): Promise<{ status: number; text: string; challenge: string | null }> {
  const response = await cast.send(`/${endpoint}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: ASK, ...(token !== undefined && { token }) });
  return { status: response.status, text: await response.text(), challenge: response.headers.get('www-authenticate') };
}

async function assertUnknown(cast: Cast, token: string): Promise<void> {
  const answer = await ask(cast, 'internal', token);
  assert.deepEqual([answer.status, answer.text.includes('"UNAUTHENTICATED"')], [401, true]);
  assert.ok(!answer.text.includes(token) && !answer.text.includes(token.split('.')[1]!), 'no part of the token comes back');
}

export const TOKEN_CONTROLS = [
  control('T-01', 'MUST refuse a request without a token, at every endpoint', 'RFC 6750 section 3', async (cast) => {
    for (const endpoint of ['internal', 'partner', 'regulator', 'borrower']) {
      const { status, challenge } = await ask(cast, endpoint);
      assert.deepEqual([status, challenge], [401, 'Bearer'], endpoint);
    }
  }),

  control('T-02', 'MUST refuse a token whose claims were changed, and repeat no part of it', 'RFC 7519 section 7.2; RFC 8725', async (cast) => {
    const [head, claims, signature] = cast.operator.token.split('.');
    await assertUnknown(cast, [head, encode({ ...decode(claims), org: cast.orgOf('stranger') }), signature].join('.'));
    await assertUnknown(cast, [head, encode({ ...decode(claims), exp: Math.floor(Date.now() / 1000) + 999_999 }), signature].join('.'));
  }),

  control('T-03', 'MUST refuse a token that is unsigned or signed by somebody else', 'RFC 8725 section 3.1, 3.2', async (cast) => {
    const [head, claims] = cast.operator.token.split('.');
    await assertUnknown(cast, `${encode({ alg: 'none' })}.${claims}.`);
    const shared = `${encode({ ...decode(head), alg: 'HS256' })}.${claims}`;
    await assertUnknown(cast, `${shared}.${createHmac('sha256', cast.vkey).update(shared).digest('base64url')}`);
    const own = `${encode({ ...decode(head), alg: 'EdDSA' })}.${claims}`;
    await assertUnknown(cast, `${own}.${sign(null, Buffer.from(own, 'ascii'), generateKeyPairSync('ed25519').privateKey).toString('base64url')}`);
  }),

  control('T-04', 'MUST refuse a token at the endpoint of another audience', 'RFC 7519 section 4.1.3; RFC 8725 section 3.9', async (cast) => {
    for (const role of ['operator', 'agency', 'regulator', 'borrower'] as const) {
      const own = ROLES[role].audience.toLowerCase();
      for (const endpoint of ['internal', 'partner', 'regulator', 'borrower']) {
        assert.equal((await ask(cast, endpoint, cast.as(role).token)).status, endpoint === own ? 200 : 401, `${role} at ${endpoint}`);
      }
    }
  }),

  control('T-05', "MUST refuse a command beyond a token's scopes, and name the scope", 'RFC 6750 section 3.1', async (cast) => {
    const { debtId } = await cast.entrusted();
    const input = { clientKey: key(), debtId, amount: { minor: 1, currency: 'TWD' }, receivedOn: '2026-01-01' };
    const answer = await cast.agency.ask('mutation Pay($input: RecordPaymentInput!) { recordPayment(input: $input) { __typename } }', { input });
    assert.deepEqual([answer.data, codesOf(answer), rulesOf(answer)], [null, ['NOT_PERMITTED'], ['SCOPE-HELD']]);
    assert.match(answer.errors[0]!.message, /payments:write/);
  }),

  control('T-06', "MUST refuse a purpose it does not know, and one that is not the caller's", 'PIPL Art. 6', async (cast) => {
    const { debtId } = await cast.entrusted();
    const debt = 'query Debt($debt: ID!) { debt(id: $debt) { balance { minor } } }';
    const unknown = await cast.agency.ask(debt, { debt: debtId }, { purpose: 'MARKETING' });
    assert.deepEqual([unknown.status, unknown.data, codesOf(unknown)], [400, null, ['BAD_INPUT']]);
    const foreign = await cast.agency.ask(debt, { debt: debtId }, { purpose: 'SUPERVISION' });
    assert.equal((foreign.data as { debt?: { balance: unknown } } | null)?.debt?.balance ?? null, null);
    assert.ok(foreign.errors.length > 0, 'it is told why');
  }),
];
