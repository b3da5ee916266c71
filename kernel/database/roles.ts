/**
 * The database's view of who is who: per room an owner (migrations only), a request role that row-level security binds, and
 * a worker role for relay, follower and import. Makes missing roles; never changes the password of an existing one.
 */
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import type { DatabaseRoom, PreparedConfig } from '../config';
import { deriveKey, masterKeyFingerprint } from '../keys';
import { Secret } from '../secret';
import { StartError } from '../start-error';
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
  const role = roleName(room, kind);
  url.username = role;
  url.password = deriveKey(config.masterKey, `database role ${role}`).toString('base64url');
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
  await checkFingerprint(admin, config, room);
  const kinds: RoleKind[] = ['owner', 'request', 'worker'];
  for (const kind of room === 'keystore' ? kinds.slice(0, 2) : kinds) await ensureRole(admin, config, room, kind);
  const schema = escapeIdentifier(dbSchemaOf(room));
  const owner = escapeIdentifier(roleName(room, 'owner'));
  // An administrator who is not a superuser must be able to act as the owner before he can give it a dbSchema.
  await admin.query(`do $$ begin if not (select rolsuper from pg_roles where rolname = current_user) then grant ${owner} to current_user; end if; end $$`);
  const existing = await admin.query('select 1 from pg_namespace where nspname = $1', [dbSchemaOf(room)]);
  if (existing.rowCount === 0) {
    // One message, one transaction: a dbSchema without its fingerprint never exists.
    await admin.query(
      `begin; create schema ${schema} authorization ${owner}; ` +
        `comment on schema ${schema} is ${escapeLiteral(commentOf(config, room))}; commit`,
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
    const password = new URL(roleUrl(config, room, kind).reveal()).password;
    await admin.query(`create role ${escapeIdentifier(role)} login nosuperuser nobypassrls nocreatedb nocreaterole noinherit password ${escapeLiteral(password)}`);
  }
}

/**
 * A wrong master key would fail only at the first read of personal data, or worse, seal new data under it. The fingerprint
 * in the dbSchema's comment tells at start.
 */
async function checkFingerprint(admin: Client, config: PreparedConfig, room: DatabaseRoom): Promise<void> {
  const { rows } = await admin.query<{ comment: string | null }>(`select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = $1`, [dbSchemaOf(room)]);
  if (rows.length === 0 || rows[0]?.comment === commentOf(config, room)) return;
  if (!rows[0]?.comment?.startsWith('cession ')) {
    throw new StartError(`The database already has a schema "${dbSchemaOf(room)}" that is not this hub's.`, 'Give the hub a database of its own.');
  }
  throw new StartError(
    `The master key is wrong: the ${room} room's database was made with another one.`,
    'Set CESSION_MASTER_KEY, or CESSION_HOME with its master.key, to the key this database was created with.',
  );
}

function commentOf(config: PreparedConfig, room: DatabaseRoom): string {
  return `cession ${room}; master key ${masterKeyFingerprint(config.masterKey)}`;
}

function explain(error: unknown, room: DatabaseRoom): unknown {
  if (sqlState(error) !== '42501') return error;
  return new StartError(`The user of DATABASE_URL may not prepare the ${room} room's database.`, 'Use a user that may create roles and schemas, and that owns the database.', error);
}
