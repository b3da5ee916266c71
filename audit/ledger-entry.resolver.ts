/** Answers for entries: lists in scope, one entry, and the proof that it is where it says. */
import { isObjectType, type GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import { isForAudience } from '../kernel/audience-rule';
import type { RoomContext } from '../kernel/context';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import { connectionFrom, type Connection } from '../schema/connection';
import { Node, nodeTypeOf } from '../schema/node';
import { ConnectionArgs, openPage } from '../schema/page';
import { EntryFilter, questionOf } from './entry-filter.type';
import { findEntry, readEntryPage, type SeenEntry } from './ledger-entry.repository';
import { LedgerEntry, LedgerEntryConnection, toLedgerEntry } from './ledger-entry.type';
import { proveEntry } from './proof.resolver';
import { EntryVerification } from './proof.type';
import { erasedOf } from './reader/stored-erasures';
import { requestStatements } from './reader/tree-reader';

const shown = (seen: SeenEntry | null): LedgerEntry | null => (seen === null ? null : toLedgerEntry(seen));

/** The reference resolver of LedgerEntry. */
export async function loadEntry(context: RoomContext, id: string): Promise<LedgerEntry | null> {
  return shown(await findEntry(context, 'idempotency_key', id));
}

/** Under row scope like every other entry: who may not read the erasing entry is not told of it. */
function erasingIndex(context: RoomContext, subject: string): Promise<number | null> {
  const loader = context.loader('ledger.erasedBy', async (transaction, subjects: readonly string[]) => {
    const erased = await erasedOf(requestStatements(transaction), subjects, Number.MAX_SAFE_INTEGER);
    return subjects.map((wanted) => erased.get(wanted) ?? null);
  });
  return loader.load(subject);
}

@Resolver(() => LedgerEntry)
export class LedgerEntryResolver {
  @Audience(...EVERY_AUDIENCE)
  @Query(() => Node, { nullable: true, description: 'Anything by its global id. That it has a type says nothing about whether it exists.' })
  node(@Arg('id', () => ID, { description: 'The global id.' }) id: string, @Ctx() { actor }: RoomContext, @Info() { schema }: GraphQLResolveInfo): Node | null {
    const type = schema.getType(nodeTypeOf(id) ?? '');
    const idField = isObjectType(type) ? type.getFields()['id'] : undefined;
    // A type that the caller's contract does not have does not exist for him: an answer with its name would fail at the gateway.
    return idField !== undefined && isForAudience(idField, actor.audience) ? { id } : null;
  }

  @Audience(...EVERY_AUDIENCE)
  @Query(() => LedgerEntry, { nullable: true, description: 'The entry at an index, or null when there is none in your scope.' })
  async entry(@Arg('index', () => Int, { description: 'Its place in the ledger, from 0.' }) index: number, @Ctx() context: RoomContext): Promise<LedgerEntry | null> {
    return shown(await findEntry(context, 'index', index));
  }

  @Audience(...EVERY_AUDIENCE)
  @Query(() => LedgerEntryConnection, { description: 'The entries in your scope, in the order of the ledger. That a list is complete is proven by an export, not here.' })
  async entries(
    @Args(() => ConnectionArgs) args: ConnectionArgs,
    @Arg('filter', () => EntryFilter, { nullable: true, description: 'Which of them; all without it.' }) filter: EntryFilter | undefined,
    @Ctx() context: RoomContext,
  ): Promise<Connection<LedgerEntry>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'entries:index' });
    const entries = await readEntryPage(context, questionOf(filter), page);
    return connectionFrom(page, entries, (entry) => [entry.index], toLedgerEntry);
  }

  @Audience(...EVERY_AUDIENCE)
  @FieldResolver(() => Int, { nullable: true, description: 'The index of the entry that erased values of this one, which are withheld from everybody since; null when none was, or none in your scope.' })
  erasedBy(@Root() { sealedSubject }: LedgerEntry, @Ctx() context: RoomContext): Promise<number | null> {
    return sealedSubject === null ? Promise.resolve(null) : erasingIndex(context, sealedSubject);
  }

  @Audience(...EVERY_AUDIENCE)
  @FieldResolver(() => EntryVerification, { nullable: true, description: 'The proof that it is in the ledger; null until a checkpoint covers it, and where the one asked for does not.' })
  verification(
    @Root() { index }: LedgerEntry,
    @Arg('size', () => Int, { nullable: true, description: 'Under the checkpoint of this size, which you may know from elsewhere; the latest without it.' }) size: number | undefined,
    @Ctx() context: RoomContext,
  ): Promise<EntryVerification | null> {
    return proveEntry(context, index, size ?? null);
  }
}
