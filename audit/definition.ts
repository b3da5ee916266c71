/** The audit room's part of the database, and how many connections the ledger in it needs. */
import type { DatabaseConfig } from '../kernel/config';
import type { DatabaseDefinition } from '../kernel/database/definition';
import { roomStanding } from '../kernel/room-standing';
import { roomTables } from '../kernel/room-tables';
import { LEDGER_CONNECTIONS } from './ledger-port';
import { ExpiringExports1763700000220 } from './migrations/expiring-exports';
import { ExportsOfOwnStreams } from './migrations/exports-of-own-streams';
import { HandoverTables } from './migrations/handover-tables';
import { LedgerSelfCheck } from './migrations/ledger-self-check';
import { LedgerPlaces } from './migrations/ledger-places';
import { LedgerProofs } from './migrations/ledger-proofs';
import { LedgerPruning } from './migrations/ledger-pruning';
import { LedgerReading } from './migrations/ledger-reading';
import { LedgerSigningKeys } from './migrations/ledger-signing-keys';
import { LedgerTables } from './migrations/ledger-tables';
import { LedgerViews } from './migrations/ledger-views';
import { LedgerWitnesses } from './migrations/ledger-witnesses';
import { SelfCheckPages } from './migrations/self-check-pages';
import { StreamHeadsTables } from './migrations/stream-heads-tables';

export const AUDIT_DATABASE = {
  room: 'audit',
  rows: [],
  migrations: [roomTables('audit'), LedgerTables, LedgerViews, StreamHeadsTables, LedgerWitnesses, roomStanding('audit'), LedgerSelfCheck, LedgerReading, LedgerPlaces, HandoverTables, LedgerProofs, ExportsOfOwnStreams, LedgerPruning, LedgerSigningKeys, SelfCheckPages, ExpiringExports1763700000220],
} as const satisfies DatabaseDefinition;

/** A writer that waits for a connection which its own lease holds would wait for ever. */
export function auditPoolConfig<T extends DatabaseConfig>(database: T): T {
  return { ...database, workerPoolSize: Math.max(database.workerPoolSize, LEDGER_CONNECTIONS + 6) };
}
