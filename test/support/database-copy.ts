/** An older copy of one dbSchema, as a backup would bring it back: every row of every table, past triggers and rights. */
import type { Client } from 'pg';

export class SchemaCopy {
  private constructor(
    private readonly admin: Client,
    private readonly dbSchema: string,
    private readonly name: string,
    private readonly tables: readonly string[],
  ) {}

  /** `admin` connects as a superuser. */
  static async take(admin: Client, dbSchema: string, name: string): Promise<SchemaCopy> {
    const { rows } = await admin.query<{ table: string }>(`select tablename as table from pg_tables where schemaname = $1 and tablename <> 'migration'`, [dbSchema]);
    const tables = rows.map(({ table }) => table);
    await admin.query(`create schema ${name}; ${tables.map((table) => `create table ${name}.${table} as table ${dbSchema}.${table}`).join('; ')}`);
    return new SchemaCopy(admin, dbSchema, name, tables);
  }

  async restore(): Promise<void> {
    const { dbSchema, name, tables } = this;
    const replaced = tables.map((table) => `delete from ${dbSchema}.${table}; insert into ${dbSchema}.${table} overriding system value select * from ${name}.${table}`);
    await this.admin.query(`begin; set local session_replication_role = replica; ${replaced.join('; ')}; commit`);
  }
}
