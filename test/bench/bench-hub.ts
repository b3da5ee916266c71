/** A database of its own for each bench, and the configuration its processes are started with. Fills no database that was there before. */
import { Client } from 'pg';
import { freezeDeep, type PreparedConfig } from '../../kernel/config';
import { Secret } from '../../kernel/secret';
import { ROOMS } from '../../schema/vocabulary';
import { freePorts } from '../support/free-ports';

/** An empty database on the server of `config`, dropped and made anew. */
export async function emptyDatabase(config: PreparedConfig, name: string): Promise<PreparedConfig> {
  const admin = new Client({ connectionString: config.database.url.reveal() });
  await admin.connect();
  try {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
  } finally {
    await admin.end();
  }
  const url = new URL(config.database.url.reveal());
  url.pathname = `/${name}`;
  const ports = await freePorts(ROOMS.length + 1);
  const rooms = Object.fromEntries(ROOMS.map((room, at) => [room, { url: null, port: ports[at]! }])) as PreparedConfig['rooms'];
  return freezeDeep({ ...config, port: ports.at(-1)!, rooms, database: { ...config.database, url: new Secret(url.toString()) } });
}

/** The same settings for a child process. */
export function environmentOf(config: PreparedConfig): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    HOST: config.host,
    PORT: String(config.port),
    CESSION_HOME: config.home,
    CESSION_MASTER_KEY: config.masterKey.reveal().toString('base64'),
    DATABASE_URL: config.database.url.reveal(),
    LOG_LEVEL: config.logLevel,
  };
  for (const room of ROOMS) env[`CESSION_ROOM_PORT_${room.toUpperCase()}`] = String(config.rooms[room].port);
  return env;
}
