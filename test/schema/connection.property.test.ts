/** Paging against a plain list: whatever rows and page sizes, walking a connection visits each row once and in order. */
import fc from 'fast-check';
import { compareKeys, connectionFrom, rowsOfPage, type Connection } from '../../schema/connection';
import { openPage, PAGE_SIZE_MAX, type ConnectionArgs, type CursorBinding, type SortKey } from '../../schema/page';

interface Row {
  readonly amount: number;
  readonly id: string;
}

const binding: CursorBinding = { audience: 'INTERNAL', sort: 'rows:amount,id' };
const keyOf = (row: Row): SortKey => [row.amount, row.id];

/** Few amounts, so that most rows tie and the id decides. */
const lists = fc
  .uniqueArray(fc.record({ amount: fc.integer({ min: -2, max: 2 }), id: fc.stringMatching(/^[0-9a-f]{1,4}$/) }), { selector: ({ id }) => id, maxLength: 40 })
  .map((rows) => rows.sort((left, right) => compareKeys(keyOf(left), keyOf(right))));
const sizes = fc.integer({ min: 1, max: 15 });

/** As a keyset query answers it. */
function ask(rows: readonly Row[], args: ConnectionArgs): Connection<Row> {
  const page = openPage(args, binding);
  return connectionFrom(page, rowsOfPage(page, rows, keyOf), keyOf);
}

function nodesOf(connection: Connection<Row>): Row[] {
  return connection.edges.map(({ node }) => node);
}

/** The Relay specification's own algorithm, over the whole list: EdgesToReturn of "Connections", section 4.4. */
function relayModel(rows: readonly Row[], args: ConnectionArgs, cursors: readonly string[]): Row[] {
  const start = typeof args.after === 'string' ? cursors.indexOf(args.after) + 1 : 0;
  const end = typeof args.before === 'string' ? cursors.indexOf(args.before) : rows.length;
  const between = rows.slice(start, Math.max(start, end));
  if (typeof args.first === 'number') return between.slice(0, args.first);
  return between.slice(Math.max(0, between.length - (args.last ?? 0)));
}

describe('a connection', () => {
  it('walked forward visits every row once and in order', () => {
    fc.assert(
      fc.property(lists, sizes, (rows, first) => {
        const visited: Row[] = [];
        let after: string | null = null;
        for (let pages = 0; pages <= rows.length; pages++) {
          const page: Connection<Row> = ask(rows, { first, after });
          visited.push(...nodesOf(page));
          after = page.pageInfo.endCursor;
          if (!page.pageInfo.hasNextPage) break;
        }
        expect(visited).toEqual(rows);
      }),
    );
  });

  it('walked backward visits every row once, and each page is in the order of the list', () => {
    fc.assert(
      fc.property(lists, sizes, (rows, last) => {
        let visited: Row[] = [];
        let before: string | null = null;
        for (let pages = 0; pages <= rows.length; pages++) {
          const page: Connection<Row> = ask(rows, { last, before });
          visited = [...nodesOf(page), ...visited];
          before = page.pageInfo.startCursor;
          if (!page.pageInfo.hasPreviousPage) break;
        }
        expect(visited).toEqual(rows);
      }),
    );
  });

  it('gives the page of the Relay specification, and says truly whether there is more that way', () => {
    const requests = fc.tuple(lists, sizes, fc.boolean(), fc.option(fc.nat(39)), fc.option(fc.nat(39)));
    fc.assert(
      fc.property(requests, ([rows, size, forward, from, to]) => {
        const cursors = ask(rows, { first: PAGE_SIZE_MAX }).edges.map(({ cursor }) => cursor);
        const args: ConnectionArgs = {
          ...(forward ? { first: size } : { last: size }),
          after: from === null ? null : (cursors[from] ?? null),
          before: to === null ? null : (cursors[to] ?? null),
        };
        const page = ask(rows, args);
        expect(nodesOf(page)).toEqual(relayModel(rows, args, cursors));
        const unbounded = relayModel(rows, { after: args.after ?? null, before: args.before ?? null, first: PAGE_SIZE_MAX }, cursors);
        const more = unbounded.length > size;
        expect(forward ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage).toBe(more);
        expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
        expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
      }),
      { numRuns: 300 },
    );
  });

  it('neither repeats nor skips a row that stays, while others come and go between two pages', () => {
    fc.assert(
      fc.property(lists, lists, sizes, (rows, others, first) => {
        const ids = new Set(rows.map(({ id }) => id));
        const added = others.filter(({ id }) => !ids.has(id));
        const head = ask(rows, { first });
        const staying = rows.filter((_row, place) => place % 2 === 0);
        const later = [...staying, ...added].sort((left, right) => compareKeys(keyOf(left), keyOf(right)));
        const rest = head.pageInfo.endCursor === null ? [] : nodesOf(ask(later, { first: PAGE_SIZE_MAX, after: head.pageInfo.endCursor }));
        const visited = [...nodesOf(head), ...rest].map(({ id }) => id);
        expect(new Set(visited).size).toBe(visited.length);
        const seen = new Set(visited);
        expect(staying.filter(({ id }) => !seen.has(id))).toEqual([]);
      }),
    );
  });

  it('of nothing is an empty page', () => {
    expect(ask([], { first: 5 })).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });
});
