/** An agency registers and revokes the keys it signs with: nobody else does it for it, so nobody else can sign in its name. */
import { runCommand, type CommandOutcome, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError, type Refusal } from '../../kernel/errors';
import { AGENCY_KEY_RULE_PACK, readKey, refuseKnownKey, refusePossession, refuseRevocation, refuseTerm, REGISTRATION_RULES, REVOCATION_RULES, type KeyTerms } from './agency-key';
import { agencyKeyRegistered, agencyKeyRevoked } from './agency-key.event';
import { agencyKeyRepository } from './agency-key.repository';
import { agencyRepository } from './agency.repository';

/** Apart from the scopes of daily work: whoever may answer placements need not be able to replace the key. */
const SCOPE = 'agency-keys:write';

export interface KeyRegistration extends KeyTerms {
  readonly clientKey: string;
  readonly possession: string;
}

export interface KeyRevocation {
  readonly clientKey: string;
  readonly thumbprint: string;
  readonly reason: string;
}

/** The agency the actor acts for; refuses every other audience, whichever way the command came. */
function actingAgency({ actor }: RoomContext): string {
  if (actor.audience !== 'PARTNER') throw new HubError('NOT_PERMITTED', 'Only an agency may do this.', { ruleId: 'SCOPE-GRANTED' });
  return actor.org;
}

const refused = (refusal: Refusal, agencyId: string): RefusedCommand => ({ refusal, hidden: { agencyId }, streams: [`agency:${agencyId}`] });

export function registerAgencyKey(context: RoomContext, input: KeyRegistration): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'registerAgencyKey',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const agencyId = actingAgency(context);
      const [agency] = await agencyRepository.byIds(transaction, [agencyId]);
      if (agency === null || agency === undefined) throw new HubError('NOT_FOUND', 'There is no such agency.');
      const key = readKey(input, transaction.now);
      const refusal = refuseTerm(input, transaction.now) ?? refusePossession(key, agencyId, input.possession);
      if (refusal !== null) return refused(refusal, agencyId);
      const row = { ...key, agencyId, registeredAt: transaction.now, validUntil: input.validUntil };
      const known = refuseKnownKey(!(await agencyKeyRepository.insert(transaction, row)));
      if (known !== null) return refused(known, agencyId);
      await work.record(agencyKeyRegistered(row, input.possession, work.allowedBy(AGENCY_KEY_RULE_PACK, REGISTRATION_RULES)));
      return { id: key.thumbprint };
    },
  });
}

export function revokeAgencyKey(context: RoomContext, input: KeyRevocation): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'revokeAgencyKey',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const agencyId = actingAgency(context);
      const key = await agencyKeyRepository.lock(transaction, input.thumbprint);
      if (key === null) throw new HubError('NOT_FOUND', 'There is no such key in your scope.', { argument: 'input.thumbprint' });
      const refusal = refuseRevocation(key.revokedAt !== null);
      if (refusal !== null) return refused(refusal, agencyId);
      await agencyKeyRepository.revoke(transaction, key.thumbprint, { revokedAt: transaction.now, revocationReason: input.reason });
      await work.record(agencyKeyRevoked(key, input.reason, work.allowedBy(AGENCY_KEY_RULE_PACK, REVOCATION_RULES)));
      return { id: key.thumbprint };
    },
  });
}
