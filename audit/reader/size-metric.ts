/** The size of the ledger as a number to watch, read from its head when somebody asks: the same in every replica. */
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';

export function measureSize(registry: Registry, pool: Pick<Pool, 'query'>): void {
  new Gauge({
    name: 'cession_ledger_size_entries',
    help: 'Entries in the ledger.',
    registers: [registry],
    async collect() {
      // A database that does not answer leaves the last value; that it is away shows elsewhere.
      await pool.query<{ size: number }>('select size::float8 as size from head').then(({ rows }) => this.set(rows[0]?.size ?? 0), () => undefined);
    },
  });
}
