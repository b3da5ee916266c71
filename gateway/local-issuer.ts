/**
 * The development issuer: mints bearer tokens with a key kept in the hub's home folder. It does not exist where tokens
 * come from an external issuer, so that no production hub can ever print one.
 */
import { SignJWT } from 'jose';
import type { Config } from '../kernel/config';
import { openKeyPair } from '../kernel/key-pair';
import { StartError } from '../kernel/start-error';
import { LOCAL_ISSUER_KEY, tokenAudience } from '../kernel/token';
import type { Audience } from '../schema/vocabulary';

export interface TokenRequest {
  readonly audience: Audience;
  /** `creditor_…`, `agency_…`, `regulator_…`; for BORROWER the `person_…` id. */
  readonly org: string;
  /** A pseudonym; for BORROWER the same as `org`. */
  readonly sub: string;
  readonly scopes: readonly string[];
  readonly ttlSeconds?: number;
}

export interface LocalIssuer {
  mintToken(request: TokenRequest): Promise<string>;
}

/** A working day: long enough for a trial, short enough that a token left in a shell history soon opens nothing. */
const DEFAULT_TTL_SECONDS = 8 * 3600;
const MAX_TTL_SECONDS = 30 * 24 * 3600;

/** Where tokens come from elsewhere, who can start a hub must not be able to become anybody in it. */
export function refuseExternalIssuer({ tokens }: Pick<Config, 'tokens'>): void {
  if (tokens.jwksUrl !== null) throw new StartError('Tokens of this hub come from an external issuer.', 'Ask that issuer for a token; CESSION_TOKEN_JWKS_URL names it.');
}

export async function openLocalIssuer({ tokens, home }: Pick<Config, 'tokens' | 'home'>, now: () => Date = () => new Date()): Promise<LocalIssuer> {
  refuseExternalIssuer({ tokens });
  const { privateKey } = await openKeyPair(home, LOCAL_ISSUER_KEY);
  return {
    mintToken: async ({ audience, org, sub, scopes, ttlSeconds = DEFAULT_TTL_SECONDS }) => {
      const issuedAt = Math.floor(now().getTime() / 1000);
      return new SignJWT({ org, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
        .setIssuer(tokens.issuer)
        .setSubject(sub)
        .setAudience(tokenAudience(tokens, audience))
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(issuedAt + Math.min(ttlSeconds, MAX_TTL_SECONDS))
        .sign(privateKey);
    },
  };
}
