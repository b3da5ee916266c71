/**
 * The log over HTTP as C2SP tlog-tiles has it: checkpoint, hash tiles and entry bundles, up to the latest checkpoint. Checkpoint
 * and hashes are for any caller with a token; bundles only for one whose scope and standing cover every entry. Refuses any
 * second spelling of a path.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import type { Actor } from '../kernel/actor';
import { actorOf, sendRouteError, type AuthenticatedRoute } from '../kernel/authenticated-route';
import type { RoomServices } from '../kernel/context';
import type { Diagnostics } from '../kernel/diagnostics';
import { HubError } from '../kernel/errors';
import { readTransaction } from '../kernel/read-transaction';
import type { Transaction } from '../kernel/transaction';
import type { TokenScope } from '../schema/token-scope';
import { AUDIENCES } from '../schema/vocabulary';
import { parseTilePath, TILE_WIDTH, type Tile } from './log/tiles';
import { isWithin, readEntryBundle, readHashTile } from './reader/tile-reader';
import { requestStatements } from './reader/tree-reader';
import { cosignedCheckpoint } from './witness/cosignatures.repository';

/** To be given with the token by whoever reads every entry. */
export const WHOLE_LOG_SCOPE: TokenScope = 'ledger:all';
const PREFIX = '/ledger/';
const CHECKPOINT = 'checkpoint';
const MINIMUM_INDEX = 'minimum-index';
type Asked = Tile | typeof CHECKPOINT | typeof MINIMUM_INDEX;
/** A bundle is held in memory until it is sent, and may have 16 MiB. */
const BUNDLES_AT_ONCE = 8;
const BUSY_RETRY_MS = 1_000;
/** Who reads nothing for this long would hold a bundle for ever. */
const STALLED_MS = 30_000;

/** Private: a shared cache would hand them to callers without a token. */
const FOR_EVER = 'private, max-age=31536000, immutable';
/** Replaced by the full tile before long. */
const FOR_A_MINUTE = 'private, max-age=60';
const ASK_AGAIN = 'private, no-cache';

interface Resource {
  readonly bytes: Buffer;
  readonly type: string;
  readonly cacheControl: string;
}

const compress = promisify(gzip);
const TEXT = 'text/plain; charset=utf-8';
const nothingHere = (): HubError => new HubError('NOT_FOUND', 'There is nothing here.');

/** Exactly a path of the log, without query; null for everything else. */
function askedFor(url: string): Asked | null {
  if (!url.startsWith(PREFIX)) return null;
  const path = url.slice(PREFIX.length);
  return path === CHECKPOINT || path === MINIMUM_INDEX ? path : parseTilePath(path);
}

export function tilesRoutes(services: RoomServices, diagnostics: Diagnostics): readonly AuthenticatedRoute[] {
  const seats = new Seats(BUNDLES_AT_ONCE);
  const router: RequestHandler = async (request, response) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw nothingHere();
      const asked = askedFor(request.originalUrl);
      if (asked === null) throw nothingHere();
      const isBundle = typeof asked === 'object' && asked.level === null;
      if (isBundle) seats.take(response);
      await send(request, response, await inScopeOf(services, actorOf(response), (transaction) => read(transaction, actorOf(response), asked)), isBundle);
    } catch (error) {
      sendRouteError(response, error, diagnostics);
    }
  };
  // Not one route `/ledger`: beside it lies the ledger's port for the other rooms.
  return [CHECKPOINT, MINIMUM_INDEX, 'tile'].map((name) => ({ path: PREFIX + name, audiences: AUDIENCES, router }));
}

async function inScopeOf<T>(services: RoomServices, actor: Actor, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return readTransaction({ database: services.database, now: services.clock(), boundMs: services.followerBoundMs }, actor, work);
}

