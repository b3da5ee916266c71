/**
 * Faults of the follower as a table: killed around each statement of a page, fed pages that are repeated, out of order,
 * altered or too short. It either ends at the same standing as one that was never disturbed, or halts and says where.
 */
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../../audit/definition';
import type { OpenedLedger } from '../../../audit/ledger-port';
import type { RoomDatabase } from '../../../kernel/database/room-database';
import { followAgain } from '../../../kernel/follower/follow-again';
import { Follower, type Following } from '../../../kernel/follower/follower';
import { STANDING_FOLLOWING } from '../../../kernel/follower/standing.follower';
import type { Ledger, LedgerPage } from '../../../kernel/ledger';
import { roomStanding } from '../../../kernel/room-standing';
import { roomTables } from '../../../kernel/room-tables';
import { newId } from '../../../schema/ids';
import { dyingPool } from '../../support/dying-pool';
import { appendStanding } from '../../support/standing-history';
import { testDatabase } from '../../support/test-database';
import { openTestLedger } from '../../support/test-ledger';

const DEBTS = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;
const database = testDatabase(AUDIT_DATABASE, DEBTS);
let ledger: OpenedLedger;
let debts: RoomDatabase;
let size: number;

beforeAll(async () => {
  ledger = await openTestLedger(database);
  debts = await database.open(DEBTS);
  size = await appendStanding(ledger, 12);
});

beforeEach(() => forget());

async function forget(): Promise<void> {
  for (const statement of followAgain()) await debts.worker.query(statement);
}

async function nextIndex(): Promise<number> {
  return (await debts.worker.query<{ next_index: number }>('select next_index from follower')).rows[0]!.next_index;
}

interface Standing {
  readonly rights: unknown;
  readonly engagements: unknown;
}

async function standing(): Promise<Standing> {
  const rights = await debts.worker.query('select * from standing_right order by id');
  const engagements = await debts.worker.query('select * from standing_engagement order by id');
  return { rights: rights.rows, engagements: engagements.rows };
}

const PATIENCE_MS = 20_000;

/** Runs a follower until it has halted or `until` says so. */
async function follow(port: Ledger, until: () => Promise<boolean>, worker: Pool = debts.worker, following: ReadonlyMap<string, readonly Following[]> = STANDING_FOLLOWING): Promise<Error | null> {
  let halted: Error | null = null;
  const follower = new Follower({ worker, ledger: port, keyStore: { destroyKeys: () => Promise.resolve(0) }, following, onHalt: (error) => (halted = error), onTrouble: () => undefined });
  follower.start();
  const deadline = Date.now() + PATIENCE_MS;
  while (halted === null && Date.now() < deadline && !(await until())) await new Promise((resolve) => setTimeout(resolve, 2));
  await follower.stop();
  if (Date.now() >= deadline) throw new Error('the follower neither got there nor halted');
  return halted;
}

/** Or beyond: the ledger goes on to commit to its stream heads by itself. */
const isCaughtUp = async () => (await nextIndex()) >= size;

/** The ledger with every page passed through `change`; small pages, so that a history has many. */
function ledgerWith(change: (page: LedgerPage, from: number) => LedgerPage): Ledger {
  const port = () => ledger.ledgerFor('debts');
  return {
    room: 'debts',
    append: (...given) => port().append(...given),
    sentAfter: (...asked) => port().sentAfter(...asked),
    read: async (from, limit, waitMs) => change(await port().read(from, Math.min(limit, 5), Math.min(waitMs, 20)), from),
  };
}

const honest = ledgerWith((page) => page);

describe('a follower killed at any statement continues to the same standing', () => {
  it.each([0, 1, 2, 3, 5, 8, 13].flatMap((dieAt) => [{ dieAt, persisted: false, fault: '(fault: the follower dies between, not persisted)' }, { dieAt, persisted: true, fault: '(fault: the follower dies between, persisted)' }]))(
    'statement $dieAt $fault',
    async ({ dieAt, persisted }) => {
      expect(await follow(honest, isCaughtUp)).toBeNull();
      const undisturbed = await standing();
      await forget();
      const dying = dyingPool(debts.worker, dieAt, persisted);
      expect(await follow(honest, async () => dying.isDead() || (await isCaughtUp()), dying.pool)).toBeNull();
      expect(await follow(honest, isCaughtUp)).toBeNull();
      expect(await standing()).toEqual(undisturbed);
    },
  );
});

