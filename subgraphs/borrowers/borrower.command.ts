/**
 * Registers one borrower: checks what was typed, seals every value under a fresh key and records the registration with its
 * contact points in the same transaction. Refuses a second Borrower of one identity number with the same creditor.
 */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { seal } from '../../kernel/vault/seal';
import { newId } from '../../schema/ids';
import { InputError } from '../../schema/input-error';
import { refusalOf } from '../../schema/messages';
import { holdGeneration } from './blind-fence';
import { EMPLOYER_BINDING, NAME_BINDING, nationalIdIndex, NATIONAL_ID_BINDING, PERSON_INDEX } from './borrower';
import { borrowersRegistered, contactPointAdded } from './borrower.event';
import { findByNationalId, insertBorrower, personOf } from './borrower.repository';
import type { RegisterBorrowerInput } from './borrower.type';
import { contactBinding } from './contact-point';
import { insertContactPoints } from './contact-point.repository';
import type { ContactPointRow } from './contact-point.row';
import { checkRegistration, type Registration } from './registration';

const RULE_PACK = 'borrower-2026.1';

export function registerBorrower(context: RoomContext, input: RegisterBorrowerInput): Promise<CommandOutcome> {
  const checked = checkRegistration(input);
  if (!checked.ok) throw new InputError(`input.${checked.part}`, checked.message);
  return runCommand(context, {
    name: 'registerBorrower',
    scope: 'borrowers:write',
    clientKey: input.clientKey,
    input,
    execute: (work) => execute(context, work, checked.registration),
  });
}

async function execute(context: RoomContext, work: CommandWork, borrower: Registration): Promise<{ id: string } | RefusedCommand> {
  const { keyStore } = context.services;
  const { transaction } = work;
  const creditorId = staffCreditor(context.actor);
  const streams = [`creditor:${creditorId}`] as const;
  const borrowerId = newId('borrower');
  if (borrower.nationalIdKey !== null) await holdGeneration(transaction, keyStore);
  const index = borrower.nationalIdKey === null ? null : keyStore.blind(nationalIdIndex(creditorId), borrower.nationalIdKey);
  if (index !== null && (await findByNationalId(transaction, creditorId, index)) !== null) {
    return { refusal: refusalOf({ ruleId: 'BORROWER-IDENTITY-NEW', rulePack: RULE_PACK }), hidden: { creditorId }, streams };
  }

  const key = (await keyStore.createKeys([borrowerId])).get(borrowerId)!;
  const sealed = (binding: string, value: string): Buffer => seal(key, binding, Buffer.from(value, 'utf8'));
  const freshPerson = newId('person');
  const personId = borrower.nationalIdKey === null ? freshPerson : await personOf(transaction, keyStore.blind(PERSON_INDEX, borrower.nationalIdKey), { borrowerId, freshId: freshPerson });
  const contacts = borrower.contactPoints.map(({ kind, value, source }): ContactPointRow => {
    const id = newId('contact');
    return { id, borrowerId, creditorId, kind, source, value: sealed(contactBinding(id), value), status: 'ACTIVE', addedAt: transaction.now };
  });
  await insertBorrower(transaction, {
    id: borrowerId,
    creditorId,
    name: sealed(NAME_BINDING, borrower.name),
    nationalId: borrower.nationalId === null ? null : sealed(NATIONAL_ID_BINDING, borrower.nationalId),
    nationalIdIndex: index,
    employer: borrower.employer === null ? null : sealed(EMPLOYER_BINDING, borrower.employer),
    registeredAt: transaction.now,
    erasedAt: null,
  });
  await insertContactPoints(transaction, contacts);
  await work.record(borrowersRegistered(creditorId, [{ borrowerId, personId }], null));
  for (const contact of contacts) await work.record(contactPointAdded(contact));
  return { id: borrowerId };
}
