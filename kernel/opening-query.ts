/**
 * BEGIN, row scope, standing and the first statement of a read in one message, as PostgreSQL's extended query protocol allows
 * (pipelining): each message wakes a sleeping server process, which costs more than what is in it. A failure fails all four.
 */
import { Query, type Client, type Connection, type QueryResult } from 'pg';

/** A statement that is planned once per connection. */
export interface NamedStatement<V = unknown> {
  readonly name: string;
  readonly text: string;
  readonly values: V[];
}

/** What a connection has parsed already. Never shrinks: a connection whose opening failed is closed. */
const prepared = new WeakMap<Connection, Set<string>>();

/** Without its Sync: what follows in the same message belongs to the same exchange. */
function send(connection: Connection, { name: given, text, values }: NamedStatement<string>): void {
  // A name of its own: the client parses the same statement under the given one when it is asked alone.
  const name = `ahead_${given}`;
  const known = prepared.get(connection) ?? new Set();
  if (!known.has(name)) {
    connection.parse({ name, text, types: [] }, true);
    prepared.set(connection, known.add(name));
  }
  connection.bind({ statement: name, values }, true);
  connection.describe({ type: 'P', name: '' }, true);
  connection.execute({}, true);
}

/**
 * The results in order: of `begin`, `opening` and `first`. Rejects with the first failure and closes the connection: it stands
 * in a failed transaction, perhaps with statements that it is believed to have parsed, and nobody may get it again.
 */
export async function openWith(client: Client, begin: NamedStatement<string>, opening: NamedStatement<string>, first: NamedStatement): Promise<QueryResult<object>[]> {
  try {
    return await exchange(client, begin, opening, first);
  } catch (error) {
    await client.end();
    throw error;
  }
}

function exchange(client: Client, begin: NamedStatement<string>, opening: NamedStatement<string>, first: NamedStatement): Promise<QueryResult<object>[]> {
  return new Promise((resolve, reject) => {
    const query = new Query(first, (error, results) => (error ? reject(error) : resolve(results as unknown as QueryResult<object>[])));
    const submit = query.submit.bind(query);
    query.submit = (connection) => {
      connection.stream.cork();
      try {
        send(connection, begin);
        send(connection, opening);
        // Ends with the Sync of all three.
        return submit(connection);
      } finally {
        connection.stream.uncork();
      }
    };
    client.query(query);
  });
}
