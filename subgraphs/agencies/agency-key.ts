/**
 * With which keys an agency signs: registered by itself for a term, shown to be in its hands, revoked by itself for good.
 * Refuses a key that another agency registered or that the agency cannot sign with.
 */
import { parsePublicKey, type AgencyPublicKey } from '../../audit/log/agency-key';
import { isSignedBy, statementOf } from '../../audit/log/agency-signature';
import { HubError, type Refusal } from '../../kernel/errors';
import { refusalOf } from '../../schema/messages';

export const AGENCY_KEY_RULE_PACK = 'agency-key-2026.1';
export const REGISTRATION_RULES = ['AGENCY-KEY-TERM-BOUNDED', 'AGENCY-KEY-POSSESSED', 'AGENCY-KEY-REGISTERED-ONCE'] as const;
export const REVOCATION_RULES = ['AGENCY-KEY-NOT-REVOKED'] as const;

/** Own default: the term of a security attestation, after which a key is looked at anew. */
export const AGENCY_KEY_YEARS_MAX = 3;

const rulePack = AGENCY_KEY_RULE_PACK;

export interface KeyTerms {
  /** PEM. */
  readonly publicKey: string;
  readonly validUntil: Date;
}

/** The key, or BAD_INPUT: what is no public key is a mistake of the caller and no matter of rules. */
export function readKey({ publicKey, validUntil }: KeyTerms, at: Date): AgencyPublicKey {
  const key = parsePublicKey(publicKey);
  if (key === null) {
    throw new HubError('BAD_INPUT', 'This is not the PEM of one public key of Ed25519 or P-256.', { ruleId: 'AGENCY-KEY-FORM', argument: 'input.publicKey' });
  }
  if (validUntil <= at) throw new HubError('BAD_INPUT', 'The term of the key is over.', { ruleId: 'AGENCY-KEY-TERM-AHEAD', argument: 'input.validUntil' });
  return key;
}

export function refuseTerm({ validUntil }: KeyTerms, at: Date): Refusal | null {
  const latest = new Date(at);
  latest.setUTCFullYear(latest.getUTCFullYear() + AGENCY_KEY_YEARS_MAX);
  return validUntil <= latest ? null : refusalOf({ ruleId: 'AGENCY-KEY-TERM-BOUNDED', rulePack }, { years: AGENCY_KEY_YEARS_MAX });
}

/** Who cannot sign with a key could otherwise register a stranger's and make that stranger's signatures look like its own. */
export function refusePossession(key: AgencyPublicKey, agencyId: string, signature: string): Refusal | null {
  const statement = statementOf('AGENCY_KEY', agencyId, { thumbprint: key.thumbprint });
  return isSignedBy(key, statement, signature) ? null : refusalOf({ ruleId: 'AGENCY-KEY-POSSESSED', rulePack });
}

/** `known`: whether any agency registered it. */
export function refuseKnownKey(known: boolean): Refusal | null {
  return known ? refusalOf({ ruleId: 'AGENCY-KEY-REGISTERED-ONCE', rulePack }) : null;
}

export function refuseRevocation(revoked: boolean): Refusal | null {
  return revoked ? refusalOf({ ruleId: 'AGENCY-KEY-NOT-REVOKED', rulePack }) : null;
}
