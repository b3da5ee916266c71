/**
 * A ledger on a real PostgreSQL for tests: makes submissions as rooms would, opens writers that share one database, and
 * checks the whole log from its stored bytes.
 */
import type { Client, Pool, PoolClient } from 'pg';
import { sealEvent, type EventDraft } from '../../audit/log/event';
import { RecentEntries } from '../../audit/reader/recent-entries';
import { createLedger } from '../../audit/writer/create-ledger';
import { LedgerWriter, type WriterOptions } from '../../audit/writer/writer';
import type { AppendResult, Receipt, StreamPosition, Submission } from '../../kernel/ledger';
import { newId } from '../../schema/ids';
import type { RoomName, StreamName } from '../../schema/vocabulary';

export const ORIGIN = 'cession.local/ledger';

export interface SubmissionShape {
  readonly room?: RoomName;
  readonly name?: string;
  readonly id?: string;
  readonly sourceSeq?: number;
  readonly streams?: readonly StreamName[];
  readonly expect?: readonly StreamPosition[];
  readonly occurredAt?: string;
  readonly facts?: EventDraft['facts'];
}

export function submission(shape: SubmissionShape = {}): Submission {
  const { room = 'debts', name = 'DebtRegistered', id = newId('event'), streams = [`debt:${newId('debt')}`], sourceSeq, expect, occurredAt, facts = { currency: 'CNY', asOf: '2026-11-20' } } = shape;
  const { bytes, disclosures } = sealEvent<StreamName>({
    type: `${room}.${name}`,
    typeVersion: 1,
    id,
    occurredAt: occurredAt ?? '2026-11-21T20:20:10.123Z',
    actor: { audience: 'SYSTEM', method: 'worker' },
    facts,
    retention: 'DEBT_RECORD',
    structural: { creditorId: { value: newId('creditor'), reveal: null } },
  });
  return {
    idempotencyKey: id,
    event: bytes,
    streams,
    disclosures,
    ...(sourceSeq === undefined ? {} : { sourceSeq }),
    ...(expect === undefined ? {} : { expect }),
  };
}

export function receipts(results: readonly AppendResult[]): Receipt[] {
  return results.map((result) => {
    if (!result.ok) throw new Error(`refused: ${result.code} ${result.message}`);
    return result;
  });
}

export async function beginLedger(pool: Pool): Promise<void> {
  await createLedger(pool, { origin: ORIGIN, vkey: 'cession.local/ledger+00000000+none', now: new Date('2026-11-21T20:00:00.000Z') });
}

export interface OpenedWriter {
  readonly writer: LedgerWriter;
  readonly recent: RecentEntries;
  readonly halts: Error[];
}

export async function openWriter(pool: Pool, options: Partial<WriterOptions> = {}): Promise<OpenedWriter> {
  const recent = options.recent ?? new RecentEntries(0);
  const halts: Error[] = [];
  const writer = await LedgerWriter.open({ pool, recent, clock: () => new Date(), onHalt: (reason) => halts.push(reason), ...options });
  return { writer, recent, halts };
}

/** What to do instead of, before or after a statement the writer sends. */
export type Interference = (sql: string, send: () => Promise<unknown>, client: PoolClient) => Promise<unknown>;

/** The same pool, but every statement passes through `interfere`. */
export function interferingPool(pool: Pool, interfere: Interference): Pool {
  const wrap = (client: PoolClient): PoolClient =>
    new Proxy(client, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property);
        if (property === 'query') {
          return (...parameters: unknown[]) => {
            const [statement] = parameters as [string | { text: string }];
            const sql = typeof statement === 'string' ? statement : statement.text;
            return interfere(sql, () => (value as (...all: unknown[]) => Promise<unknown>).apply(target, parameters), target);
          };
        }
        return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
      },
    });
  return new Proxy(pool, {
    get(target, property) {
      if (property === 'connect') return async () => wrap(await target.connect());
      if (property === 'query') {
        return async (...parameters: unknown[]) => {
          const connected = await target.connect();
          connected.on('error', () => undefined);
          const client = wrap(connected);
          try {
            return await (client.query as (...all: unknown[]) => Promise<unknown>)(...parameters);
          } finally {
            client.release(true);
          }
        };
      }
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value as (...all: unknown[]) => unknown).bind(target) : value;
    },
  });
}

/** Strikes once, at the first statement that matches. */
export function once(matches: RegExp, strike: Interference): Interference {
  let left = 1;
  return async (sql, send, client) => {
    if (!matches.test(sql) || left === 0) return send();
    left -= 1;
    return strike(sql, send, client);
  };
}

export const lost = (): Error => Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
export const diskFull = (): Error => Object.assign(new Error('no space left on device'), { code: '53100' });

async function kill(admin: Client, client: object): Promise<void> {
  await admin.query('select pg_terminate_backend($1)', [(client as { processID: number }).processID]);
}

/** What happens to the statement, and whether the server had carried it out. `admin` kills backends. */
export const FAULTS: readonly [name: string, persisted: boolean, strike: (admin: Client) => Interference][] = [
  ['the connection breaks before the statement is sent', false, () => () => Promise.reject(lost())],
  ['the answer is lost after the commit', true, () => async (_sql, send) => { await send(); throw lost(); }],
  ['the backend is killed before the statement', false, (admin) => async (_sql, send, client) => { await kill(admin, client); return send(); }],
  ['the backend is killed after the commit', true, (admin) => async (_sql, send, client) => { await send(); await kill(admin, client); throw lost(); }],
  ['the disk is full', false, () => () => Promise.reject(diskFull())],
];
