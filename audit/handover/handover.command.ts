/**
 * An agency acknowledges what was handed to it, each share a command of its own: one refused receipt undoes no other, and
 * each has its entry in the streams of all whom the share concerned.
 */
import { decideSignature, SIGNATURE_RULES } from '../../kernel/agency-keys/signature';
import { keysOfAgency } from '../../kernel/agency-keys/standing';
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError, type Refusal } from '../../kernel/errors';
import { InputError } from '../../schema/input-error';
import type { StreamName } from '../../schema/vocabulary';
import { statementOf } from '../log/agency-signature';
import { HANDOVER_RULE_PACK, HANDOVER_RULES, refuseReceipt } from './handover';
import { creditorsOf, insertReceipt, readShare, type ShareRow } from './handover.repository';
import type { AcknowledgeHandoversInput, HandoverReceiptInput } from './handover.type';

const AT_A_TIME = 4;
/** A claim without a share stands in the streams of the agency's creditors; an entry has room for more, an attack does not. */
const CREDITORS_CONCERNED_MAX = 100;

/** What an agency signs of a share; shown with it, so that nobody has to put it together. */
export function receiptStatement(agencyId: string, { index, payloadHash }: Pick<ShareRow, 'index' | 'payloadHash'>): string {
  return statementOf('HANDOVER_RECEIVED', agencyId, { index, payloadHash });
}

function streamsOf({ agencyId, creditorIds, borrowerIds }: ShareRow): StreamName[] {
  return [`agency:${agencyId}`, ...creditorIds.map((id): StreamName => `creditor:${id}`), ...borrowerIds.map((id): StreamName => `borrower:${id}`)];
}

async function refused(work: CommandWork, agencyId: string, { ledgerIndex, payloadHash }: HandoverReceiptInput, { share, refusal }: { share: ShareRow | null; refusal: Refusal }): Promise<RefusedCommand> {
  const creditors = share?.creditorIds ?? (await creditorsOf(work.transaction, agencyId, CREDITORS_CONCERNED_MAX));
  return {
    refusal,
    hidden: { agencyId, claimedShare: ledgerIndex, claimedHash: payloadHash },
    streams: [`agency:${agencyId}`, ...creditors.map((id): StreamName => `creditor:${id}`)],
    about: `${ledgerIndex} ${payloadHash}`,
  };
}

async function acknowledge(work: CommandWork, agencyId: string, receipt: HandoverReceiptInput): Promise<{ id: string } | RefusedCommand> {
  work.requireCurrentStanding();
  const { transaction } = work;
  const { ledgerIndex: index, payloadHash, signature = null } = receipt;
  const share = await readShare(transaction, index);
  const mismatch = refuseReceipt(share === null ? null : { payloadHash: share.payloadHash, isAcknowledged: share.receiptIndex !== null }, payloadHash);
  if (mismatch !== null || share === null) return refused(work, agencyId, receipt, { share, refusal: mismatch! });
  const keys = await keysOfAgency(transaction, agencyId);
  const signed = decideSignature({ statement: receiptStatement(agencyId, { index, payloadHash }), signature, keys, now: transaction.now });
  if ('refusal' in signed) return refused(work, agencyId, receipt, { share, refusal: signed.refusal });
  const { thumbprint } = signed;
  const given = await insertReceipt(transaction, { shareIndex: index, agencyId, thumbprint, signature: thumbprint === null ? null : signature, receivedAt: transaction.now });
  const repeated = given ? null : refuseReceipt({ payloadHash, isAcknowledged: true }, payloadHash);
  if (repeated !== null) return refused(work, agencyId, receipt, { share, refusal: repeated });
  await work.record({
    type: 'audit.HandoverAcknowledged',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    decision: work.allowedBy(HANDOVER_RULE_PACK, [...HANDOVER_RULES, ...SIGNATURE_RULES]),
    facts: { share: index, payloadHash },
    hidden: { agencyId, ...(thumbprint === null || signature === null ? {} : { thumbprint, signature }) },
    streams: streamsOf(share),
  });
  return { id: String(index) };
}

function acknowledgeOne(context: RoomContext, clientKey: string, receipt: HandoverReceiptInput, bulk: AcknowledgeHandoversInput): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'acknowledgeHandover',
    scope: 'placements:write',
    clientKey,
    input: { bulk, ledgerIndex: receipt.ledgerIndex },
    execute(work) {
      const { audience, org } = context.actor;
      if (audience !== 'PARTNER') throw new HubError('NOT_PERMITTED', 'Only an agency may do this.', { ruleId: 'SCOPE-GRANTED' });
      return acknowledge(work, org, receipt);
    },
  });
}

/**
 * A receipt may arrive before this room has followed its share, and then be called a mismatch. So every receipt waits for
 * its share; one beyond the end of the ledger waits for nothing, since that is what a ledger cut short looks like.
 */
async function standOnShares(context: RoomContext, indexes: readonly number[]): Promise<void> {
  const last = Math.max(...indexes);
  const { size } = await context.services.ledger.read(last, 1, 0);
  context.reached(Math.min(last, size - 1));
}

/** In the order given. Repeated, each receipt gives its first answer; changed anywhere, the client key is in conflict. */
export async function acknowledgeHandovers(context: RoomContext, input: AcknowledgeHandoversInput): Promise<CommandOutcome[]> {
  const { clientKey, handovers } = input;
  const indexes = handovers.map(({ ledgerIndex }) => ledgerIndex);
  if (new Set(indexes).size !== indexes.length) throw new InputError('input.handovers', 'A handover is named twice.');
  if (indexes.some((index) => index < 0)) throw new InputError('input.handovers', 'A place in the ledger is counted from 0.');
  await standOnShares(context, indexes);
  const outcomes: CommandOutcome[] = [];
  const waiting = [...handovers.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) outcomes[next[0]] = await acknowledgeOne(context, `${clientKey}/${next[0]}`, next[1], input);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return outcomes;
}
