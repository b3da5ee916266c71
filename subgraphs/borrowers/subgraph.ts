/**
 * The one door of the borrowers room: its subgraph, its definition for the kernel, and what an import does in it.
 */
import type { RoomContext } from '../../kernel/context';
import { outboxOf } from '../../kernel/outbox/outbox.resolver';
import type { RoomDefinition } from '../../kernel/room-host';
import { roomStanding } from '../../kernel/room-standing';
import { roomTables } from '../../kernel/room-tables';
import { buildRoomSchema, type RoomSchema } from '../../schema/subgraph-schema';
import { loadBorrower } from './borrower.repository';
import { BorrowerResolver, CreditorBorrowersResolver } from './borrower.resolver';
import { BorrowerRow } from './borrower.row';
import { toBorrower } from './borrower.type';
import { WITHDRAW_CONTACT, withdrawContactPoint } from './contact-point.reconsideration';
import { loadContactPoint } from './contact-point.repository';
import { ContactPointResolver } from './contact-point.resolver';
import { ContactPointRow } from './contact-point.row';
import { toContactPoint } from './contact-point.type';
import { DEBT_RECORD_FOLLOWING } from './debt-record.follower';
import { BORROWERS_FOLLOWING, keepErased } from './erasure.follower';
import { ErasureResolver } from './erasure.resolver';
import { ErasureRow } from './erasure.row';
import { keysMissing } from './key-check';
import { loadLegalHold } from './legal-hold.repository';
import { BorrowerHoldsResolver, LegalHoldResolver } from './legal-hold.resolver';
import { LegalHoldRow } from './legal-hold.row';
import { toLegalHold } from './legal-hold.type';
import { CreateBorrowers1763700001000 } from './migrations/create-borrowers';
import { CreateBlindFence1763700005000 } from './migrations/create-blind-fence';
import { CreateBlindRotation1763700003000 } from './migrations/create-blind-rotation';
import { CreateDebtRecords1763700004000 } from './migrations/create-debt-records';
import { CreateErasures1763700002000 } from './migrations/create-erasures';
import { CreatePersonClaims1763700006000 } from './migrations/create-person-claims';

const OUTBOX = outboxOf('borrowers');

export function subgraphSchema(): RoomSchema {
  return buildRoomSchema<RoomContext>({
    resolvers: [BorrowerResolver, CreditorBorrowersResolver, ContactPointResolver, ErasureResolver, LegalHoldResolver, BorrowerHoldsResolver, OUTBOX.resolver],
    orphanedTypes: [OUTBOX.type],
    references: {
      Reconciliation: ({ id }) => ({ id }),
      Borrower: async ({ id }, context) => {
        const row = await loadBorrower(context, id);
        return row === null ? null : toBorrower(row);
      },
      ContactPoint: async ({ id }, context) => {
        const row = await loadContactPoint(context, id);
        return row === null ? null : toContactPoint(row);
      },
      LegalHold: async ({ id }, context) => {
        const row = await loadLegalHold(context, id);
        return row === null ? null : toLegalHold(row);
      },
      Creditor: ({ id }) => ({ id }),
    },
  });
}

export const borrowersRoom: RoomDefinition = {
  name: 'borrowers',
  subgraph: subgraphSchema,
  rows: [BorrowerRow, ContactPointRow, ErasureRow, LegalHoldRow],
  migrations: [roomTables('borrowers'), roomStanding('borrowers'), CreateBorrowers1763700001000, CreateErasures1763700002000, CreateBlindRotation1763700003000, CreateDebtRecords1763700004000, CreateBlindFence1763700005000, CreatePersonClaims1763700006000],
  following: new Map([...BORROWERS_FOLLOWING, ...DEBT_RECORD_FOLLOWING]),
  beforeFollowing: keepErased,
  missing: keysMissing,
  reconsiderations: new Map([[WITHDRAW_CONTACT, withdrawContactPoint]]),
};

export { fenceGeneration } from './blind-fence';
export { rotateBlindIndex } from './blinding.rotation';
export { recordMasterRotation } from './master-key.entry';
export { checkKeys, keysMissing, type KeyCheck } from './key-check';
export { findPersonId } from './person';
export { checkRegistration, type BorrowerParticulars, type Registration } from './registration';
export { borrowersImport } from './import/borrowers-import';
export type { BorrowerBatch, ImportTools as BorrowersImportTools } from './import/batch';