describe('a follower whose room was restored from an older copy while it followed', () => {
  it('follows again from where that copy stood, after what it has to make sure of first', async () => {
    expect(await follow(honest, isCaughtUp)).toBeNull();
    const undisturbed = await standing();
    await forget();
    let restored = false;
    const told: string[] = [];
    const reading = ledgerWith((page) => page);
    const restoring: Ledger = { ...reading, read: async (from, limit, waitMs) => {
      if (from >= size && !restored) {
        await forget();
        restored = true;
      }
      return reading.read(from, limit, waitMs);
    } };
    const follower = new Follower({
      worker: debts.worker, ledger: restoring, keyStore: { destroyKeys: () => Promise.resolve(0) }, following: STANDING_FOLLOWING,
      before: async () => void told.push('before'), onMoved: async () => void told.push('moved'), onHalt: ({ message }) => told.push(message), onTrouble: () => undefined,
    });
    follower.start();
    while (!restored || !(await isCaughtUp())) await new Promise((resolve) => setTimeout(resolve, 2));
    await follower.stop();
    expect(told).toEqual(['before', 'moved', 'before']);
    expect(await standing()).toEqual(undisturbed);
  });
});

describe('standing tables', () => {
  it('rebuilt from entry 0 equal the live ones', async () => {
    expect(await follow(honest, isCaughtUp)).toBeNull();
    const live = await standing();
    await forget();
    expect(await follow(ledger.ledgerFor('debts'), isCaughtUp)).toBeNull();
    expect(await standing()).toEqual(live);
  });
});

/** The same link with its number one higher. */
function otherPlace(text: string): string {
  const [salt, stream, n, prev] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as [string, string, number, string];
  return Buffer.from(JSON.stringify([salt, stream, n + 1, prev])).toString('base64url');
}

const REJECTED: { claim: string; change: (page: LedgerPage, from: number) => LedgerPage; message: RegExp }[] = [
  { claim: 'a repeated entry', change: (page) => ({ ...page, entries: page.entries.flatMap((entry) => [entry, entry]) }), message: /expected entry 1, the ledger gave 0/ },
  { claim: 'entries out of order', change: (page) => ({ ...page, entries: [...page.entries].reverse() }), message: /expected entry 0/ },
  { claim: 'an omitted entry', change: (page) => ({ ...page, entries: page.entries.filter(({ index }) => index !== 3) }), message: /expected entry 3, the ledger gave 4/ },
  {
    claim: 'an altered value beside an entry',
    change: (page) => ({ ...page, entries: page.entries.map((entry) => ({ ...entry, disclosures: entry.disclosures.map((held) => ({ ...held, text: held.text && Buffer.from('["AAAAAAAAAAAAAAAAAAAAAA","creditorId","x"]').toString('base64url') })) })) }),
    message: /a value kept beside it is not the one it commits to/,
  },
  {
    claim: 'an altered place in a stream beside an entry, which nothing but its digest protects',
    change: (page) => ({ ...page, entries: page.entries.map((entry) => ({ ...entry, disclosures: entry.disclosures.map((held) => (held.kind === 'link' ? { ...held, text: held.text && otherPlace(held.text) } : held)) })) }),
    message: /a value kept beside it is not the one it commits to/,
  },
  {
    claim: 'an entry that does not follow the one before',
    change: (page) => ({ ...page, entries: page.entries.map((entry) => (entry.index === 2 ? { ...entry, bytes: Buffer.from(entry.bytes.toString('latin1').replace(/"prev":"../, '"prev":"AA'), 'latin1') } : entry)) }),
    message: /entry 2 does not follow/,
  },
  { claim: 'a ledger shorter than what was applied', change: (page, from) => (from === 0 ? page : { ...page, size: 1, entries: [] }), message: /the ledger ends at 1/ },
  {
    claim: 'a checkpoint of another key',
    change: (page, from) => (from === 0 ? page : { ...page, checkpoint: 'cession.local/ledger\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— cession.local/ledger AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n' }),
    message: /did not sign/,
  },
];

describe('a follower halts loudly on', () => {
  it.each(REJECTED)('$claim', async ({ change, message }) => {
    const halted = await follow(ledgerWith(change), isCaughtUp);
    expect(halted?.message).toMatch(message);
  });

  it('an event version it cannot read', async () => {
    const future = new Map([['creditors.StaffAuthorityGranted', [{ versions: [2], handler: async () => undefined }]]]);
    const halted = await follow(honest, isCaughtUp, debts.worker, future);
    expect(halted?.message).toMatch(/version 1 .*this room can read/);
  });

  it('nothing at all for an event type that nobody here follows', async () => {
    const creditorId = newId('creditor');
    expect(creditorId).toMatch(/^creditor_/);
    expect(await follow(honest, isCaughtUp, debts.worker, new Map())).toBeNull();
  });
});
