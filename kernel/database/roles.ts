/**
 * The database's view of who is who: per room an owner (migrations only), a request role that row-level security binds, and a
 * worker role for relay, follower and import. Roles are of the whole server and log nobody in; each master key has logins of its
 * own to them, so that hubs on one server share no password. Makes what is missing, and changes no password of what is there.
 */
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
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

const UNPRIVILEGED = 'nosuperuser nobypassrls nocreatedb nocreaterole noinherit';

/** Twelve digits tell the master keys of a server apart; the whole fingerprint is in the mark of each dbSchema. */
const FINGERPRINT_DIGITS = 12;

/** Who logs in to act as the role: its name says for which master key. */
export function loginName(config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): string {
  return roleName(room, kind).replace('cession_', `cession_${masterKeyFingerprint(config.masterKey).slice(0, FINGERPRINT_DIGITS)}_`);
}

/** The administrator's URL of the database that holds this room. */
export function adminUrlOf(config: PreparedConfig, room: DatabaseRoom): Secret {
  return config.database.roomUrls[room] ?? config.database.url;
}

/** A session of a login does nothing as itself: it is the role from its first statement on, in the room's dbSchema. */
export function sessionOptions(room: DatabaseRoom, kind: RoleKind): string {
  // pg_temp last: a temporary table must never stand in for a table of the room.
  return `-c role=${roleName(room, kind)} -c search_path=${dbSchemaOf(room)},pg_temp`;
}

/** The room's database as a login to one of its roles; whatever else the administrator's URL says (host, TLS) stays. */
export function roleUrl(config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): Secret {
  const url = new URL(adminUrlOf(config, room).reveal());
  url.username = loginName(config, room, kind);
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
  for (const kind of kindsOf(room)) {
    const role = roleName(room, kind);
    await ensureRole(admin, role, `create role ${escapeIdentifier(role)} nologin ${UNPRIVILEGED}`);
    // One message, one transaction: a login without its role never exists.
    await ensureRole(admin, loginName(config, room, kind), makeLogin(config, room, kind));
  }
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
async function ensureRole(admin: Client, role: string, making: string): Promise<void> {
  const found = await admin.query<{ privileged: boolean }>(
    'select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as privileged from pg_roles where rolname = $1',
    [role],
  );
  if (found.rows[0]?.privileged) {
    throw new StartError(`The database role ${role} may bypass row-level security or manage the server.`, `Take that from it: alter role ${role} nosuperuser nobypassrls nocreaterole nocreatedb noreplication`);
  }
  if (found.rowCount === 0) await admin.query(making);
}

/** Of its own it may do nothing at all: it inherits nothing, and owns nothing. */
export function makeLogin(config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): string {
  const login = escapeIdentifier(loginName(config, room, kind));
  const password = escapeLiteral(passwordOf(config, room, kind));
  return `create role ${login} login ${UNPRIVILEGED} password ${password}; grant ${escapeIdentifier(roleName(room, kind))} to ${login}`;
}

export function kindsOf(room: DatabaseRoom): RoleKind[] {
  return room === 'keystore' ? ['owner', 'request'] : ['owner', 'request', 'worker'];
}

function passwordOf(config: PreparedConfig, room: DatabaseRoom, kind: RoleKind): string {
  return deriveKey(config.masterKey, `database role ${roleName(room, kind)}`).toString('base64url');
}

function explain(error: unknown, room: DatabaseRoom): unknown {
  if (sqlState(error) !== '42501') return error;
  return new StartError(`The user of DATABASE_URL may not prepare the ${room} room's database.`, 'Use a user that may create roles and schemas, and that owns the database.', error);
}
