/** The parties of a tour: who they are, what their tokens may do, and the token each asks with once its id is known. */
import type { LocalIssuer } from '../../gateway/gateway';
import type { Audience } from '../../schema/vocabulary';
import type { Caller } from './hub-client';
import type { CallerName, Parties } from './step';

interface Role {
  readonly audience: Audience;
  readonly sub: string;
  readonly scopes: readonly string[];
}

export const OPERATOR_SUB = 'tour-operator';

const AGENCY_SCOPES = ['placements:write', 'payments:write'];

const ROLES: Readonly<Record<CallerName, Role>> = {
  operator: {
    audience: 'INTERNAL',
    sub: OPERATOR_SUB,
    scopes: ['agencies:write', 'agreements:write', 'amounts:write', 'engagements:write', 'erasures:write', 'holds:write', 'placements:write'],
  },
  agency: { audience: 'PARTNER', sub: 'tour-agent', scopes: AGENCY_SCOPES },
  otherAgency: { audience: 'PARTNER', sub: 'tour-other-agent', scopes: AGENCY_SCOPES },
  regulator: { audience: 'REGULATOR', sub: 'tour-examiner', scopes: ['exports:write'] },
};
/** A tour takes seconds. */
const TTL_SECONDS = 600;

export function tourParties(issuer: LocalIssuer): Parties {
  const callers = new Map<CallerName, Caller>();
  return {
    callerOf(name) {
      const caller = callers.get(name);
      if (caller === undefined) throw new Error(`The tour has no token for ${name} yet.`);
      return caller;
    },
    async admit(name, org) {
      const { audience, sub, scopes } = ROLES[name];
      callers.set(name, { audience, token: await issuer.mintToken({ audience, org, sub, scopes, ttlSeconds: TTL_SECONDS }) });
    },
  };
}
