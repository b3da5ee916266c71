/**
 * Relay connections: the object types of a list and the answer made from one page of rows. Fetches nothing and keeps no
 * total: a count of what a caller may not see would disclose it.
 */
import { Directive, Field, ObjectType, type ClassType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE, type AudienceList } from './audience';
import { sealCursor, type Page, type SortKey } from './page';

@ObjectType('PageInfo', { description: 'Where a page lies in its list.' })
@Directive('@shareable')
@Audience(...EVERY_AUDIENCE)
export class PageInfo {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Boolean, { description: 'Whether there is more before this page.' })
  hasPreviousPage!: boolean;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { nullable: true, description: 'The cursor of the first edge; null for an empty page.' })
  startCursor!: string | null;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { nullable: true, description: 'The cursor of the last edge; null for an empty page.' })
  endCursor!: string | null;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

/**
 * `<name>Connection` and `<name>Edge` for a node class. Shareable: two rooms may list the same entity, and both make
 * their pages by `connectionFrom`.
 */
export function connectionOf<T extends object>(name: string, node: () => ClassType<T>, audiences: AudienceList): ClassType<Connection<T>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} in a list.` })
  @Directive('@shareable')
  @Audience(...audiences)
  class NodeEdge {
    @Audience(...audiences)
    @Field(() => String, { description: 'Names this place in this list, for `after` and `before`.' })
    cursor!: string;

    @Audience(...audiences)
    @Field(node, { description: `The ${name}.` })
    node!: object;
  }

  @ObjectType(`${name}Connection`, { description: `One page of a list of ${name}.` })
  @Directive('@shareable')
  @Audience(...audiences)
  class NodeConnection {
    @Audience(...audiences)
    @Field(() => [NodeEdge], { description: 'The page, in the order of the list.' })
    edges!: NodeEdge[];

    @Audience(...audiences)
    @Field(() => PageInfo, { description: 'Where the page lies in its list.' })
    pageInfo!: PageInfo;
  }

  return NodeConnection as unknown as ClassType<Connection<T>>;
}

/**
 * The answer to a page. `rows` are at most `page.take` rows strictly between the page's keys, in list order when
 * `page.forward` and in reverse order otherwise, as a keyset query returns them.
 */
export function connectionFrom<R, T = R>(
  page: Page,
  rows: readonly R[],
  keyOf: (row: R) => SortKey,
  nodeOf: (row: R) => T = (row) => row as unknown as T,
): Connection<T> {
  const held = rows.slice(0, page.size);
  if (!page.forward) held.reverse();
  const edges = held.map((row) => ({ cursor: sealCursor(page.binding, keyOf(row)), node: nodeOf(row) }));
  const more = rows.length > page.size;
  return {
    edges,
    pageInfo: {
      // The row a cursor was made from lies on the other side of it, so there is something there.
      hasNextPage: page.forward ? more : page.before !== null,
      hasPreviousPage: page.forward ? page.after !== null : more,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** The rows of a page out of a whole list in memory, sorted as the page's sort says: for short lists already loaded. */
export function rowsOfPage<R>(page: Page, sorted: readonly R[], keyOf: (row: R) => SortKey): R[] {
  const between = sorted.filter((row) => {
    const key = keyOf(row);
    return (page.after === null || compareKeys(key, page.after) > 0) && (page.before === null || compareKeys(key, page.before) < 0);
  });
  return (page.forward ? between : between.reverse()).slice(0, page.take);
}

/** Orders keys as an ascending keyset query does under the C collation. */
export function compareKeys(left: SortKey, right: SortKey): number {
  for (const [place, value] of left.entries()) {
    const other = right[place];
    if (other === undefined) return 1;
    if (value !== other) return value < other ? -1 : 1;
  }
  return left.length - right.length;
}
