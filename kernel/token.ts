/**
 * Bearer tokens (RFC 6750, RFC 7519): turns an authorization header into the Actor it proves, for gateway and rooms alike.
 * A token proves identity only. Refusals name the cause and never repeat any part of the token.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { idPrefix, type IdPrefix } from '../schema/ids';
import { AUDIENCES, type Audience } from '../schema/vocabulary';
import type { Actor } from './actor';
import type { TokenConfig } from './config';
import { HubError } from './errors';
import { readPublicKey } from './key-pair';
import { parsePurpose } from './purpose';

export type Identity = Omit<Actor, 'purpose'>;

/** The two headers an actor comes from, in node:http's form. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  readonly 'x-purpose'?: string | readonly string[] | undefined;
}

export interface TokenVerifier {
  /**
   * The actor behind the headers. `audience` is the endpoint's; null takes the single audience the token names
   * (a room has no audience of its own). Throws UNAUTHENTICATED, or UNAVAILABLE when the issuer's keys cannot be fetched.
   */
  authenticate(headers: CredentialHeaders, audience: Audience | null): Promise<Actor>;
}

export interface TokenVerifierOptions {
  readonly tokens: TokenConfig;
  readonly home: string;
  readonly now?: () => Date;
}

/** File name of the local issuer's key pair in the home folder. */
export const LOCAL_ISSUER_KEY = 'issuer';
/** Asymmetric signatures only: with HS256 allowed, a published public key could be used as a shared secret. */
const EXTERNAL_ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'];
const LOCAL_ALGORITHMS = ['EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
/** A token verified once is believed this long, so a key withdrawn by the issuer stops working within a minute. */
const BELIEVED_MS = 60_000;
/** About 400 bytes each: 4 MB at most. */
const BELIEVED_MAX = 10_000;
const TOKEN_LENGTH_MAX = 8_192;
const JWKS_TIMEOUT_MS = 3_000;
const RETRY_AFTER_MS = 1_000;

const ORG_PREFIX: Readonly<Record<Audience, IdPrefix>> = {
  INTERNAL: 'creditor',
  PARTNER: 'agency',
  REGULATOR: 'regulator',
  BORROWER: 'person',
};

/** The value of `aud` that a token for this audience carries. */
export function tokenAudience(tokens: TokenConfig, audience: Audience): string {
  return `${tokens.audience}:${audience.toLowerCase()}`;
}

export function openTokenVerifier({ tokens, home, now = () => new Date() }: TokenVerifierOptions): TokenVerifier {
  const believed = new LRUCache<string, { identity: Identity; untilMs: number }>({ max: BELIEVED_MAX });
  const keys = tokens.jwksUrl === null ? localKeys(home) : remoteKeys(tokens.jwksUrl);
  const algorithms = tokens.jwksUrl === null ? LOCAL_ALGORITHMS : EXTERNAL_ALGORITHMS;

  const verify = async (token: string, audience: Audience | null): Promise<Identity> => {
    const key = `${audience ?? ''} ${createHash('sha256').update(token).digest('base64')}`;
    const at = now();
    const known = believed.get(key);
    if (known !== undefined && at.getTime() < known.untilMs) return known.identity;
    const payload = await verifiedClaims(token, keys, {
      issuer: tokens.issuer,
      audience: audience === null ? AUDIENCES.map((each) => tokenAudience(tokens, each)) : tokenAudience(tokens, audience),
      algorithms,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'sub'],
      currentDate: at,
    });
    const identity = identityOf(payload, audience ?? namedAudience(payload, tokens));
    believed.set(key, { identity, untilMs: Math.min(at.getTime() + BELIEVED_MS, (payload.exp ?? 0) * 1000) });
    return identity;
  };

  return {
    authenticate: async (headers, audience) => {
      const identity = await verify(bearerToken(headers.authorization), audience);
      return { ...identity, purpose: parsePurpose(singleHeader(headers['x-purpose']), identity.audience) };
    },
  };
}

function unauthenticated(message: string, cause?: unknown): HubError {
  return new HubError('UNAUTHENTICATED', message, { cause });
}

