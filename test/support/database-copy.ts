/** An older copy of one dbSchema, as a backup would bring it back: every row of its tables, past triggers and rights. */
import type { Client } from 'pg';

export interface CopyOrder {
  readonly dbSchema: string;
  /** Of the copy. */
  readonly name: string;
  /** All when absent; a backup of a part brings back a part. */
  readonly tables?: readonly string[];
}

const DEADLOCK = '40P01';

export class SchemaCopy {
  private constructor(
    private readonly admin: Client,
    private readonly order: Required<CopyOrder>,
  ) {}

  /** `admin` connects as a superuser. */
  static async take(admin: Client, { dbSchema, name, tables: wanted }: CopyOrder): Promise<SchemaCopy> {
    const { rows } = await admin.query<{ table: string }>(`select tablename as table from pg_tables where schemaname = $1 and tablename <> 'migration'`, [dbSchema]);
    const tables = wanted ?? rows.map(({ table }) => table);
    // One snapshot, as a dump has.
    await admin.query(`begin isolation level repeatable read; create schema ${name}; ${tables.map((table) => `create table ${name}.${table} as table ${dbSchema}.${table}`).join('; ')}; commit`);
    return new SchemaCopy(admin, { dbSchema, name, tables });
  }

  async restore(): Promise<void> {
    const { dbSchema, name, tables } = this.order;
    const replaced = tables.map((table) => `delete from ${dbSchema}.${table}; insert into ${dbSchema}.${table} overriding system value select * from ${name}.${table}`);
    for (;;) {
      try {
        await this.admin.query(`begin; set local session_replication_role = replica; ${replaced.join('; ')}; commit`);
        return;
      } catch (error) {
        // A room at work holds rows of its own meanwhile.
        await this.admin.query('rollback');
        if ((error as { code?: unknown }).code !== DEADLOCK) throw error;
      }
    }
  }
}
