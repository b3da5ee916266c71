/**
 * The database's view of who is who: per room an owner (migrations only), a request role that row-level security binds, and
 * a worker role for relay, follower and import. Makes missing roles; changes a password only when the master key is rotated.
 */
import { Client, escapeIdentifier, escapeLiteral, type ClientBase } from 'pg';
import type { DatabaseRoom, PreparedConfig } from '../config';
import { deriveKey, masterKeyFingerprint } from '../keys';
import { Secret } from '../secret';
import { StartError } from '../start-error';
import { checkMark, formatMark } from './master-key-mark';
import { isConcurrentChange, sqlState } from './postgres-errors';

export type RoleKind = 'owner' | 'request' | 'worker';

/** Serialises the making of roles and dbSchemas; roles are shared by all databases of a server, locks are not. */
const ROLES_LOCK = 0x726f6c65; // "role"
/** Two databases of one server may still collide in the shared catalogue. */
const ATTEMPTS = 5;

/** The room's dbSchema has the room's name. */
export function dbSchemaOf(room: DatabaseRoom): string {
  return room;
}

/** The key store has one login for use and an owner for its migrations. */
export function roleName(room: DatabaseRoom, kind: RoleKind): string {
  return room === 'keystore' && kind !== 'owner' ? 'cession_keystore' : `cession_${room}_${kind}`;
}

/** The administrator's URL of the database that holds this room. */
export function adminUrlOf(config: PreparedConfig, room: DatabaseRoom): Secret {
  return config.database.roomUrls[room] ?? config.database.url;
}

/** The room's database as one of its roles; whatever else the administrator's URL says (host, TLS) stays. */
export function roleUrl(config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): Secret {
  const url = new URL(adminUrlOf(config, room).reveal());
  url.username = roleName(room, kind);
  url.password = passwordOf(config, room, kind);
  return new Secret(url.toString());
}

/** Makes the room's roles and dbSchema, idempotently and safe against other processes doing the same. */
export async function ensureRoles(config: PreparedConfig, room: DatabaseRoom): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const admin = new Client({ connectionString: adminUrlOf(config, room).reveal(), connectionTimeoutMillis: config.database.connectTimeoutMs });
    admin.on('error', () => undefined);
    try {
      await admin.connect();
      await admin.query('select pg_advisory_lock($1)', [ROLES_LOCK]);
      return await makeRolesAndSchema(admin, config, room);
    } catch (error) {
      if (isConcurrentChange(error) && attempt < ATTEMPTS) continue;
      throw explain(error, room);
    } finally {
      await admin.end().catch(() => undefined);
    }
  }
}

async function makeRolesAndSchema(admin: Client, config: PreparedConfig, room: DatabaseRoom): Promise<void> {
  await checkMark(admin, room, masterKeyFingerprint(config.masterKey));
  for (const kind of kindsOf(room)) await ensureRole(admin, config, room, kind);
  const schema = escapeIdentifier(dbSchemaOf(room));
  const owner = escapeIdentifier(roleName(room, 'owner'));
  // An administrator who is not a superuser must be able to act as the owner before he can give it a dbSchema.
  await admin.query(`do $$ begin if not (select rolsuper from pg_roles where rolname = current_user) then grant ${owner} to current_user; end if; end $$`);
  const existing = await admin.query('select 1 from pg_namespace where nspname = $1', [dbSchemaOf(room)]);
  if (existing.rowCount === 0) {
    // One message, one transaction: a dbSchema without its fingerprint never exists.
    await admin.query(
      `begin; create schema ${schema} authorization ${owner}; ` +
        `comment on schema ${schema} is ${escapeLiteral(formatMark(room, { key: masterKeyFingerprint(config.masterKey) }))}; commit`,
    );
  }
  await admin.query(`grant usage on schema ${schema} to ${escapeIdentifier(roleName(room, 'request'))}, ${escapeIdentifier(roleName(room, 'worker'))}`);
}

/** Tables grant nothing by default: each migration says what the request and the worker role may do. */
async function ensureRole(admin: Client, config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): Promise<void> {
  const role = roleName(room, kind);
  const found = await admin.query<{ privileged: boolean }>(
    'select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as privileged from pg_roles where rolname = $1',
    [role],
  );
  if (found.rows[0]?.privileged) {
    throw new StartError(`The database role ${role} may bypass row-level security or manage the server.`, `Take that from it: alter role ${role} nosuperuser nobypassrls nocreaterole nocreatedb noreplication`);
  }
  if (found.rowCount === 0) {
    await admin.query(`create role ${escapeIdentifier(role)} login nosuperuser nobypassrls nocreatedb nocreaterole noinherit password ${escapeLiteral(passwordOf(config, room, kind))}`);
  }
}

/** Gives the room's roles the passwords of another master key, inside the caller's transaction. */
export async function changePasswords(admin: ClientBase, config: PreparedConfig, room: DatabaseRoom): Promise<void> {
  const changes = kindsOf(room).map((kind) => `alter role ${escapeIdentifier(roleName(room, kind))} password ${escapeLiteral(passwordOf(config, room, kind))}`);
  await admin.query(changes.join('; '));
}

function kindsOf(room: DatabaseRoom): RoleKind[] {
  return room === 'keystore' ? ['owner', 'request'] : ['owner', 'request', 'worker'];
}

function passwordOf(config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): string {
  return deriveKey(config.masterKey, `database role ${roleName(room, kind)}`).toString('base64url');
}

function explain(error: unknown, room: DatabaseRoom): unknown {
  if (sqlState(error) !== '42501') return error;
  return new StartError(`The user of DATABASE_URL may not prepare the ${room} room's database.`, 'Use a user that may create roles and schemas, and that owns the database.', error);
}