async function read(transaction: Transaction, actor: Actor, asked: Asked): Promise<Resource> {
  const statements = requestStatements(transaction);
  if (typeof asked === 'object' && asked.level === null) await requireWholeLog(transaction, actor);
  const checkpoint = await cosignedCheckpoint(statements);
  if (checkpoint === null) throw nothingHere();
  if (asked === CHECKPOINT) return { bytes: Buffer.from(checkpoint.note, 'utf8'), type: TEXT, cacheControl: ASK_AGAIN };
  const minimum = await servedFrom(transaction);
  if (asked === MINIMUM_INDEX) return { bytes: Buffer.from(`${minimum}\n`), type: TEXT, cacheControl: ASK_AGAIN };
  if (!isWithin(asked, checkpoint.size)) throw nothingHere();
  // C2SP tlog-tiles: bundles below the minimum index may be refused. Hashes stay, so that every proof does.
  if (asked.level === null && (asked.index + 1) * TILE_WIDTH <= minimum) throw new HubError('NOT_FOUND', `Entries before ${minimum} are not served any more.`);
  const { level } = asked;
  const readBundled = async (first: number, below: number): Promise<Buffer[]> =>
    (await transaction.prepared<{ bytes: Buffer }>('bundled_entries', 'select bytes from bundled_entries($1, $2)', [first, below])).map(({ bytes }) => bytes);
  const bytes = level === null ? await readEntryBundle(statements, readBundled, asked) : await readHashTile(statements, { ...asked, level });
  return { bytes, type: 'application/octet-stream', cacheControl: asked.width === TILE_WIDTH ? FOR_EVER : FOR_A_MINUTE };
}

async function servedFrom(transaction: Transaction): Promise<number> {
  const [row] = await transaction.prepared<{ minimum: string | number }>('minimum_index', 'select minimum_index as minimum from pruned', []);
  return Number(row?.minimum ?? 0);
}

/** Entries hold no personal data, but they tell what every creditor does. */
async function requireWholeLog(transaction: Transaction, actor: Actor): Promise<void> {
  if (!actor.scopes.includes(WHOLE_LOG_SCOPE)) throw new HubError('NOT_PERMITTED', `Entries of the whole log need the scope ${WHOLE_LOG_SCOPE}.`, { ruleId: 'SCOPE-HELD' });
  const [row] = await transaction.prepared<{ covers: boolean }>('covers_log', 'select covers_log() as covers', []);
  // A mandate that ended a moment ago must not be missed because this room has not heard of it.
  if (transaction.standing.behind) throw new HubError('UNAVAILABLE', 'This room has lost touch with the ledger.', { retryAfterMs: BUSY_RETRY_MS });
  if (row?.covers !== true) throw new HubError('NOT_PERMITTED', 'Entries of the whole log are for who supervises every creditor in it.', { ruleId: 'LEDGER-EVERY-CREDITOR' });
}

/** Hashes do not compress; entries do, and tlog-tiles asks for it. */
async function send(request: Request, response: Response, { bytes, type, cacheControl }: Resource, isCompressible: boolean): Promise<void> {
  const isGzipped = isCompressible && request.acceptsEncodings('gzip', 'identity') === 'gzip';
  const tag = createHash('sha256').update(bytes).digest('base64url');
  response.setHeader('content-type', type);
  response.setHeader('cache-control', cacheControl);
  response.setHeader('etag', isGzipped ? `"${tag}.gzip"` : `"${tag}"`);
  response.vary('authorization');
  if (isCompressible) response.vary('accept-encoding');
  if (isGzipped) response.setHeader('content-encoding', 'gzip');
  // Express compares the tag with If-None-Match and leaves the body out where there is to be none.
  response.send(isGzipped ? await compress(bytes) : bytes);
}

/** How many answers may be held in memory at once. Does not queue: the caller is told when to come again. */
class Seats {
  private taken = 0;

  constructor(private readonly most: number) {}

  take(response: Response): void {
    if (this.taken >= this.most) throw new HubError('UNAVAILABLE', 'Too many entry bundles are being read.', { retryAfterMs: BUSY_RETRY_MS });
    this.taken += 1;
    response.setTimeout(STALLED_MS, () => response.destroy());
    response.once('close', () => (this.taken -= 1));
  }
}
