/**
 * The ledger of another process, as a room's own port: one connection pool, the room's credential, a deadline. Whatever goes
 * wrong becomes LEDGER_UNAVAILABLE: the outcome is then unknown, and the caller repeats.
 */
import { Pool } from 'undici';
import type { RoomName } from '../schema/vocabulary';
import { HubError } from './errors';
import type { AppendResult, Channel, Ledger, LedgerPage, Submission } from './ledger';
import { formatAppend, LEDGER_PATHS, ledgerCredential, parsePage, parseResults, parseSent } from './ledger-wire';
import type { OwnRecord } from './outbox/own-records';
import type { Secret } from './secret';

export interface LedgerClientOptions {
  readonly room: RoomName;
  /** Base address of the audit room. */
  readonly url: string;
  readonly masterKey: Secret<Buffer>;
}

export interface LedgerClient extends Ledger {
  stop(): Promise<void>;
}

/** Appends wait for commits, so many have to be under way at once; follower and relay are two more. */
const CONNECTIONS = 64;
/** Shorter than the room's, so that no request is written into a connection the room is closing. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 2_000;
const READ_TIMEOUT_MS = 10_000;
const PAGE_BYTES_MAX = 1024 * 1024 * 1024;
const RETRY_AFTER_MS = 500;

function away(cause: unknown): HubError {
  return new HubError('LEDGER_UNAVAILABLE', 'The ledger gave no receipt.', { retryAfterMs: RETRY_AFTER_MS, cause });
}

class HttpLedger implements LedgerClient {
  readonly room: RoomName;
  private readonly pool: Pool;
  private readonly prefix: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor({ room, url, masterKey }: LedgerClientOptions) {
    const base = new URL(url);
    this.room = room;
    this.prefix = base.pathname.replace(/\/+$/, '');
    this.headers = { authorization: `Bearer ${ledgerCredential(masterKey, room)}`, 'content-type': 'application/json' };
    this.pool = new Pool(base.origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxResponseSize: PAGE_BYTES_MAX,
    });
  }

  async append(channel: Channel, submissions: readonly Submission[], deadlineMs: number): Promise<AppendResult[]> {
    const body = formatAppend({ channel, deadlineMs, submissions });
    return this.send(async (signal) => {
      const answer = await this.pool.request({ method: 'POST', path: this.prefix + LEDGER_PATHS.append, headers: this.headers, body, signal });
      return parseResults(await bodyOf(answer), submissions.length);
    }, deadlineMs);
  }

  async read(from: number, limit: number, waitMs: number): Promise<LedgerPage> {
    return this.send(async (signal) => {
      const path = `${this.prefix}${LEDGER_PATHS.read}?from=${from}&limit=${limit}&waitMs=${Math.trunc(waitMs)}`;
      return parsePage(await bodyOf(await this.pool.request({ method: 'GET', path, headers: this.headers, signal })));
    }, waitMs + READ_TIMEOUT_MS);
  }

  async sentAfter(after: number, limit: number): Promise<readonly OwnRecord[]> {
    const path = `${this.prefix}${LEDGER_PATHS.sent}?after=${after}&limit=${limit}`;
    return this.send(async (signal) => parseSent(await bodyOf(await this.pool.request({ method: 'GET', path, headers: this.headers, signal }))), READ_TIMEOUT_MS);
  }

  async stop(): Promise<void> {
    await this.pool.destroy();
  }

  private async send<T>(work: (signal: AbortSignal) => Promise<T>, deadlineMs: number): Promise<T> {
    try {
      return await work(AbortSignal.timeout(deadlineMs));
    } catch (error) {
      throw away(error);
    }
  }
}

async function bodyOf({ statusCode, body }: { statusCode: number; body: { text(): Promise<string> } }): Promise<string> {
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`the ledger answered with status ${statusCode}`);
  return text;
}

export function openLedgerClient(options: LedgerClientOptions): LedgerClient {
  return new HttpLedger(options);
}
