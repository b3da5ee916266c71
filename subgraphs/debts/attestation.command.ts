/**
 * An agency attests what became of the data of a placement whose access has ended, signed when it has a key. The state of
 * the placement stays: what has ended is ended, and this says how.
 */
import { statementOf } from '../../audit/log/agency-signature';
import { decideSignature, SIGNATURE_RULES } from '../../kernel/agency-keys/signature';
import { keysOfAgency } from '../../kernel/agency-keys/standing';
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError, type Refusal } from '../../kernel/errors';
import { ATTESTATION_RULES, attestationState, refuseAttestation, type AttestationTerms } from './attestation';
import { returnOrDestructionAttested } from './attestation.event';
import { insertAttestation, latestAttestations } from './attestation.repository';
import type { AttestationRow } from './attestation.row';
import type { AttestReturnOrDestructionInput } from './attestation.type';
import { accessEnded } from './placement';
import { refusedStep } from './placement.command';
import { lockPlacement } from './placement.repository';
import type { PlacementRow } from './placement.row';
import { ATTESTATION_RULE_PACK } from './rule-pack';

interface Statement extends AttestationTerms {
  readonly evidenceHash: string | null;
}

type Signed = { readonly thumbprint: string | null } | { readonly refusal: Refusal };

async function signedBy(work: CommandWork, placement: PlacementRow, said: Statement, signature: string | null): Promise<Signed> {
  const { transaction } = work;
  // A key may have been revoked a moment ago: only standing known to be current decides.
  work.requireCurrentStanding();
  const { method, basis, retainedUntil, evidenceHash } = said;
  const statement = statementOf('RETURN_OR_DESTRUCTION', placement.agencyId, { basis, evidenceHash, method, placementId: placement.id, retainedUntil });
  return decideSignature({ statement, signature, keys: await keysOfAgency(transaction, placement.agencyId), now: transaction.now });
}

async function attest(work: CommandWork, placement: PlacementRow, input: AttestReturnOrDestructionInput): Promise<{ id: string } | RefusedCommand> {
  const { transaction } = work;
  const { now } = transaction;
  const said = { method: input.method, basis: input.basis ?? null, retainedUntil: input.retainedUntil ?? null, evidenceHash: input.evidenceHash ?? null };
  const signature = input.signature ?? null;
  const [latest = null] = await latestAttestations(transaction, [placement.id]);
  const due = accessEnded(placement);
  const refusal = refuseAttestation({ ...said, attestBy: due, latest, now });
  if (refusal !== null || due === null) return refusedStep(refusal!, placement);
  const signed = await signedBy(work, placement, said, signature);
  if ('refusal' in signed) return refusedStep(signed.refusal, placement);
  const attestation: AttestationRow = {
    ...said,
    placementId: placement.id,
    number: (latest?.number ?? 0) + 1,
    creditorId: placement.creditorId,
    borrowerId: placement.borrowerId,
    agencyId: placement.agencyId,
    thumbprint: signed.thumbprint,
    signature: signed.thumbprint === null ? null : signature,
    attestedAt: now,
  };
  await insertAttestation(transaction, attestation);
  const decision = work.allowedBy(ATTESTATION_RULE_PACK, [...ATTESTATION_RULES, ...SIGNATURE_RULES]);
  await work.record(returnOrDestructionAttested(placement, { attestation, isLate: attestationState(due, latest, now) === 'OVERDUE', decision }));
  return { id: placement.id };
}

export function attestReturnOrDestruction(context: RoomContext, input: AttestReturnOrDestructionInput): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'attestReturnOrDestruction',
    scope: 'placements:write',
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const placement = context.actor.audience === 'PARTNER' ? await lockPlacement(work.transaction, input.placementId) : null;
      if (placement === null) throw new HubError('NOT_FOUND', 'There is no such placement.');
      return attest(work, placement, input);
    },
  });
}
