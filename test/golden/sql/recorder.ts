/**
 * Records, method by method of every repository, the SQL that PostgreSQL is given. MUST be imported before any room: the
 * rooms are to find the recorded repositories. Changes nothing of what they do.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';

const ROOT = path.join(__dirname, '../../..');
export const FOLDERS = ['subgraphs/creditors', 'subgraphs/debts', 'subgraphs/agencies', 'subgraphs/borrowers', 'kernel/rights', 'audit', ...['export', 'handover', 'reconciliation', 'self-check', 'signer', 'time', 'witness'].map((part) => `audit/${part}`)];
const REPOSITORY = '.repository.ts';
/** Not the method's own: the transaction around it, the row scope it runs under, the wait for standing before it. */
const AROUND = /^(begin|commit|rollback|start transaction|set local|select next_index from follower|select$)/i;

type Method = (...given: unknown[]) => unknown;

const current = new AsyncLocalStorage<string>();
const statements = new Map<string, Set<string>>();

/** `folder/file method` → its distinct statements so far; a method that asked nothing has none. */
export function recordedStatements(): ReadonlyMap<string, ReadonlySet<string>> {
  return statements;
}

function recorded(name: string, method: Method): Method {
  statements.set(name, new Set());
  return function (this: unknown, ...given: unknown[]): unknown {
    return current.run(name, () => method.apply(this, given));
  };
}

/** A repository is functions, or one object of them. */
function recordedModule(file: string, exported: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(exported).map(([name, value]) => {
      if (typeof value === 'function') return [name, recorded(`${file} ${name}`, value as Method)];
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [name, value];
      return [name, recordedModule(file, value as Record<string, unknown>)];
    }),
  );
}

for (const folder of FOLDERS) {
  for (const name of readdirSync(path.join(ROOT, folder)).filter((each) => each.endsWith(REPOSITORY))) {
    const module = path.join(ROOT, folder, name);
    jest.doMock(module, () => recordedModule(`${folder}/${name.slice(0, -REPOSITORY.length)}`, jest.requireActual<Record<string, unknown>>(module)));
  }
}

const query = Reflect.get(Client.prototype, 'query') as Method;

function recordingQuery(this: Client, ...given: unknown[]): unknown {
  const [statement] = given;
  const text = typeof statement === 'string' ? statement : (statement as { text?: string } | undefined)?.text;
  if (text !== undefined && !AROUND.test(text)) statements.get(current.getStore() ?? '')?.add(text.replace(/\s+/g, ' ').trim());
  return query.apply(this, given);
}

Reflect.set(Client.prototype, 'query', recordingQuery);
