/** The heads entry: what it commits to, when it is written, what faults do to it, and what the self-check says of stored pages. */
import fc from 'fast-check';
import type { Client, Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { parseEntry, type ParsedEntry } from '../../audit/log/entry';
import { readHeadsFacts, type HeadsFacts } from '../../audit/log/heads-event';
import { HeadsTree } from '../../audit/log/heads-tree';
import { readHeads } from '../../audit/reader/heads-links';
import { KeptHeads } from '../../audit/self-check/kept-heads';
import { checkLedger } from '../../audit/self-check/self-check';
import { readEntries } from '../../audit/reader/stored-entries';
import { readHead } from '../../audit/writer/head';
import { BrokenInvariant } from '../../audit/writer/ledger-state';
import { HeadsKeeper } from '../../audit/writer/heads-keeper';
import { headsIntake } from '../../audit/writer/heads-intake';
import type { StreamName } from '../../schema/vocabulary';
import { newId } from '../../schema/ids';
import { testDatabase } from '../support/test-database';
import { beginLedger, FAULTS, interferingPool, once, openWriter, receipts, submission, type OpenedWriter } from './ledger-fixture';

const DEADLINE = 5_000;
const CREDITORS = Array.from({ length: 3 }, (): StreamName => `creditor:${newId('creditor')}`);

describe('the keeper of stream heads', () => {
  const database = testDatabase(AUDIT_DATABASE);
  let pool: Pool;
  let admin: Client;
  let opened: OpenedWriter;
  let keeper: HeadsKeeper;

  beforeAll(async () => {
    pool = (await database.open(AUDIT_DATABASE)).worker;
    pool.options.max = 8;
    admin = await database.admin();
    await beginLedger(pool);
  });

  beforeEach(async () => {
    opened = await openWriter(pool);
    keeper = keeperOn(pool);
  });

  afterEach(() => opened.writer.close());

  const keptHeads = (): KeptHeads => new KeptHeads(pool, new AbortController().signal);
  const keeperOn = (own: Pool): HeadsKeeper => new HeadsKeeper({ pool: own, recent: opened.recent, writer: opened.writer, clock: () => new Date() });
  const append = async (count: number): Promise<void> => {
    const batch = Array.from({ length: count }, (_, i) => submission({ streams: [CREDITORS[i % 3]!, `debt:${newId('debt')}`] }));
    receipts(await opened.writer.append('debts', 'direct', batch, DEADLINE));
  };
  const entryAt = async (index: number): Promise<ParsedEntry> => parseEntry((await readEntries(pool, index, index + 1, 1))[0]!.bytes);
  const sizeNow = async (): Promise<number> => (await readHead(pool))!.size;

  const tree = new HeadsTree();
  let derivedSize = 0;
  let streams = 0;
  /** The facts of a heads entry from nothing but the links before it; asked for in ascending order. */
  async function derived(size: number): Promise<HeadsFacts> {
    for (const leaf of await readHeads(pool, derivedSize, size)) if (tree.put(leaf)) streams += 1;
    derivedSize = size;
    return { root: tree.settle().root.toString('base64url'), size, streams };
  }

  it('writes the first heads entry of a log that never had one, in no stream', async () => {
    const size = await keeper.commit(true);
    const entry = await entryAt((await sizeNow()) - 1);
    expect(size).toBe(entry.index + 1);
    expect(entry.links).toEqual([]);
    expect(entry.source).toBe('audit/direct');
    expect(readHeadsFacts(entry)).toEqual(await derived(entry.index));
  });

  it('writes none when nothing came since the last one, not even after a restart', async () => {
    const size = await keeper.commit(true);
    expect(await keeper.commit(true)).toBe(size);
    await opened.writer.close();
    opened = await openWriter(pool);
    expect(await keeperOn(pool).commit(true)).toBe(size);
  });

  it.each([1, 63, 64, 65, 200, 700])('commits to the heads of the entry before it after %d more entries', async (count) => {
    await append(count);
    const size = (await keeper.commit(true)) as number;
    const entry = await entryAt(size - 1);
    expect(await sizeNow()).toBe(size);
    expect(readHeadsFacts(entry)).toEqual(await derived(entry.index));
    expect(keeper.lastCost).toMatchObject({ entries: count });
  });

  it('speaks of the entry right before it although others append all the time, and holds nobody up for good', async () => {
    let isOver = false;
    const callers = Array.from({ length: 8 }, async () => {
      while (!isOver) await append(1);
    });
    const sizes: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      await opened.recent.grown(sizes.at(-1) ?? 0, DEADLINE);
      sizes.push((await keeper.commit(true)) as number);
    }
    isOver = true;
    await Promise.all(callers);
    for (const size of sizes) expect(readHeadsFacts(await entryAt(size - 1))).toEqual(await derived(size - 1));
    expect(new Set(sizes).size).toBe(5);
  });

  it('is not submitted by a room, and refused where the log has grown since', async () => {
    const intake = headsIntake({ root: Buffer.alloc(32), size: 1, streams: 1 }, new Date());
    const room = await opened.writer.append('audit', 'direct', [{ idempotencyKey: intake.key, event: intake.event, streams: [], disclosures: [] }], DEADLINE);
    expect(room).toMatchObject([{ ok: false, code: 'FORBIDDEN' }]);
    expect(await opened.writer.appendNext(async () => intake)).toMatchObject({ ok: false, code: 'STALE' });
    await expect(opened.writer.appendNext(() => Promise.reject(new Error('no turn today')))).rejects.toThrow('no turn today');
    await append(1);
  });

  it('leaves the pages of the heads before as they were until the next ones are committed', async () => {
    const LAST = '(select max(version) from audit.heads)';
    await append(30);
    await keeper.commit(true);
    const before = await admin.query<{ path: string; bytes: Buffer }>(`select path, bytes from audit.heads_page where version = ${LAST}`);
    await append(30);
    await keeper.commit(true);
    const { rows } = await admin.query(`select path, older_bytes as bytes from audit.heads_page where version = ${LAST} and older_version = ${LAST} - 1
      union all select path, bytes from audit.heads_page where version = ${LAST} - 1`);
    expect(rows).toEqual(expect.arrayContaining(before.rows));
    expect(before.rows.length).toBeGreaterThan(30);
  });

  describe.each(FAULTS)('when %s', (_name, _persisted, strike) => {
    it.each([
      ['takes its turn', /^update heads_turn/],
      ['reads where it stands', /^select heads\.version/],
      ['removes what was not finished', /^update heads_page set version/],
      ['reads the links', /^select leaf_hash, links/],
      ['reads pages', /^select path, case/],
      ['writes pages', /^with turn/],
      ['commits', /^commit/],
      ['has its entry appended', /^with moved/],
    ])('comes to the same roots as it %s', async (_statement, matches) => {
      await append(70);
      const struck = interferingPool(pool, once(matches, strike(admin)));
      await opened.writer.close();
      opened = await openWriter(struck);
      keeper = keeperOn(struck);
      let size: number | null = null;
      for (let tries = 0; size === null && tries < 5; tries += 1) size = await keeper.commit(true).catch(() => null);
      const after = await sizeNow();
      expect(size).toBe(after);
      expect(readHeadsFacts(await entryAt(after - 1))).toEqual(await derived(after - 1));
      await append(5);
      expect(await keeper.commit(true)).toBe(after + 6);
    });
  });

  it('gives way to the keeper of a later writer, whose pages it leaves alone', async () => {
    await append(10);
    const slow = new HeadsKeeper({ pool, recent: opened.recent, clock: () => new Date(), writer: { epoch: opened.writer.epoch - 1, appendNext: (prepare) => opened.writer.appendNext(prepare) } });
    await keeper.commit(true);
    await append(10);
    await expect(slow.commit(true)).rejects.toMatchObject({ name: 'Fenced' });
    expect(await keeper.commit(true)).toBe(await sizeNow());
  });

  it.each([
    ['a byte of the root page', `update heads_page set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) where path = ''`, 'heads_page'],
    ['a page taken away', `delete from heads_page where path = (select min(path) from heads_page where path <> '')`, 'heads_page'],
    ['a page too many', `insert into heads_page select 'ffffff', version, bytes from heads_page where path = ''`, 'heads_page'],
    ['the root beside the entry', 'update heads set root = set_byte(root, 0, get_byte(root, 0) # 1) where version = (select max(version) from heads)', 'heads'],
    ['the number of streams', 'update heads set streams = streams + 1 where version = (select max(version) from heads)', 'heads'],
  ])('is told by the self-check that somebody changed %s', async (_what, tamper, table) => {
    await keeper.commit(true);
    await admin.query('set search_path = audit; create temp table kept_page as table heads_page; create temp table kept_heads as table heads');
    await admin.query(tamper);
    expect((await checkLedger({ pool, key: null })).difference).toMatchObject({ table });
    expect((await checkLedger({ pool, key: null, heads: keptHeads() })).difference).toMatchObject({ table });
    await admin.query(`delete from heads_page; insert into heads_page select * from kept_page; drop table kept_page;
      delete from heads; insert into heads select * from kept_heads; drop table kept_heads`);
  });

  it('stops the ledger rather than commit to a root made from pages that somebody changed', async () => {
    await keeper.commit(true);
    await append(1);
    await admin.query(`set search_path = audit; create temp table kept_page as table heads_page; update heads_page set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) where path = ''`);
    await expect(keeper.commit(true)).rejects.toBeInstanceOf(BrokenInvariant);
    await admin.query('delete from heads_page; insert into heads_page select * from kept_page; drop table kept_page');
    expect(await keeper.commit(true)).toBe(await sizeNow());
  });

  it('makes all pages again from the entries when the tables were emptied', async () => {
    await append(20);
    await admin.query('set search_path = audit; delete from heads_page; delete from heads');
    await opened.writer.close();
    opened = await openWriter(pool);
    keeper = keeperOn(pool);
    expect(await keeper.commit(true)).toBe(await sizeNow());
  });

  it('touches pages in proportion to the streams touched, not to the streams there are', async () => {
    await append(500);
    await append(500);
    await keeper.commit(true);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), async (count) => {
        await append(count);
        await keeper.commit(true);
        const { streams, pages } = keeper.lastCost!;
        expect(streams).toBeLessThanOrEqual(2 * count + 2);
        expect(pages).toBeLessThanOrEqual(streams * 6);
      }),
      { numRuns: 5 },
    );
  });

  it('leaves, after all of this, a log that agrees with everything derived from it', async () => {
    expect((await checkLedger({ pool, key: null })).difference).toBeNull();
    expect((await checkLedger({ pool, key: null, heads: keptHeads() })).difference).toBeNull();
  });
});
