/** Registers agencies and records their licences: hub-wide facts, entered by whichever creditor learns them first. */
import { staffCreditor } from '../../kernel/acting-staff';
import { runCommand, type CommandOutcome } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { AGENCY_RULE_PACK, checkAgency, checkLicence, refuseLicence, refuseRegistration, type AgencyTerms, type LicenceTerms } from './agency';
import { agencyRegistered, licenceRecorded } from './agency.event';
import { agencyRepository } from './agency.repository';

const SCOPE = 'agencies:write';

export interface AgencyRegistration extends AgencyTerms {
  readonly clientKey: string;
}

export interface LicenceRecord extends LicenceTerms {
  readonly clientKey: string;
  readonly agencyId: string;
}

export function registerAgency(context: RoomContext, input: AgencyRegistration): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'registerAgency',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const creditorId = staffCreditor(context.actor);
      checkAgency(input);
      const { name, jurisdiction, registrationNumber } = input;
      const agency = { id: newId('agency'), name, jurisdiction, registrationNumber, registeredAt: transaction.now };
      const inserted = await agencyRepository.insert(transaction, agency);
      const refusal = refuseRegistration(!inserted);
      if (refusal !== null) return { refusal, hidden: { creditorId }, streams: [`creditor:${creditorId}`] };
      await work.record(agencyRegistered(agency, work.allowedBy(AGENCY_RULE_PACK, ['AGENCY-REGISTERED-ONCE'])));
      return { id: agency.id };
    },
  });
}

export function recordLicence(context: RoomContext, input: LicenceRecord): Promise<CommandOutcome> {
  return runCommand(context, {
    name: 'recordLicence',
    scope: SCOPE,
    clientKey: input.clientKey,
    input,
    async execute(work) {
      const { transaction } = work;
      const creditorId = staffCreditor(context.actor);
      checkLicence(input);
      const { agencyId, kind, number, validFrom, validUntil } = input;
      const [agency] = await agencyRepository.byIds(transaction, [agencyId]);
      if (agency === null || agency === undefined) throw new HubError('NOT_FOUND', 'There is no such agency.', { argument: 'input.agencyId' });
      const licence = { id: newId('licence'), agencyId, kind, number, validFrom, validUntil, recordedAt: transaction.now };
      const inserted = await agencyRepository.insertLicence(transaction, licence);
      const refusal = refuseLicence(!inserted);
      if (refusal !== null) return { refusal, hidden: { creditorId, agencyId }, streams: [`creditor:${creditorId}`] };
      await work.record(licenceRecorded(licence, work.allowedBy(AGENCY_RULE_PACK, ['LICENCE-RECORDED-ONCE'])));
      return { id: licence.id };
    },
  });
}
