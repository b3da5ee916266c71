/** An agency's own side of its keys, written with node:crypto alone: what the hub verifies with a library is not made by the same one. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto';

const segment = (value: object | string): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8').toString('base64url');

function privateKeyOf(kind: 'ed25519' | 'P-256' | JsonWebKey): KeyObject {
  if (typeof kind === 'object') return createPrivateKey({ key: kind, format: 'jwk' });
  return (kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })).privateKey;
}

export class AgencySigner {
  readonly pem: string;
  readonly thumbprint: string;
  readonly algorithm: 'EdDSA' | 'ES256';
  private readonly privateKey: KeyObject;

  /** A new key, or one that is given: published examples have theirs. */
  constructor(kind: 'ed25519' | 'P-256' | JsonWebKey = 'ed25519') {
    this.privateKey = privateKeyOf(kind);
    const publicKey = createPublicKey(this.privateKey);
    this.algorithm = this.privateKey.asymmetricKeyType === 'ed25519' ? 'EdDSA' : 'ES256';
    this.pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
    this.thumbprint = createHash('sha256').update(kty === 'EC' ? JSON.stringify({ crv, kty, x, y }) : JSON.stringify({ crv, kty, x })).digest('base64url');
  }

  get privatePem(): string {
    return this.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  /** RFC 7515 appendix F: the payload is left out of the text. */
  sign(statement: string, header: object = { alg: this.algorithm, kid: this.thumbprint }): string {
    const input = Buffer.from(`${segment(header)}.${segment(statement)}`, 'ascii');
    const signature = this.algorithm === 'EdDSA' ? sign(null, input, this.privateKey) : sign('sha256', input, { key: this.privateKey, dsaEncoding: 'ieee-p1363' });
    return `${segment(header)}..${signature.toString('base64url')}`;
  }

  /** The statement that shows possession, spelt out as an agency would. */
  possession(agencyId: string): string {
    return this.sign(`{"agencyId":"${agencyId}","statement":"AGENCY_KEY","thumbprint":"${this.thumbprint}","v":1}`);
  }
}
