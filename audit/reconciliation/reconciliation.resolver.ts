/** Answers with the reconciliation of handovers: counts, and each list page by page. */
import { Args, Ctx, FieldResolver, Query, Resolver } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage, type Page } from '../../schema/page';
import { HandoverConnection, toHandover, type Handover } from '../handover/handover.type';
import { pageOfDuties, pageOfRefusals, pageOfShares, pageOfUnmatched, readCounts, type Counts } from './reconciliation.repository';
import {
  OpenAttestationConnection,
  Reconciliation,
  RECONCILIATION_ID,
  ReconciliationCounts,
  RecordedRefusalConnection,
  toOpenAttestation,
  toRecordedRefusal,
  toUnmatchedReceipt,
  UnmatchedReceiptConnection,
  type OpenAttestation,
  type RecordedRefusal,
  type UnmatchedReceipt,
} from './reconciliation.type';

function pageOf(args: ConnectionArgs, context: RoomContext, list: string): Page {
  return openPage(args, { audience: context.actor.audience, sort: `reconciliation.${list}:index` });
}

/** Of the moment it is asked for; everything in it is of the same snapshot. */
export async function reconcile(context: RoomContext): Promise<Reconciliation> {
  const [{ index }, { now }] = [await context.standing(), await context.read()];
  return { id: RECONCILIATION_ID, asOfIndex: index, asOf: now };
}

@Resolver(() => Reconciliation)
export class ReconciliationResolver {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Query(() => Reconciliation, { description: 'What of the handovers in your scope is not confirmed by both sides.' })
  reconciliation(@Ctx() context: RoomContext): Promise<Reconciliation> {
    return reconcile(context);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => ReconciliationCounts, { description: 'How much is open.' })
  async counts(@Ctx() context: RoomContext): Promise<Counts> {
    const transaction = await context.read();
    return readCounts({ query: async <R>(sql: string, values: readonly unknown[]) => ({ rows: await transaction.query<R>(sql, values) }) });
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => HandoverConnection, { description: 'Handovers the agency has not acknowledged, oldest first.' })
  async sharesWithoutReceipt(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Handover>> {
    const page = pageOf(args, context, 'shares');
    const transaction = await context.read();
    return connectionFrom(page, await pageOfShares(context.actor, transaction, page), ({ index }) => [index], (row) => toHandover(row, transaction.now));
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => UnmatchedReceiptConnection, { description: 'Receipts, given or refused, that match no handover, oldest first.' })
  async receiptsWithoutShare(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<UnmatchedReceipt>> {
    const page = pageOf(args, context, 'receipts');
    return connectionFrom(page, await pageOfUnmatched(context.actor, await context.read(), page), ({ index }) => [index], toUnmatchedReceipt);
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => OpenAttestationConnection, { description: 'Placements whose data is not attested as returned, destroyed or lawfully kept, oldest first.' })
  async recallsWithoutAttestation(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<OpenAttestation>> {
    const page = pageOf(args, context, 'attestations');
    const transaction = await context.read();
    return connectionFrom(page, await pageOfDuties(context.actor, transaction, page), ({ dueIndex, placementId }) => [dueIndex, placementId], (row) => toOpenAttestation(row, transaction.now));
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => RecordedRefusalConnection, { description: 'Refused commands and withheld reads, oldest first.' })
  async refusals(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<RecordedRefusal>> {
    const page = pageOf(args, context, 'refusals');
    return connectionFrom(page, await pageOfRefusals(context.actor, await context.read(), page), ({ index }) => [index], toRecordedRefusal);
  }
}
