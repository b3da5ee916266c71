/**
 * What an agency signs and how it is verified: a detached JWS (RFC 7515 appendix F) over a canonical statement that names
 * what is stated, by whom and about what. Refuses any header beyond the algorithm and the key's name.
 */
import { compactVerify, decodeProtectedHeader } from 'jose';
import { canonicalize, type JsonValue } from '../../audit/log/canonical';
import type { Refusal } from '../errors';
import { refusalOf } from '../../schema/messages';
import { openPublicKey, type AgencyPublicKey } from './public-key';

export const SIGNATURE_RULE_PACK = 'signature-2026.1';
export const SIGNATURE_RULES = ['SIGNATURE-GIVEN', 'SIGNATURE-KEY-KNOWN', 'SIGNATURE-KEY-IN-FORCE', 'SIGNATURE-VERIFIES'] as const;

/** Tells kinds of statement apart, so that a signature under one can never stand for another. */
export type StatementKind = 'AGENCY_KEY' | 'HANDOVER_RECEIVED' | 'RETURN_OR_DESTRUCTION';

/** RFC 8785: whoever knows the members writes the same bytes. */
export function statementOf(statement: StatementKind, agencyId: string, members: { readonly [name: string]: JsonValue }): string {
  return canonicalize({ ...members, agencyId, statement, v: 1 });
}

/** A key as the ledger left it. */
export interface KeyStanding extends AgencyPublicKey {
  readonly validUntil: Date;
  readonly revoked: boolean;
}

interface ReadSignature {
  readonly thumbprint: string;
  readonly algorithm: unknown;
  readonly header: string;
  readonly signature: string;
}

/** `header..signature`; an Ed25519 or P-256 signature has 86 characters, the header as many again and some. */
const DETACHED = /^([A-Za-z0-9_-]{1,500})\.\.([A-Za-z0-9_-]{86})$/;

/**
 * Only `alg` and `kid`: a header may otherwise bring its own key (`jwk`, `x5c`), say where to fetch one (`jku`, `x5u`), or
 * change what is signed (`b64`, `crit`).
 */
function readSignature(text: string): ReadSignature | null {
  const [, header, signature] = DETACHED.exec(text) ?? [];
  if (header === undefined || signature === undefined) return null;
  try {
    const { alg, kid, ...others } = decodeProtectedHeader(text);
    return typeof kid === 'string' && Object.keys(others).length === 0 ? { thumbprint: kid, algorithm: alg, header, signature } : null;
  } catch {
    return null;
  }
}

async function verifies({ header, signature }: ReadSignature, statement: string, key: AgencyPublicKey): Promise<boolean> {
  const payload = Buffer.from(statement, 'utf8').toString('base64url');
  try {
    await compactVerify(`${header}.${payload}.${signature}`, openPublicKey(key.spki), { algorithms: [key.algorithm] });
    return true;
  } catch {
    return false;
  }
}

type PlainRule = (typeof SIGNATURE_RULES)[number];
const refuse = (ruleId: PlainRule): { readonly refusal: Refusal } => ({ refusal: refusalOf({ ruleId, rulePack: SIGNATURE_RULE_PACK }) });

/** `thumbprint` null: nothing was signed, and nothing had to be. */
export type SignatureDecision = { readonly thumbprint: string | null } | { readonly refusal: Refusal };

export interface SignedClaim {
  readonly statement: string;
  readonly signature: string | null;
  /** Every key the agency ever registered, revoked ones too: a signature under one of those is answered as such. */
  readonly keys: readonly KeyStanding[];
  readonly now: Date;
}

const inForce = (key: KeyStanding, now: Date): boolean => !key.revoked && key.validUntil > now;

/** An agency that has a key signs: a statement it could later disown would be no evidence against it. */
export async function decideSignature({ statement, signature, keys, now }: SignedClaim): Promise<SignatureDecision> {
  if (signature === null) return keys.some((key) => inForce(key, now)) ? refuse('SIGNATURE-GIVEN') : { thumbprint: null };
  const read = readSignature(signature);
  if (read === null) return refuse('SIGNATURE-VERIFIES');
  const key = keys.find(({ thumbprint }) => thumbprint === read.thumbprint);
  if (key === undefined) return refuse('SIGNATURE-KEY-KNOWN');
  if (!inForce(key, now)) return refuse('SIGNATURE-KEY-IN-FORCE');
  return read.algorithm === key.algorithm && (await verifies(read, statement, key)) ? { thumbprint: key.thumbprint } : refuse('SIGNATURE-VERIFIES');
}

/** Whether `key` itself signed: how a key is registered, before anybody knows it. */
export async function isSignedBy(key: AgencyPublicKey, statement: string, signature: string): Promise<boolean> {
  const read = readSignature(signature);
  return read !== null && read.thumbprint === key.thumbprint && read.algorithm === key.algorithm && (await verifies(read, statement, key));
}
