/** A room that follows a log across a change of its key: it believes the new key for the old one's signature, and nothing else. */
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../../audit/definition';
import { openLedger, type OpenedLedger } from '../../../audit/ledger-port';
import { parseEntry } from '../../../audit/log/entry';
import { ROTATION_TYPE } from '../../../audit/log/log-keys';
import { parseNote, signNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey } from '../../../audit/log/note-key';
import { rotateKey } from '../../../audit/signer/rotate-key';
import { createLedger } from '../../../audit/writer/create-ledger';
import { Follower } from '../../../kernel/follower/follower';
import { STANDING_FOLLOWING } from '../../../kernel/follower/standing.follower';
import type { Ledger, LedgerPage, StoredEntry } from '../../../kernel/ledger';
import { roomStanding } from '../../../kernel/room-standing';
import { roomTables } from '../../../kernel/room-tables';
import { receipts, submission } from '../../audit/ledger-fixture';
import { testDatabase } from '../../support/test-database';
import { testDiagnostics } from '../../support/test-ledger';

const DEBTS = { room: 'debts', rows: [], migrations: [roomTables('debts'), roomStanding('debts')] } as const;
const database = testDatabase(AUDIT_DATABASE, DEBTS);
const PATIENCE_MS = 10_000;

describe('a room that follows a log whose key was changed', () => {
  const signerOf = (seed: number) => openSigningKey(createSigningKey(database.config.ledger.origin, Buffer.alloc(32, seed)).secret);
  let ledger: OpenedLedger;
  let debts: Pool;
  let size: number;
  /** The latest checkpoint before the change. */
  let before: string;

  beforeAll(async () => {
    const { worker: pool } = await database.open(AUDIT_DATABASE);
    pool.options.max = 10;
    debts = (await database.open(DEBTS)).worker;
    const [first, second] = [signerOf(1), signerOf(2)];
    await createLedger(pool, { origin: first.name, vkey: first.vkey, now: new Date() });
    const open = (signer: typeof first) => openLedger({ pool, signer, checkpointIntervalMs: 600_000, diagnostics: testDiagnostics() });
    const append = async (to: OpenedLedger): Promise<void> => void receipts(await to.ledgerFor('debts').append('direct', [submission(), submission(), submission()], 5_000));
    const old = await open(first);
    await append(old);
    await old.signNow();
    before = old.reader.checkpoint!.note;
    await old.stop();
    await rotateKey({ pool, from: first, to: second, clock: () => new Date() });
    ledger = await open(second);
    database.beforeClose(() => ledger.stop());
    await append(ledger);
    await ledger.signNow();
    size = (await ledger.ledgerFor('debts').read(0, 1, 0)).size;
  });

  beforeEach(async () => {
    await debts.query(`update follower set next_index = 0, leaf_hash = decode(repeat('00', 32), 'hex'), frontier = '', vkey = null, confirmed_at = 'epoch'`);
  });

  /** Two entries a page, so that checkpoints lie ahead of the room, at its place, and behind it. */
  async function follow(change: (page: LedgerPage, from: number) => LedgerPage): Promise<{ next: number; vkey: string | null; halted: string | null }> {
    const port = ledger.ledgerFor('debts');
    const altered: Ledger = { ...port, read: async (from, limit, waitMs) => change(await port.read(from, Math.min(limit, 2), Math.min(waitMs, 20)), from) };
    let halted: string | null = null;
    const follower = new Follower({ worker: debts, ledger: altered, keyStore: { destroyKeys: () => Promise.resolve(0) }, following: STANDING_FOLLOWING, onHalt: ({ message }) => (halted = message), onTrouble: () => undefined });
    follower.start();
    const row = async () => (await debts.query<{ next_index: number; vkey: string | null }>('select next_index, vkey from follower')).rows[0]!;
    for (const deadline = Date.now() + PATIENCE_MS; halted === null && (await row()).next_index < size && Date.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 2));
    await follower.stop();
    const { next_index: next, vkey } = await row();
    return { next, vkey, halted };
  }

  const isRotation = ({ bytes }: StoredEntry): boolean => parseEntry(bytes).event.type === ROTATION_TYPE;

  it('comes to the head and keeps the new key', async () => {
    expect(await follow((page) => page)).toEqual({ next: size, vkey: signerOf(2).vkey, halted: null });
  });

  it('is not disturbed by the last checkpoint of the old key', async () => {
    expect(await follow((page, from) => (from < 6 ? { ...page, checkpoint: before } : page))).toMatchObject({ next: size, halted: null });
  });

  it.each<[string, (text: string) => string]>([
    ['the old key did not sign', (text) => text.replace(/\\n— [^\\]+\\n—/, '\\n—')],
    ['a signature was altered of', (text) => text.replace(/(— \S+ [A-Za-z0-9+/]{20})./, (_all, start: string) => `${start}!`)],
    ['names another new key than was signed', (text) => text.replace(signerOf(2).vkey, signerOf(3).vkey)],
  ])('halts on a change that %s', async (_what, alter) => {
    const forge = (entry: StoredEntry): StoredEntry => {
      if (!isRotation(entry)) return entry;
      const bytes = Buffer.from(alter(entry.bytes.toString('utf8')), 'utf8');
      expect(bytes.equals(entry.bytes)).toBe(false);
      return { ...entry, bytes };
    };
    const { halted, vkey } = await follow((page) => ({ ...page, entries: page.entries.map(forge) }));
    expect(halted).toMatch(/names a key for the log that is not to be believed/);
    expect(vkey).toBe(signerOf(1).vkey);
  });

  it('halts when the old key signs on after the change', async () => {
    const old = signerOf(1);
    const { checkpoint } = await ledger.ledgerFor('debts').read(0, 1, 0);
    const note = await signNote(parseNote(checkpoint!).text, [old]);
    const { halted } = await follow((page) => ({ ...page, checkpoint: note }));
    expect(halted).toMatch(/the key in force at its size did not sign/);
  });
});
