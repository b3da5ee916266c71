/**
 * A rotation's part in the logins of one room: those of the new master key are made, those of the old one are taken away unless another
 * hub on the server is at work with them. Tells who is connected, by the names processes give their sessions.
 */
import { escapeIdentifier, type ClientBase, type Pool } from 'pg';
import type { DatabaseRoom, PreparedConfig } from '../config';
import { kindsOf, loginName, makeLogin, roleName } from './roles';

/** Once each: before each master key had logins of its own, the roles themselves logged in. */
function namesOf(config: PreparedConfig, room: DatabaseRoom): string[] {
  return kindsOf(room).flatMap((kind) => [loginName(config, room, kind), roleName(room, kind)]);
}

/** What processes of this hub call themselves that are connected to the room's database, each once. */
export async function processesConnected(admin: Pool, config: PreparedConfig, room: DatabaseRoom): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>('select distinct application_name as name from pg_stat_activity where datname = current_database() and usename = any($1) order by 1', [
    namesOf(config, room),
  ]);
  return rows.map(({ name }) => name);
}

const MADE = 'select rolname as name from pg_roles where rolname = any($1)';
const AT_WORK = 'select distinct usename as name, datname as database from pg_stat_activity where datname <> current_database() and usename = any($1) order by 2';

/** In the caller's transaction. Returns the databases of other hubs that are at work with the old key's logins, which they keep. */
export async function replaceLogins(admin: ClientBase, { from, to }: { readonly from: PreparedConfig; readonly to: PreparedConfig }, room: DatabaseRoom): Promise<string[]> {
  const made = new Set((await admin.query<{ name: string }>(MADE, [kindsOf(room).map((kind) => loginName(to, room, kind))])).rows.map(({ name }) => name));
  const { rows } = await admin.query<{ name: string; database: string }>(AT_WORK, [namesOf(from, room)]);
  const kept = new Set(rows.map(({ name }) => name));
  const statements = kindsOf(room).flatMap((kind) => {
    const [login, role] = [loginName(from, room, kind), roleName(room, kind)];
    return [
      ...(made.has(loginName(to, room, kind)) ? [] : [makeLogin(to, room, kind)]),
      ...(kept.has(login) ? [] : [`drop role if exists ${escapeIdentifier(login)}`]),
      ...(kept.has(role) ? [] : [`alter role ${escapeIdentifier(role)} nologin password null`]),
    ];
  });
  await admin.query(statements.join('; '));
  return [...new Set(rows.map(({ database }) => database))];
}
