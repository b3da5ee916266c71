/** The door of the creditors room: its subgraph, its definition, and the bootstrap of the first creditor. */
import type { RoomContext } from '../../kernel/context';
import { outboxOf } from '../../kernel/outbox/outbox.resolver';
import type { RoomDefinition } from '../../kernel/room-host';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import { buildRoomSchema, type RoomSchema } from '../../schema/subgraph-schema';
import { AGENCY_FOLLOWING } from './agency.follower';
import { loadCreditor } from './creditor.loader';
import { CreditorResolver } from './creditor.resolver';
import { CreditorRow } from './creditor.row';
import { EntrustmentAgreementResolver, loadEntrustmentAgreement } from './entrustment-agreement.resolver';
import { EntrustmentAgreementRow } from './entrustment-agreement.row';
import { CreateCreditors1763700001000 } from './migrations/create-creditors';
import { loadStaffAuthority, StaffAuthorityResolver } from './staff-authority.resolver';
import { StaffAuthorityRow } from './staff-authority.row';
import { loadSupervisionMandate, SupervisionMandateResolver } from './supervision-mandate.resolver';
import { SupervisionMandateRow } from './supervision-mandate.row';

export { bootstrapCreditor, findCreditorId, type Bootstrapped, type BootstrapRequest } from './bootstrap';
export { STAFF_SCOPES } from './staff-authority';

const OUTBOX = outboxOf('creditors');

export function subgraphSchema(): RoomSchema {
  return buildRoomSchema<RoomContext>({
    resolvers: [CreditorResolver, StaffAuthorityResolver, SupervisionMandateResolver, EntrustmentAgreementResolver, OUTBOX.resolver],
    orphanedTypes: [OUTBOX.type],
    references: {
      Reconciliation: ({ id }) => ({ id }),
      Creditor: ({ id }, context) => loadCreditor(context, id),
      StaffAuthority: ({ id }, context) => loadStaffAuthority(context, id),
      SupervisionMandate: ({ id }, context) => loadSupervisionMandate(context, id),
      EntrustmentAgreement: ({ id }, context) => loadEntrustmentAgreement(context, id),
    },
  });
}

export const creditorsRoom: RoomDefinition = {
  name: 'creditors',
  subgraph: subgraphSchema,
  rows: [CreditorRow, StaffAuthorityRow, SupervisionMandateRow, EntrustmentAgreementRow],
  migrations: [roomTables('creditors'), roomStanding('creditors'), CreateCreditors1763700001000],
  following: AGENCY_FOLLOWING,
  reconsiderations: new Map(),
};
