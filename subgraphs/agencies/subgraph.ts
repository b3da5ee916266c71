/** The door of the agencies room: its subgraph and its definition. */
import type { RoomContext } from '../../kernel/context';
import { outboxOf } from '../../kernel/outbox/outbox.resolver';
import type { RoomDefinition } from '../../kernel/room-host';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import { buildRoomSchema, type RoomSchema } from '../../schema/subgraph-schema';
import { loadAgency } from './agency.loader';
import { AgencyKeyResolver } from './agency-key.resolver';
import { AgencyKeyRow } from './agency-key.row';
import { AgencyResolver, LicenceResolver, loadLicence } from './agency.resolver';
import { AgencyRow } from './agency.row';
import { CreditorEngagementsResolver, EngagementResolver, loadEngagement } from './engagement.resolver';
import { EngagementRow } from './engagement.row';
import { LicenceRow } from './licence.row';
import { CreateAgencies1763700001000 } from './migrations/create-agencies';
import { CreateAgencyKeys1763700003000 } from './migrations/create-agency-keys';
import { SecurityAttestationRow } from './security-attestation.row';

const OUTBOX = outboxOf('agencies');

export function subgraphSchema(): RoomSchema {
  return buildRoomSchema<RoomContext>({
    resolvers: [AgencyResolver, AgencyKeyResolver, LicenceResolver, EngagementResolver, CreditorEngagementsResolver, OUTBOX.resolver],
    orphanedTypes: [OUTBOX.type],
    references: {
      Reconciliation: ({ id }) => ({ id }),
      Agency: ({ id }, context) => loadAgency(context, id),
      Licence: ({ id }, context) => loadLicence(context, id),
      Engagement: ({ id }, context) => loadEngagement(context, id),
      // The creditors room answers for the creditor; this room only adds its engagements, which have a scope of their own.
      Creditor: ({ id }) => ({ id }),
    },
  });
}

export const agenciesRoom: RoomDefinition = {
  name: 'agencies',
  subgraph: subgraphSchema,
  rows: [AgencyRow, AgencyKeyRow, LicenceRow, EngagementRow, SecurityAttestationRow],
  migrations: [roomTables('agencies'), roomStanding('agencies'), CreateAgencies1763700001000, CreateAgencyKeys1763700003000],
  following: new Map(),
  reconsiderations: new Map(),
};