function bearerToken(header: string | undefined): string {
  if (header === undefined || header === '') throw unauthenticated('A bearer token is needed in the authorization header.');
  const [, token] = /^Bearer +([^\s]+)$/i.exec(header) ?? [];
  if (token === undefined) throw unauthenticated('The authorization header must be "Bearer" and one token.');
  if (token.length > TOKEN_LENGTH_MAX) throw unauthenticated(`The token is longer than ${TOKEN_LENGTH_MAX} characters.`);
  return token;
}

/** Two purposes would let the caller choose afterwards which one was meant; they are joined, and so refused as unknown. */
function singleHeader(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' || value === undefined ? value : value.join(', ');
}

/** Read at the first use: a room may be up before anybody has asked the local issuer for a token. */
function localKeys(home: string): JWTVerifyGetKey {
  let key: KeyObject | null = null;
  return async () => {
    key ??= await readPublicKey(home, LOCAL_ISSUER_KEY);
    if (key === null) throw unauthenticated('This hub has not issued any token yet.');
    return key;
  };
}

function remoteKeys(jwksUrl: string): JWTVerifyGetKey {
  const keySet = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  return async (header, token) => {
    try {
      return await keySet(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
        throw unauthenticated('The issuer publishes no single key for this token.', error);
      }
      throw new HubError('UNAVAILABLE', "The token issuer's keys cannot be fetched.", { retryAfterMs: RETRY_AFTER_MS, cause: error });
    }
  };
}

async function verifiedClaims(token: string, keys: JWTVerifyGetKey, options: Parameters<typeof jwtVerify>[2]): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw unauthenticated(causeOf(error), error);
  }
}

function causeOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return claimCause(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return "The token's signature algorithm is not allowed.";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "The token's signature is not the issuer's.";
  return 'The token is not a signed JSON Web Token.';
}

function claimCause({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (claim === 'aud' && reason === 'check_failed') return 'The token is for another audience than this endpoint.';
  if (claim === 'iss' && reason === 'check_failed') return 'The token comes from another issuer.';
  if (claim === 'nbf') return 'The token is not valid yet.';
  const named = ['aud', 'exp', 'iat', 'iss', 'sub'].includes(claim) ? `claim ${claim}` : 'claims';
  return reason === 'missing' ? `The token lacks the ${named}.` : `The token's ${named} cannot be read.`;
}

function namedAudience(payload: JWTPayload, tokens: TokenConfig): Audience {
  const named = AUDIENCES.filter((audience) => [payload.aud].flat().includes(tokenAudience(tokens, audience)));
  const [only] = named;
  if (only === undefined || named.length > 1) throw unauthenticated('The token must name exactly one audience of this hub.');
  return only;
}

/** A pseudonym goes into the ledger for ever, so what looks like an e-mail address is refused as one. */
function isPseudonym(sub: string): boolean {
  return /^[\w.:|@~+/=-]{1,128}$/.test(sub) && !/@.*\./.test(sub);
}

function identityOf(payload: JWTPayload, audience: Audience): Identity {
  const sub = payload.sub ?? '';
  const prefix = ORG_PREFIX[audience];
  const claimed = payload['org'];
  const org = audience === 'BORROWER' && claimed === undefined ? sub : claimed;
  if (!isPseudonym(sub)) throw unauthenticated("The token's claim sub must be a pseudonym of at most 128 characters.");
  if (typeof org !== 'string' || idPrefix(org) !== prefix) {
    throw unauthenticated(`The token's claim org must be a ${prefix}_… id for this audience.`);
  }
  if (audience === 'BORROWER' && org !== sub) throw unauthenticated("A borrower's token must name the same person in sub and org.");
  return { audience, sub, org, scopes: scopesOf(payload['scope']), method: 'token' };
}

/** RFC 8693 section 4.2: a space-separated string. */
function scopesOf(scope: unknown): readonly string[] {
  if (scope === undefined) return [];
  if (typeof scope !== 'string') throw unauthenticated("The token's claim scope must be a space-separated string.");
  return scope.split(' ').filter((part) => part !== '');
}
