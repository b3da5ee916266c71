/**
 * Adds one contact point. Whoever adds it must hold a right over the borrower that covers this kind of data for the purpose
 * named, and may claim only the sources lawful for him; an agency's addition is exact at the ledger: a recall that lands
 * first withdraws it.
 */
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError, type Refusal } from '../../kernel/errors';
import { decideRelease, RELEASE_RULE_PACK, type Subject } from '../../kernel/rights/right';
import { rightsOver } from '../../kernel/rights/rights.repository';
import { seal } from '../../kernel/vault/seal';
import { subjectKey } from '../../kernel/vault/subject-key';
import type { StreamName } from '../../schema/vocabulary';
import { newId } from '../../schema/ids';
import { InputError } from '../../schema/input-error';
import { refusalOf } from '../../schema/messages';
import { contactPointAdded } from './borrower.event';
import { loadScopeOf } from './borrower.repository';
import { categoryOf, contactBinding, CONTACT_RULE_PACK, CONTACT_RULES, isSourceLawfulFor, normaliseContact } from './contact-point';
import { WITHDRAW_CONTACT, withdrawalArgument } from './contact-point.reconsideration';
import { isErasureOrdered } from './erasure.repository';
import { insertContactPoints } from './contact-point.repository';
import type { ContactPointRow } from './contact-point.row';
import type { AddContactPointInput } from './contact-point.type';

/** Answered when the right moved on between decision and append; the entry is a refusal then. */
export const STALE_CONTACT_REFUSAL: Refusal = refusalOf({ ruleId: 'CONTACT-RIGHT-CURRENT', rulePack: CONTACT_RULE_PACK });

export function addContactPoint(context: RoomContext, input: AddContactPointInput): Promise<CommandOutcome> {
  const value = normaliseContact(input.kind, input.value);
  if (value === null) throw new InputError('input.value', 'This value cannot reach anybody by this means.');
  return runCommand(context, {
    name: 'addContactPoint',
    scope: 'borrowers:write',
    clientKey: input.clientKey,
    input,
    execute: (work) => execute(context, work, { ...input, value }),
  });
}

async function execute(context: RoomContext, work: CommandWork, input: AddContactPointInput): Promise<{ id: string } | RefusedCommand> {
  const { actor, services } = context;
  const { transaction } = work;
  const creditorId = await loadScopeOf(transaction, input.borrowerId);
  if (creditorId === null) throw new HubError('NOT_FOUND', 'There is no such borrower in your scope.', { argument: 'input.borrowerId' });
  const isAgency = actor.audience === 'PARTNER';
  if (isAgency) work.requireCurrentStanding();

  const subject: Subject = { creditorId, borrowerId: input.borrowerId, debtId: null };
  const [rights] = await rightsOver(transaction, actor, [subject]);
  const decision = decideRelease(rights!, actor.purpose, categoryOf(input.kind), transaction.now);
  if (!decision.ok) return { refusal: refusalOf({ ruleId: decision.ruleId, rulePack: RELEASE_RULE_PACK }), ...about(context, subject) };
  if (!isSourceLawfulFor(actor.audience, input.source)) {
    return { refusal: refusalOf({ ruleId: 'CONTACT-SOURCE-LAWFUL', rulePack: CONTACT_RULE_PACK }), ...about(context, subject) };
  }
  // Without an order a destroyed key is an erasure all the same: one that a restored room has not followed to yet.
  const key = (await isErasureOrdered(transaction, input.borrowerId)) ? null : await subjectKey(services.keyStore, input.borrowerId);
  if (key === null) return { refusal: refusalOf({ ruleId: 'CONTACT-BORROWER-KEPT', rulePack: CONTACT_RULE_PACK }), ...about(context, subject) };
  const id = newId('contact');
  const row: ContactPointRow = {
    id,
    borrowerId: input.borrowerId,
    creditorId,
    kind: input.kind,
    source: input.source,
    value: seal(key, contactBinding(id), Buffer.from(input.value, 'utf8')),
    status: 'ACTIVE',
    addedAt: transaction.now,
  };
  await insertContactPoints(transaction, [row]);
  const event = { ...contactPointAdded(row), decision: work.allowedBy(CONTACT_RULE_PACK, CONTACT_RULES) };
  if (!isAgency) await work.record(event);
  else await work.record({ ...event, expect: decision.right.positions }, { name: WITHDRAW_CONTACT, argument: withdrawalArgument(actor, row) });
  return { id };
}

function about({ actor }: RoomContext, subject: Subject): Pick<RefusedCommand, 'hidden' | 'streams'> {
  const streams: StreamName[] = [`borrower:${subject.borrowerId}`, `creditor:${subject.creditorId}`];
  if (actor.audience === 'PARTNER') streams.push(`agency:${actor.org}`);
  return { hidden: { borrowerId: subject.borrowerId, creditorId: subject.creditorId }, streams };
}
