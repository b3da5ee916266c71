/** The audit room's part of the database. */
import type { DatabaseDefinition } from '../kernel/database/definition';
import { roomTables } from '../kernel/room-tables';
import { LedgerTables } from './migrations/ledger-tables';

export const AUDIT_DATABASE: DatabaseDefinition = { room: 'audit', rows: [], migrations: [roomTables('audit'), LedgerTables] };
