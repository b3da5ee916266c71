/** Grants and revokes the authority of staff: rules first, then the row and its event in one transaction. */
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { requireActingStaff } from './acting-staff.command';
import { AUTHORITY_RULE_PACK, checkAuthority, GRANT_RULES, refuseGrant, refuseRevocation, REVOCATION_RULES, type AuthorityTerms } from './staff-authority';
import { staffAuthorityGranted, staffAuthorityRevoked } from './staff-authority.event';
import { staffAuthorityRepository } from './staff-authority.repository';
import type { StaffAuthorityRow } from './staff-authority.row';

const SCOPE = 'authorities:write';

export interface AuthorityGrant {
  readonly clientKey: string;
  readonly staffSub: string;
  readonly purposes: readonly Purpose[];
  readonly categories: readonly DataCategory[];
  readonly scopes: readonly string[];
  readonly from?: Date | null;
  readonly until: Date;
}

export interface AuthorityRevocation {
  readonly clientKey: string;
  readonly authorityId: string;
  readonly reason: string;
}

function termsOf(input: AuthorityGrant, now: Date): AuthorityTerms {
  const { staffSub, purposes, categories, scopes, from, until } = input;
  return { staffSub, purposes: [...new Set(purposes)], categories: [...new Set(categories)], scopes: [...new Set(scopes)], validFrom: from ?? now, validUntil: until };
}

export function rowOfAuthority(creditorId: string, terms: AuthorityTerms, grantedAt: Date): StaffAuthorityRow {
  return {
    ...terms,
    id: newId('authority'),
    creditorId,
    purposes: [...terms.purposes],
    categories: [...terms.categories],
    scopes: [...terms.scopes],
    grantedAt,
    revokedAt: null,
    revocationReason: null,
  };
}

export function grantStaffAuthority(context: RoomContext, input: AuthorityGrant): Promise<CommandOutcome> {
  const { actor } = context;
  return runCommand(context, {
    name: 'grantStaffAuthority',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const { creditorId, held } = await requireActingStaff(actor, transaction, SCOPE);
      const terms = termsOf(input, transaction.now);
      checkAuthority(terms, transaction.now);
      const refusal = refuseGrant(terms, actor.sub, held, transaction.now);
      if (refusal !== null) return { refusal, hidden: { creditorId }, streams: [`creditor:${creditorId}`] };
      const authority = rowOfAuthority(creditorId, terms, transaction.now);
      await staffAuthorityRepository.insert(transaction, authority);
      await work.record(staffAuthorityGranted(authority, work.allowedBy(AUTHORITY_RULE_PACK, GRANT_RULES)));
      return { id: authority.id };
    },
  });
}

export function revokeStaffAuthority(context: RoomContext, input: AuthorityRevocation): Promise<CommandOutcome> {
  const { actor } = context;
  return runCommand(context, {
    name: 'revokeStaffAuthority',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const { creditorId } = await requireActingStaff(actor, transaction, SCOPE);
      await staffAuthorityRepository.lockOfCreditor(transaction, creditorId);
      const ofCreditor = await staffAuthorityRepository.ofCreditor(transaction, creditorId);
      const authority = ofCreditor.find(({ id }) => id === input.authorityId);
      if (authority === undefined) throw new HubError('NOT_FOUND', 'There is no such authority in your scope.', { argument: 'input.authorityId' });
      const refusal = refuseRevocation(authority, ofCreditor, transaction.now);
      if (refusal !== null) return { refusal, hidden: { creditorId, authorityId: authority.id }, streams: [`creditor:${creditorId}`] };
      await staffAuthorityRepository.revoke(transaction, authority.id, transaction.now, input.reason);
      await work.record(staffAuthorityRevoked(authority, input.reason, work.allowedBy(AUTHORITY_RULE_PACK, REVOCATION_RULES)));
      return { id: authority.id };
    },
  });
}
