/**
 * One process's hold on the embedded server: signed in while it uses it, bringing it back when it dies, stopping it when
 * nobody else is signed in. A crash of the database thus costs seconds of UNAVAILABLE, not a restart of the hub.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { exists } from '../home';
import { withHomeLock } from '../home-lock';
import { adminUrl, answers, startOrAdopt, stopServer, type Durability } from './embedded-server';
import { openPlace, type Place } from './place';

/** Advisory lock held shared by every process that uses an embedded server; the last one to leave gets it alone. */
const USERS_LOCK = 0x636573; // "ces"
/** Milliseconds between attempts to bring it back: a full disk takes an operator to clear. */
const REVIVE_MS = 1_000;

export class ServerKeeper {
  readonly #stopped = new AbortController();
  #place: Place | null = null;
  #user: Client | null = null;
  #reviving: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  private constructor(
    private readonly home: string,
    private readonly durability: Durability,
  ) {}

  static async start(home: string, durability: Durability): Promise<{ keeper: ServerKeeper; place: Place; adopted: boolean }> {
    const keeper = new ServerKeeper(home, durability);
    return { keeper, ...(await keeper.#startAndSignIn(() => openPlace(home))) };
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#leave());
  }

  async #startAndSignIn(where: () => Promise<Place>): Promise<{ place: Place; adopted: boolean }> {
    return withHomeLock(this.home, async () => {
      const running = await startOrAdopt(this.home, await where(), this.durability);
      this.#place = running.place;
      this.#user = await signIn(running.place);
      this.#user.once('end', () => {
        if (!this.#stopped.signal.aborted) this.#reviving = this.#revive();
      });
      return running;
    });
  }

  /** Room pools keep their URL, so they find it again on its remembered port. */
  async #revive(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const revived = await this.#startAndSignIn(() => this.#existingPlace()).catch(() => null);
      if (revived) return;
      await sleep(REVIVE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Somebody may have deleted the home under a running hub: an empty new cluster must not take the place of the old. */
  async #existingPlace(): Promise<Place> {
    const place = this.#place;
    if (!place) throw new TypeError('Nothing to bring back: the server never ran.');
    await fs.access(path.join(place.dataDirectory, 'PG_VERSION'));
    return place;
  }

  async #leave(): Promise<void> {
    this.#stopped.abort();
    await this.#reviving;
    const place = this.#place;
    // Without its home PostgreSQL ends by itself: it looks for its lock file once a minute.
    if (!place || !(await exists(this.home))) return this.#user?.end();
    await withHomeLock(this.home, async () => {
      if (await signOut(place, this.#user)) await stopServer(place);
    });
  }
}

async function signIn(place: Place): Promise<Client> {
  const client = new Client({ connectionString: adminUrl(place).reveal(), application_name: 'cession database user', keepAlive: true });
  // What follows from a broken connection follows from its end.
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_advisory_lock_shared($1)', [USERS_LOCK]);
  return client;
}

/** True when nobody else is signed in. MUST run under the home lock, which keeps newcomers out. */
async function signOut(place: Place, user: Client | null): Promise<boolean> {
  await user?.query('select pg_advisory_unlock_shared($1)', [USERS_LOCK]).catch(() => undefined);
  await user?.end().catch(() => undefined);
  // It does not answer; stopServer finds out whether it is still there.
  if (!(await answers(place))) return true;
  // A connection of its own: the first one may have broken long ago without anybody noticing.
  const last = new Client({ connectionString: adminUrl(place).reveal(), connectionTimeoutMillis: 2_000 });
  last.on('error', () => undefined);
  try {
    await last.connect();
    const { rows } = await last.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [USERS_LOCK]);
    return rows[0]?.alone === true;
  } catch {
    return true;
  } finally {
    await last.end().catch(() => undefined);
  }
}
