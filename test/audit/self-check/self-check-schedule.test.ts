/** The hub's own check of its stored ledger: what it finds, where it says so, who runs it, and where it goes on. */
import { Writable } from 'node:stream';
import type { Client, Pool } from 'pg';
import { AUDIT_DATABASE } from '../../../audit/definition';
import { createSigningKey, openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { KeptHeads } from '../../../audit/self-check/kept-heads';
import { checkLedger, START_MARK, type SelfCheckMark } from '../../../audit/self-check/self-check';
import { measureSelfCheck } from '../../../audit/self-check/self-check-metrics';
import { SelfCheckSchedule } from '../../../audit/self-check/self-check-schedule';
import { beginPass, keepMark, readSelfCheck } from '../../../audit/self-check/self-check.repository';
import { Checkpointer } from '../../../audit/writer/checkpointer';
import { createLedger } from '../../../audit/writer/create-ledger';
import { headsIntake } from '../../../audit/writer/heads-intake';
import { HeadsKeeper } from '../../../audit/writer/heads-keeper';
import { openDiagnostics } from '../../../kernel/diagnostics';
import { openMetrics } from '../../../kernel/metrics';
import { workerTransaction } from '../../../kernel/worker-transaction';
import { newId } from '../../../schema/ids';
import { testDatabase } from '../../support/test-database';
import { ORIGIN, openWriter, receipts, submission } from '../ledger-fixture';

const ENTRIES = 300;
const OFTEN_MS = 20;

describe('the scheduled self-check', () => {
  const signer = openSigningKey(createSigningKey(ORIGIN, Buffer.alloc(32, 9)).secret);
  const key = parseVkey(signer.vkey);
  const database = testDatabase(AUDIT_DATABASE);
  const running = new Set<SelfCheckSchedule>();
  let pool: Pool;
  let admin: Client;
  let size: number;

  beforeAll(async () => {
    pool = (await database.open(AUDIT_DATABASE)).worker;
    pool.options.max = 8;
    admin = await database.admin();
    await createLedger(pool, { origin: ORIGIN, vkey: signer.vkey, now: new Date() });
    const { writer, recent } = await openWriter(pool);
    const batch = Array.from({ length: ENTRIES }, () => submission({ streams: [`debt:${newId('debt')}`] }));
    receipts(await writer.append('debts', 'direct', batch, 10_000));
    await new HeadsKeeper({ pool, recent, writer, clock: () => new Date() }).commit(true);
    size = (await new Checkpointer({ pool, signer, epoch: () => writer.epoch, clock: () => new Date() }).sign())!.size;
    await writer.close();
    await admin.query('set search_path = audit; set session_replication_role = replica');
  });

  afterEach(async () => {
    for (const schedule of running) await schedule.stop();
    running.clear();
    await admin.query('update self_check set mark = null, verified_index = -1, begun_at = null, clean_at = null, difference = null, failures = 0');
  });

  interface Line {
    readonly level: string;
    readonly reason?: string;
    readonly msg: string;
  }

  function begin(intervalMs = OFTEN_MS): { readonly schedule: SelfCheckSchedule; readonly said: Line[] } {
    const said: Line[] = [];
    const destination = new Writable({ write: (chunk: Buffer, _encoding, done) => (said.push(JSON.parse(chunk.toString()) as Line), done()) });
    const schedule = new SelfCheckSchedule({ pool, key, intervalMs, diagnostics: openDiagnostics('info', destination), clock: () => new Date() });
    running.add(schedule);
    return { schedule, said };
  }

  async function until(isReached: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isReached())) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  const isClean = async (): Promise<boolean> => (await readSelfCheck(pool)).cleanAt !== null;
  const hasFailed = async (): Promise<boolean> => (await readSelfCheck(pool)).failures > 0;

  async function measured(name: string): Promise<number> {
    const { registry } = openMetrics({ processMetrics: false });
    measureSelfCheck(registry, pool, () => new Date());
    const line = (await registry.metrics()).split('\n').find((each) => each.startsWith(`cession_ledger_self_check_${name} `));
    return Number(line?.split(' ')[1]);
  }

  it('says nothing of a log that is what its bytes say, but how far it came and when', async () => {
    expect(await measured('age_seconds')).toBe(-1);
    const { schedule } = begin();
    await until(isClean);
    expect(await schedule.unready()).toEqual([]);
    expect(await measured('verified_index')).toBe(size - 1);
    expect(await measured('age_seconds')).toBeGreaterThanOrEqual(0);
    expect(await measured('differs')).toBe(0);
    expect(await measured('failures')).toBe(0);
  });

  const flip = (column: string, at: number): string => `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;
  it.each([
    ['a byte of an entry', 'entry', `update entry set ${flip('bytes', 300)} where index = 42`, /entry, index 42: /],
    ['a link', 'entry', `update entry set ${flip('links', 3)} where index = 77`, /entry, index 77: /],
    ['the place of an entry in a stream', 'stream_entry', 'update stream_entry set index = 8 where index = 9', /stream_entry, index 9, entry \d+ of a \w+ stream: /],
    ['the head of a stream', 'heads_page', `update heads_page set ${flip('bytes', 40)} where path = (select max(path) from heads_page)`, /heads_page, path [0-9a-f]*, version 1, index 301: /],
    ['the root of the heads', 'heads', `update heads set ${flip('root', 3)}`, /heads, version 1, index 301: /],
    ['the pages of the heads, which are gone', 'heads_page', 'delete from heads_page', /heads_page, path [0-9a-f]*, version 1, index 301: /],
    ['a disclosure', 'entry', `update entry set disclosures = '[]' where index = 11`, /entry, index 11: /],
    ['the chain', 'entry', `update entry set ${flip('leaf_hash', 3)} where index = 200`, /entry, index 200: /],
    ['a checkpoint', 'checkpoint', `update checkpoint set ${flip('root', 1)}`, /checkpoint, size 302: /],
    ['the head of the log', 'head', `update head set ${flip('leaf_hash', 0)}`, /head, size 302: /],
    ['a tile', 'tile', `update tile set ${flip('hashes', 99)} where level = 0 and n = 0`, /tile, level 0 tile 0: /],
  ])('names the place in readiness, in the log and in the metrics when the owner of the tables changed %s', async (_what, table, tamper, place) => {
    await admin.query(`create temp table kept as table ${table}`);
    await admin.query(tamper);
    const { schedule, said } = begin();
    await until(hasFailed);
    await until(() => said.length > 0);
    expect(await schedule.unready()).toEqual([expect.stringMatching(place)]);
    expect(said).toContainEqual(expect.objectContaining({ level: 'fatal', reason: expect.stringMatching(place) as string }));
    expect(await measured('differs')).toBe(1);
    expect(await measured('failures')).toBeGreaterThan(0);
    await admin.query(`delete from ${table}; insert into ${table} select * from kept; drop table kept`);
    await until(async () => (await schedule.unready()).length === 0);
    expect(await measured('failures')).toBeGreaterThan(0);
  });

  it('is done by one replica, and told by all', async () => {
    const day = 86_400_000;
    const [first, second] = [begin(), begin()];
    await until(isClean);
    const passes = [first, second].filter(({ said }) => said.length > 0);
    expect(passes).toHaveLength(1);
    await admin.query(`update self_check set difference = '{"table":"tile","check":"c","at":"level 0 tile 0","expected":"","got":""}', begun_at = now() + interval '1 hour'`);
    for (const { schedule } of [first, second, begin(day)]) expect(await schedule.unready()).toHaveLength(1);
  });

  /** A pass that was interrupted at entry 200, with its place kept as the schedule keeps it. */
  async function interruptedPass(): Promise<void> {
    const stop = new AbortController();
    const heads = new KeptHeads(pool, stop.signal);
    await beginPass(pool, START_MARK, new Date());
    const onProgress = async (reached: SelfCheckMark): Promise<void> => {
      if (reached.next < 200) return;
      await workerTransaction(pool, async (client) => keepMark(client, { ...reached, heads: await heads.store(client) }));
      stop.abort();
    };
    await expect(checkLedger({ pool, key, heads, batch: 100, signal: stop.signal, onProgress })).rejects.toThrow('aborted');
  }

  it('goes on after a restart where it was, and begins from the start when that pass is over', async () => {
    await interruptedPass();
    await admin.query('create temp table kept as table entry');
    await admin.query(`update entry set ${flip('bytes', 300)} where index = 5`);
    const { said } = begin();
    await until(hasFailed);
    await until(() => said.length > 1);
    expect(said.map(({ level, reason }) => [level, reason?.split(':')[0]])).toEqual(expect.arrayContaining([['info', undefined], ['fatal', 'entry, index 5']]));
    expect(said[0]).toMatchObject({ level: 'info' });
    await admin.query('delete from entry; insert into entry select * from kept; drop table kept');
  });

  it.each([
    ['a crash emptied', 'truncate self_check_page'],
    ['somebody changed', `update self_check_page set ${flip('bytes', 20)} where path = ''`],
  ])('raises no alarm over its own pages, which %s meanwhile, but begins again', async (_what, lose) => {
    await interruptedPass();
    await admin.query(lose);
    const { schedule, said } = begin();
    await until(isClean);
    expect(said[0]).toMatchObject({ level: 'info', msg: 'the self-check of the ledger begins again' });
    expect(await schedule.unready()).toEqual([]);
    expect(await measured('verified_index')).toBe(size - 1);
    expect(await hasFailed()).toBe(false);
  });
});

describe('the scheduled self-check of a log that committed to wrong heads once and to the right ones since', () => {
  const database = testDatabase(AUDIT_DATABASE);

  it('names the entry, although every stored page and every hash is right', async () => {
    const pool = (await database.open(AUDIT_DATABASE)).worker;
    pool.options.max = 8;
    const signer = openSigningKey(createSigningKey(ORIGIN, Buffer.alloc(32, 9)).secret);
    await createLedger(pool, { origin: ORIGIN, vkey: signer.vkey, now: new Date() });
    const { writer, recent } = await openWriter(pool);
    receipts(await writer.append('debts', 'direct', [submission(), submission()], 10_000));
    const wrong = await writer.appendNext((at) => Promise.resolve(headsIntake({ root: Buffer.alloc(32, 7), size: at, streams: 3 }, new Date())));
    receipts([wrong]);
    receipts(await writer.append('debts', 'direct', [submission()], 10_000));
    await new HeadsKeeper({ pool, recent, writer, clock: () => new Date() }).commit(true);
    await new Checkpointer({ pool, signer, epoch: () => writer.epoch, clock: () => new Date() }).sign();
    await writer.close();
    const schedule = new SelfCheckSchedule({ pool, key: parseVkey(signer.vkey), intervalMs: OFTEN_MS, diagnostics: openDiagnostics('silent'), clock: () => new Date() });
    while ((await readSelfCheck(pool)).failures === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await schedule.unready()).toEqual([expect.stringMatching(/entry, index 3: "a heads entry commits to the heads of all streams before it"/)]);
    await schedule.stop();
  });
});
