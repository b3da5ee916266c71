/** A passport opens for the fetch it was sealed for, and for nothing else. */
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Actor } from '../../kernel/actor';
import { passportOpener, passportSealer, type PassportSubject } from '../../kernel/passport';
import { newId } from '../../schema/ids';

const keys = generateKeyPairSync('ed25519');
const ACTOR: Actor = { audience: 'PARTNER', sub: 'officer-1', org: newId('agency'), scopes: ['debts:read'], purpose: 'COLLECTION', method: 'token' };
const SUBJECT: PassportSubject = { document: 'query Q($id: ID!) { debt(id: $id) { id } }', variables: { id: 'debt_1', list: [{ b: 1, a: 2 }] }, operationName: 'Q' };
const SEALED = { ...SUBJECT, actor: ACTOR, atLeast: 41, requestId: 'request-1' };

const overTheWire = (subject: PassportSubject) => JSON.parse(JSON.stringify(subject)) as PassportSubject;

describe('a passport', () => {
  it('opens for what it was sealed for, and says who asks by which way', async () => {
    const passport = await passportSealer(keys.privateKey).seal('debts', SEALED);
    const contents = await passportOpener('debts', keys.publicKey).open(passport, overTheWire(SUBJECT));
    expect(contents).toEqual({ actor: { ...ACTOR, method: 'passport' }, atLeast: 41, requestId: 'request-1' });
  });

  it('opens again for the same fetch', async () => {
    const passport = await passportSealer(keys.privateKey).seal('debts', SEALED);
    const opener = passportOpener('debts', keys.publicKey);
    await opener.open(passport, SUBJECT);
    await expect(opener.open(passport, SUBJECT)).resolves.toMatchObject({ requestId: 'request-1' });
  });

  const altered: [string, PassportSubject][] = [
    ['document', { ...SUBJECT, document: `${SUBJECT.document} ` }],
    ['variable', { ...SUBJECT, variables: { ...SUBJECT.variables, id: 'debt_2' } }],
    ['added variable', { ...SUBJECT, variables: { ...SUBJECT.variables, more: null } }],
    ['order in a list', { ...SUBJECT, variables: { id: 'debt_1', list: [{ a: 2, b: 1 }] } }],
    ['absence of variables', { ...SUBJECT, variables: null }],
    ['operation name', { ...SUBJECT, operationName: null }],
  ];
  it.each(altered)('does not open for another %s', async (_name, subject) => {
    const passport = await passportSealer(keys.privateKey).seal('debts', SEALED);
    await expect(passportOpener('debts', keys.publicKey).open(passport, subject)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(/another operation/) as string });
  });

  const claims: [string, (claims: Record<string, unknown>) => object][] = [
    ['audience', ({ actor }) => ({ actor: { ...(actor as object), audience: 'INTERNAL' } })],
    ['organisation', ({ actor }) => ({ actor: { ...(actor as object), org: newId('agency') } })],
    ['person', ({ actor }) => ({ actor: { ...(actor as object), sub: 'officer-2' } })],
    ['scope', ({ actor }) => ({ actor: { ...(actor as object), scopes: ['*'] } })],
    ['purpose', ({ actor }) => ({ actor: { ...(actor as object), purpose: 'SERVICING' } })],
    ['ledger index', () => ({ atLeast: -1 })],
    ['request id', () => ({ requestId: 'request-2' })],
    ['room', () => ({ aud: 'cession:room:borrowers' })],
    ['expiry', ({ exp }) => ({ exp: (exp as number) + 3600 })],
    ['document hash', () => ({ doc: 'other' })],
  ];
  it.each(claims)('does not open when its %s was rewritten', async (_name, rewrite) => {
    const [header = '', payload = '', signature = ''] = (await passportSealer(keys.privateKey).seal('debts', SEALED)).split('.');
    const original = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const rewritten = Buffer.from(JSON.stringify({ ...original, ...rewrite(original) })).toString('base64url');
    await expect(passportOpener('debts', keys.publicKey).open(`${header}.${rewritten}.${signature}`, SUBJECT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('does not open in another room', async () => {
    const passport = await passportSealer(keys.privateKey).seal('debts', SEALED);
    await expect(passportOpener('borrowers', keys.publicKey).open(passport, SUBJECT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('does not open under the key of another gateway', async () => {
    const passport = await passportSealer(generateKeyPairSync('ed25519').privateKey).seal('debts', SEALED);
    await expect(passportOpener('debts', keys.publicKey).open(passport, SUBJECT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    ['after its minute', 66_000],
    ['before it was sealed', -66_000],
  ])('does not open %s', async (_name, offsetMs) => {
    const passport = await passportSealer(keys.privateKey).seal('debts', SEALED);
    const opener = passportOpener('debts', keys.publicKey, () => new Date(Date.now() + offsetMs));
    await expect(opener.open(passport, SUBJECT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('cannot be a bearer token signed by the same key', async () => {
    const token = await new SignJWT({ iss: 'cession:gateway', aud: 'cession:room:debts' }).setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' }).setIssuedAt().setExpirationTime('1m').sign(keys.privateKey);
    await expect(passportOpener('debts', keys.publicKey).open(token, SUBJECT)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});
