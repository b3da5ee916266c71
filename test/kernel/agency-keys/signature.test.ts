/** A signature of an agency counts only when its own key in force made it over exactly this statement; every forgery has its refusal. */
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { parsePublicKey } from '../../../audit/log/agency-key';
import { isSignedBy, statementOf } from '../../../audit/log/agency-signature';
import { decideSignature, type KeyStanding } from '../../../kernel/agency-keys/signature';
import { newId } from '../../../schema/ids';
import { AgencySigner } from '../../support/agency-signer';

const NOW = new Date('2026-11-21T12:00:00.000Z');
const agencyId = newId('agency');
const statement = statementOf('HANDOVER_RECEIVED', agencyId, { index: 41, payloadHash: 'a'.repeat(64) });

function standing(signer: AgencySigner, change: Partial<KeyStanding> = {}): KeyStanding {
  return { ...parsePublicKey(signer.pem)!, validUntil: new Date('2027-01-01T00:00:00.000Z'), revoked: false, ...change };
}

const [own, curve, other] = [new AgencySigner(), new AgencySigner('P-256'), new AgencySigner()];
const keys = [standing(own), standing(curve)];
const ruleOf = (signature: string | null, held: readonly KeyStanding[] = keys, said = statement): string | null => {
  const decision = decideSignature({ statement: said, signature, keys: held, now: NOW });
  return 'refusal' in decision ? decision.refusal.ruleId : decision.thumbprint;
};

/** HS256 with the public key's bytes as the secret: what a verifier that trusts the header's algorithm would accept. */
function hmacConfusion(secret: string | Buffer): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: own.thumbprint })).toString('base64url');
  const mac = createHmac('sha256', secret).update(`${header}.${Buffer.from(statement).toString('base64url')}`).digest();
  return `${header}..${mac.toString('base64url')}`;
}

const part = (text: string, at: number): string => text.split('.')[at]!;

describe('a statement', () => {
  it('is canonical JSON that names its kind, its agency and what it is about', () => {
    expect(statement).toBe(`{"agencyId":"${agencyId}","index":41,"payloadHash":"${'a'.repeat(64)}","statement":"HANDOVER_RECEIVED","v":1}`);
  });

  it.each([
    ['Ed25519', own],
    ['P-256', curve],
  ])('signed with %s is accepted under that key', (_kind, signer) => {
    expect(ruleOf(signer.sign(statement))).toBe(signer.thumbprint);
  });

  it('need not be signed by an agency without a key, nor by one whose keys have all ended', () => {
    expect(ruleOf(null, [])).toBeNull();
    expect(ruleOf(null, [standing(own, { revoked: true }), standing(curve, { validUntil: NOW })])).toBeNull();
  });
});

