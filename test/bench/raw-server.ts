/**
 * The floor: no GraphQL, three prepared statements in three rooms' snapshots under row scope, and JSON. What the database and
 * HTTP cost by themselves; no hub could be faster with these rooms.
 */
import { createServer } from 'node:http';
import { drain, listen, readBody } from '../../kernel/http';
import type { Actor } from '../../kernel/actor';
import { readTransaction } from '../../kernel/read-transaction';
import type { Transaction } from '../../kernel/transaction';
import { openCursor } from '../../schema/page';
import type { BenchSurroundings, Served } from './read-endpoint';
import { PAGE, READ_PATH } from './read-query';
import type { ExecutableRooms } from './stock-sources';

const DEBTS = `select id, state, product, region, currency, as_of::text as "asOf", borrower_id as borrower, creditor_id as creditor
  from debt where creditor_id = $1 and (id collate "C") > ($2::text) order by id collate "C" limit $3`;
const BORROWERS = 'select id, registered_at as "registeredAt" from borrower where id = any($1)';
const CREDITORS = 'select id, code, name from creditor where id = any($1)';

interface DebtRow {
  readonly borrower: string;
  readonly creditor: string;
}

export async function serveRaw(rooms: ExecutableRooms, { config, tokens }: BenchSurroundings): Promise<Served> {
  const within = async <T>(room: string, actor: Actor, read: (transaction: Transaction) => Promise<T>): Promise<T> => {
    const { database, followerBoundMs } = rooms.get(room)!.services;
    return readTransaction({ database, now: new Date(), boundMs: followerBoundMs }, actor, read);
  };
  const byId = async (room: string, actor: Actor, sql: string, ids: readonly string[]): Promise<Map<string, object>> => {
    const rows = await within(room, actor, (transaction) => transaction.prepared<{ id: string }>('raw', sql, [[...new Set(ids)]]));
    return new Map(rows.map((row) => [row.id, row]));
  };
  const answer = async (actor: Actor, after: string): Promise<object> => {
    const debts = await within('debts', actor, (transaction) => transaction.prepared<DebtRow>('raw', DEBTS, [actor.org, after, PAGE + 1]));
    const page = debts.slice(0, PAGE);
    const [borrowers, creditors] = await Promise.all([
      byId('borrowers', actor, BORROWERS, page.map(({ borrower }) => borrower)),
      byId('creditors', actor, CREDITORS, page.map(({ creditor }) => creditor)),
    ]);
    const edges = page.map((debt) => ({ node: { ...debt, borrower: borrowers.get(debt.borrower), creditor: creditors.get(debt.creditor) } }));
    return { data: { debts: { edges } } };
  };
  const server = createServer((request, response) => {
    void (async () => {
      const actor = await tokens.authenticate(request.headers, 'INTERNAL');
      const { variables } = JSON.parse(await readBody(request, config.limits.bodyBytes)) as { variables: { after: string } };
      const [after] = openCursor({ audience: 'INTERNAL', sort: 'debts:id' }, variables.after, 'after');
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(await answer(actor, String(after))));
    })();
  });
  const url = await listen(server, config.host, 0);
  return { url: `${url}${READ_PATH}`, stop: () => drain(server, 1_000) };
}
