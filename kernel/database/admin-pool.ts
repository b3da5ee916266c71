/** The administrator's connections to one room's database, in the room's dbSchema: for what no role of the room may do to itself. */
import { Pool } from 'pg';
import type { DatabaseRoom, PreparedConfig } from '../config';
import { adminUrlOf, dbSchemaOf } from './roles';

export function openAdminPool(config: PreparedConfig, room: DatabaseRoom): Pool {
  const pool = new Pool({
    connectionString: adminUrlOf(config, room).reveal(),
    application_name: `cession ${room} administrator`,
    max: 2,
    connectionTimeoutMillis: config.database.connectTimeoutMs,
    options: `-c search_path=${dbSchemaOf(room)},pg_temp`,
  });
  pool.on('error', ignoreLoss);
  // Listened to in use as well: there, a connection that breaks fails its statement.
  pool.on('connect', (client) => client.on('error', ignoreLoss));
  return pool;
}

function ignoreLoss(): void {}