describe('a forgery', () => {
  const signed = own.sign(statement);
  const none = Buffer.from(JSON.stringify({ alg: 'none', kid: own.thumbprint })).toString('base64url');

  it.each<[string, string | null, readonly KeyStanding[], string]>([
    ['left unsigned although a key is in force', null, keys, 'SIGNATURE-GIVEN'],
    ['by a key nobody registered', other.sign(statement), keys, 'SIGNATURE-KEY-KNOWN'],
    ["by another key under this key's name", other.sign(statement, { alg: 'EdDSA', kid: own.thumbprint }), keys, 'SIGNATURE-VERIFIES'],
    ['by a revoked key', signed, [standing(own, { revoked: true })], 'SIGNATURE-KEY-IN-FORCE'],
    ['by a key whose term ends at this instant', signed, [standing(own, { validUntil: NOW })], 'SIGNATURE-KEY-IN-FORCE'],
    ['over another payload hash', own.sign(statementOf('HANDOVER_RECEIVED', agencyId, { index: 41, payloadHash: 'b'.repeat(64) })), keys, 'SIGNATURE-VERIFIES'],
    ['over another index', own.sign(statementOf('HANDOVER_RECEIVED', agencyId, { index: 42, payloadHash: 'a'.repeat(64) })), keys, 'SIGNATURE-VERIFIES'],
    ['made for another kind of statement', own.sign(statementOf('RETURN_OR_DESTRUCTION', agencyId, { index: 41, payloadHash: 'a'.repeat(64) })), keys, 'SIGNATURE-VERIFIES'],
    ['made for another agency', own.sign(statementOf('HANDOVER_RECEIVED', newId('agency'), { index: 41, payloadHash: 'a'.repeat(64) })), keys, 'SIGNATURE-VERIFIES'],
    ['with alg none and no signature', `${none}..`, keys, 'SIGNATURE-VERIFIES'],
    ['with alg none and bytes in its place', `${none}..${'A'.repeat(86)}`, keys, 'SIGNATURE-VERIFIES'],
    ['with HS256 and the PEM as the secret', hmacConfusion(own.pem), keys, 'SIGNATURE-VERIFIES'],
    ['with HS256 and the DER as the secret', hmacConfusion(Buffer.from(keys[0]!.spki, 'base64')), keys, 'SIGNATURE-VERIFIES'],
    ['that claims the algorithm of another kind of key', own.sign(statement, { alg: 'ES256', kid: own.thumbprint }), keys, 'SIGNATURE-VERIFIES'],
    ['without the name of a key', own.sign(statement, { alg: 'EdDSA' }), keys, 'SIGNATURE-VERIFIES'],
    ['that brings its own key', other.sign(statement, { alg: 'EdDSA', kid: own.thumbprint, jwk: { kty: 'OKP' } }), keys, 'SIGNATURE-VERIFIES'],
    ['that says where to fetch the key', own.sign(statement, { alg: 'EdDSA', kid: own.thumbprint, jku: 'https://example.test' }), keys, 'SIGNATURE-VERIFIES'],
    ['with an unencoded payload', own.sign(statement, { alg: 'EdDSA', b64: false, crit: ['b64'], kid: own.thumbprint }), keys, 'SIGNATURE-VERIFIES'],
    ['that is not detached', signed.replace('..', `.${Buffer.from(statement).toString('base64url')}.`), keys, 'SIGNATURE-VERIFIES'],
    ['with another header before the same signature', `${part(own.sign('x', { kid: own.thumbprint, alg: 'EdDSA' }), 0)}..${part(signed, 2)}`, keys, 'SIGNATURE-VERIFIES'],
    ['whose last character spells the same bytes otherwise', `${signed.slice(0, -1)}${String.fromCharCode(signed.charCodeAt(signed.length - 1) + 1)}`, keys, 'SIGNATURE-VERIFIES'],
    ['with a flipped bit', `${signed.slice(0, -20)}${signed.at(-20) === 'A' ? 'B' : 'A'}${signed.slice(-19)}`, keys, 'SIGNATURE-VERIFIES'],
    ['that is empty', '', keys, 'SIGNATURE-VERIFIES'],
    ['that is long', 'A'.repeat(1_000_000), keys, 'SIGNATURE-VERIFIES'],
    ['whose header is no JSON', `${Buffer.from('nonsense').toString('base64url')}..${part(signed, 2)}`, keys, 'SIGNATURE-VERIFIES'],
  ])('%s is refused', (_forgery, signature, held, rule) => {
    expect(ruleOf(signature, held)).toBe(rule);
  });
});

describe('a public key', () => {
  it.each<[string, () => string]>([
    ['a private key', () => own.privatePem],
    ['an RSA key', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['a key of another curve', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['a key of exchange', () => generateKeyPairSync('x25519').publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['two keys in one text', () => own.pem + other.pem],
    ['a private key behind a public one', () => own.pem + own.privatePem],
    ['a text', () => 'ssh-ed25519 AAAA'],
    ['a label around nothing', () => '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'],
    ['a long text', () => `-----BEGIN PUBLIC KEY-----\n${'A'.repeat(1_000_000)}\n-----END PUBLIC KEY-----\n`],
  ])('is not %s', (_kind, pem) => {
    expect(parsePublicKey(pem())).toBeNull();
  });

  it('has the thumbprint of the example of RFC 8037 appendix A.3', () => {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url')]);
    const key = parsePublicKey(`-----BEGIN PUBLIC KEY-----\n${der.toString('base64')}\n-----END PUBLIC KEY-----\n`);
    expect(key?.thumbprint).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });

  it('shows possession only by its own signature under its own name', () => {
    const key = parsePublicKey(own.pem)!;
    expect(isSignedBy(key, 'said', own.sign('said'))).toBe(true);
    expect(isSignedBy(key, 'said', other.sign('said', { alg: 'EdDSA', kid: own.thumbprint }))).toBe(false);
    expect(isSignedBy(key, 'said', other.sign('said'))).toBe(false);
    expect(isSignedBy(key, 'said', own.sign('unsaid'))).toBe(false);
  });
});
