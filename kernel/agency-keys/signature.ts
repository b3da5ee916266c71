/**
 * Whether the hub takes what an agency states: signed where the agency has a key in force, by that key, over exactly this
 * statement. Refuses everything else with its rule; how a signature is read and verified stands in audit/log, for every reader alike.
 */
import type { AgencyPublicKey } from '../../audit/log/agency-key';
import { readSignature, signatureHolds } from '../../audit/log/agency-signature';
import type { Refusal } from '../errors';
import { refusalOf } from '../../schema/messages';

export const SIGNATURE_RULE_PACK = 'signature-2026.1';
export const SIGNATURE_RULES = ['SIGNATURE-GIVEN', 'SIGNATURE-KEY-KNOWN', 'SIGNATURE-KEY-IN-FORCE', 'SIGNATURE-VERIFIES'] as const;

/** A key as the ledger left it. */
export interface KeyStanding extends AgencyPublicKey {
  readonly validUntil: Date;
  readonly revoked: boolean;
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
export function decideSignature({ statement, signature, keys, now }: SignedClaim): SignatureDecision {
  if (signature === null) return keys.some((key) => inForce(key, now)) ? refuse('SIGNATURE-GIVEN') : { thumbprint: null };
  const read = readSignature(signature);
  if (read === null) return refuse('SIGNATURE-VERIFIES');
  const key = keys.find(({ thumbprint }) => thumbprint === read.thumbprint);
  if (key === undefined) return refuse('SIGNATURE-KEY-KNOWN');
  if (!inForce(key, now)) return refuse('SIGNATURE-KEY-IN-FORCE');
  return signatureHolds(read, statement, key) ? { thumbprint: key.thumbprint } : refuse('SIGNATURE-VERIFIES');
}
