/**
 * The trail of an entity: the entries that name it, as far as the reader may see them. An entity he may not see has an empty
 * trail, like one that does not exist.
 */
import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RoomContext } from '../kernel/context';
import { Audience } from '../schema/audience';
import { connectionFrom, type Connection } from '../schema/connection';
import { ConnectionArgs, openPage } from '../schema/page';
import type { StreamName } from '../schema/vocabulary';
import { ANY_ENTRY } from './entry-filter.type';
import { readEntryPage } from './ledger-entry.repository';
import { LedgerEntryConnection, toLedgerEntry, type LedgerEntry } from './ledger-entry.type';
import { TrailedAgency, TrailedBorrower, TrailedCreditor, TrailedDebt } from './trailed.type';

async function trailOf(stream: StreamName, args: ConnectionArgs, context: RoomContext): Promise<Connection<LedgerEntry>> {
  const page = openPage(args, { audience: context.actor.audience, sort: 'trail:index' });
  const entries = await readEntryPage(context, { ...ANY_ENTRY, stream }, page);
  return connectionFrom(page, entries, (entry) => [entry.index], toLedgerEntry);
}

@Resolver(() => TrailedCreditor)
export class CreditorTrailResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => LedgerEntryConnection, { description: 'What the ledger says about this creditor, in order.' })
  trail(@Root() { id }: TrailedCreditor, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<LedgerEntry>> {
    return trailOf(`creditor:${id}`, args, context);
  }
}

@Resolver(() => TrailedDebt)
export class DebtTrailResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => LedgerEntryConnection, { description: 'What the ledger says about this debt, in order.' })
  trail(@Root() { id }: TrailedDebt, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<LedgerEntry>> {
    return trailOf(`debt:${id}`, args, context);
  }
}

@Resolver(() => TrailedAgency)
export class AgencyTrailResolver {
  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => LedgerEntryConnection, { description: 'What the ledger says about this agency and creditors in your scope, in order.' })
  trail(@Root() { id }: TrailedAgency, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<LedgerEntry>> {
    return trailOf(`agency:${id}`, args, context);
  }
}

@Resolver(() => TrailedBorrower)
export class BorrowerTrailResolver {
  @Audience('INTERNAL', 'REGULATOR', 'BORROWER')
  @FieldResolver(() => LedgerEntryConnection, { description: 'What the ledger says about this borrower, in order; every release of personal data is among it.' })
  trail(@Root() { id }: TrailedBorrower, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<LedgerEntry>> {
    return trailOf(`borrower:${id}`, args, context);
  }
}
