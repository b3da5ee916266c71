/** The door of the debts room: its schema, what opening it needs, and the way in for imports. Nothing else of it is entered. */
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import type { RoomContext } from '../../kernel/context';
import { outboxOf } from '../../kernel/outbox/outbox.resolver';
import type { RoomDefinition } from '../../kernel/room-host';
import { buildRoomSchema, type RoomSchema } from '../../schema/subgraph-schema';
import { AttestationResolver } from './attestation.resolver';
import { AttestationRow } from './attestation.row';
import { loadDebt } from './debt.repository';
import { BorrowerDebtsResolver, CreditorDebtsResolver, DebtResolver } from './debt.resolver';
import { DebtRow } from './debt.row';
import { toDebt } from './debt.type';
import { loadDetermination } from './determination.repository';
import { DeterminationResolver } from './determination.resolver';
import { DeterminationRow } from './determination.row';
import { toDetermination } from './determination.type';
import { CreateAttestations1763700004000 } from './migrations/create-attestations';
import { CreateDebts1763700001000 } from './migrations/create-debts';
import { CreateImport1763700002000 } from './migrations/create-import';
import { RecordSettlements1763700005000 } from './migrations/record-settlements';
import { loadPayment } from './payment.repository';
import { PaymentResolver } from './payment.resolver';
import { PaymentRow } from './payment.row';
import { toPayment } from './payment.type';
import { DEBTS_FOLLOWING } from './placement.follower';
import { PLACEMENT_GATE, reconsiderPlacement } from './placement.reconsideration';
import { loadGrant, loadPlacement } from './placement.repository';
import { AgencyPlacementsResolver, PlacementResolver } from './placement.resolver';
import { PlacementRow } from './placement.row';
import { toPlacement } from './placement.type';

export { CODE, REFERENCE_CHARACTERS_MAX } from './debt';
export { debtsImport } from './import/debts-import';
export { businessDate } from './rule-pack';
export type { HistoricPayment, ImportBatch, ImportTools as DebtsImportTools, MovedChunk, RejectedRow, StagedDebt } from './import/staged-debt';

async function shown<R, T>(row: Promise<R | null>, toShown: (row: R) => T): Promise<T | null> {
  const found = await row;
  return found === null ? null : toShown(found);
}

const OUTBOX = outboxOf('debts');

export function subgraphSchema(): RoomSchema {
  return buildRoomSchema<RoomContext>({
    resolvers: [DebtResolver, CreditorDebtsResolver, BorrowerDebtsResolver, DeterminationResolver, PaymentResolver, PlacementResolver, AttestationResolver, AgencyPlacementsResolver, OUTBOX.resolver],
    orphanedTypes: [OUTBOX.type],
    references: {
      Reconciliation: ({ id }) => ({ id }),
      Debt: ({ id }, context) => shown(loadDebt(context, id), toDebt),
      AmountDetermination: ({ id }, context) => shown(loadDetermination(context, id), toDetermination),
      Payment: ({ id }, context) => shown(loadPayment(context, id), toPayment),
      Placement: ({ id }, context) => shown(loadPlacement(context, id), toPlacement),
      Grant: ({ id }, context) => loadGrant(context, id),
      // Of other rooms' entities only the way to this room's lists; each list keeps its own row scope.
      Creditor: ({ id }) => ({ id }),
      Borrower: ({ id }) => ({ id }),
      Agency: ({ id }) => ({ id }),
    },
  });
}

export const debtsRoom: RoomDefinition = {
  name: 'debts',
  subgraph: subgraphSchema,
  rows: [DebtRow, DeterminationRow, PlacementRow, AttestationRow, PaymentRow],
  migrations: [roomTables('debts'), roomStanding('debts'), CreateDebts1763700001000, CreateImport1763700002000, CreateAttestations1763700004000, RecordSettlements1763700005000],
  following: DEBTS_FOLLOWING,
  reconsiderations: new Map([[PLACEMENT_GATE, reconsiderPlacement]]),
};
