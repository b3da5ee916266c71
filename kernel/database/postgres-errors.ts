/**
 * The one module that knows PostgreSQL's error codes (appendix A of its manual). Turns what a caller can act on into a
 * HubError with a fixed text; never lets a server message out, since it may quote values of rows.
 */
import { HubError } from '../errors';

/** Milliseconds after which a caller may try again when the database was away. */
const RETRY_AFTER_MS = 1_000;

const UNIQUE_VIOLATION = '23505';
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const DISK_FULL = '53100';
const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';
const DUPLICATE_OBJECT = '42710';
const DUPLICATE_SCHEMA = '42P06';
const INTERNAL_ERROR = 'XX000';

/** Connection lost, refused, ended by an administrator, or the server starting, stopping, out of connections. */
const AWAY = /^(08\w{3}|57P0[1-5]|53300|53400|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN)$/;
/** node-postgres reports these without a code. */
const AWAY_TEXT = /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after calling end|Client was closed/;

/** The five-character SQLSTATE, or node's code for a broken connection; null for anything else. TypeORM wraps the original. */
export function sqlState(error: unknown): string | null {
  for (let current = error, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth++) {
    const { code, driverError, cause } = current as { code?: unknown; driverError?: unknown; cause?: unknown };
    if (typeof code === 'string' && /^([0-9A-Z]{5}|E[A-Z_]+)$/.test(code)) return code;
    current = driverError ?? cause;
  }
  return null;
}

/** True for a violated unique constraint or index; of that name, when one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return sqlState(error) === UNIQUE_VIOLATION && (constraint === undefined || constraintOf(error) === constraint);
}

/** The database cannot be reached or is going away. A commit that was under way may or may not have happened. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== null) return AWAY.test(state);
  return error instanceof Error && AWAY_TEXT.test(error.message);
}

/** Another process made or changed the same catalogue object at the same moment. */
export function isConcurrentChange(error: unknown): boolean {
  const state = sqlState(error);
  if (state === INTERNAL_ERROR) return error instanceof Error && error.message.includes('concurrently updated');
  return state === DUPLICATE_OBJECT || state === DUPLICATE_SCHEMA || state === UNIQUE_VIOLATION;
}

/** What a caller is told who may simply ask again; null for everything else, which is a defect or somebody's mistake. */
export function toUnavailable(error: unknown): HubError | null {
  const away = (message: string): HubError => new HubError('UNAVAILABLE', message, { retryAfterMs: RETRY_AFTER_MS, cause: error });
  const state = sqlState(error);
  if (state === DISK_FULL) return away('The hub cannot store anything at the moment: its database has no space left.');
  if (isConnectionLost(error)) return away('The hub cannot reach its database at the moment.');
  if (state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED) return away('The operation collided with another one; nothing was changed.');
  if (state === QUERY_CANCELED || state === LOCK_NOT_AVAILABLE) return away('The operation took longer than it may; nothing was changed.');
  return null;
}

function constraintOf(error: unknown): string | null {
  for (let current = error, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth++) {
    const { constraint, driverError, cause } = current as { constraint?: unknown; driverError?: unknown; cause?: unknown };
    if (typeof constraint === 'string') return constraint;
    current = driverError ?? cause;
  }
  return null;
}
