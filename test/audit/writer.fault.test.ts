/** Faults of the writer as a table: what breaks × whether it was persisted; the whole log is checked after each. */
import type { Client, Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { RecentEntries } from '../../audit/reader/recent-entries';
import { checkLedger } from '../../audit/self-check/self-check';
import type { StreamName } from '../../schema/vocabulary';
import { newId } from '../../schema/ids';
import { testDatabase } from '../support/test-database';
import { beginLedger, diskFull, FAULTS, interferingPool, lost, once, openWriter, receipts, submission, type Interference } from './ledger-fixture';

const DEADLINE = 5_000;

let admin: Client;

async function sizeNow(): Promise<number> {
  return Number((await admin.query<{ size: string }>('select size from audit.head')).rows[0]?.size);
}

describe('the ledger writer under faults', () => {
  const database = testDatabase(AUDIT_DATABASE);
  let pool: Pool;

  beforeAll(async () => {
    pool = (await database.open(AUDIT_DATABASE)).worker;
    admin = await database.admin();
    await beginLedger(pool);
  });

  /** The whole log holds, every receipt is true, nothing is there twice, and appending goes on. */
  async function checkAfterwards(acknowledged: ReturnType<typeof receipts>): Promise<void> {
    expect((await checkLedger({ pool, key: null })).difference).toBeNull();
    for (const { index, leafHash } of acknowledged) {
      const { rows } = await pool.query<{ leaf_hash: Buffer }>('select leaf_hash from entry where index = $1', [index]);
      expect(rows[0]?.leaf_hash.toString('base64url')).toBe(leafHash);
    }
    const next = await openWriter(pool);
    receipts(await next.writer.append('debts', 'direct', [submission()], DEADLINE));
    await next.writer.close();
    expect((await checkLedger({ pool, key: null })).difference).toBeNull();
  }

  describe.each(FAULTS)('when %s', (_name, persisted, strike) => {
    it.each([
      ['appends a batch', /^with moved/, true],
      ['takes the head', /^update head/, false],
      ['prepares its connection', /^set plan_cache_mode/, false],
    ])('loses nothing and doubles nothing as it %s', async (_statement, matches, isAppend) => {
      const before = await sizeNow();
      let afterStrike = before;
      const struck: Interference = (sql, send, client) => strike(admin)(sql, send, client).finally(async () => (afterStrike = await sizeNow()));
      const { writer } = await openWriter(interferingPool(pool, once(matches, struck))).catch(() => openWriter(pool));
      const batch = Array.from({ length: 40 }, () => submission());
      const acknowledged = receipts(await writer.append('debts', 'direct', batch, DEADLINE));
      expect(acknowledged.map(({ index }) => index)).toEqual(batch.map((_, i) => before + i));
      expect(acknowledged.every(({ duplicate }) => !duplicate)).toBe(true);
      expect(afterStrike > before).toBe(isAppend && persisted);
      await writer.close();
      await checkAfterwards(acknowledged);
    });
  });

  describe('at any statement from the opening of a writer to its receipts', () => {
    /** Streams that the writer has to look up: it was opened after their entries. */
    const streams: readonly StreamName[] = [`debt:${newId('debt')}`, `grant:${newId('grant')}`];
    const batchOf = (count: number) => Array.from({ length: count }, () => submission({ streams }));

    async function statementsOfAnAppend(): Promise<string[]> {
      const sent: string[] = [];
      const { writer } = await openWriter(interferingPool(pool, (sql, send) => (sent.push(sql), send())));
      receipts(await writer.append('debts', 'direct', batchOf(10), DEADLINE));
      await writer.close();
      return sent;
    }

    /** As every caller does whom the ledger gave no receipt: the same submissions again. */
    async function acknowledge({ writer }: Awaited<ReturnType<typeof openWriter>>, batch: ReturnType<typeof batchOf>): Promise<ReturnType<typeof receipts>> {
      try {
        return receipts(await writer.append('debts', 'direct', batch, DEADLINE));
      } catch (error) {
        expect(error).toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
        return receipts(await writer.append('debts', 'direct', batch, DEADLINE));
      }
    }

    async function strikeEach(_name: string, _persisted: boolean, strike: (administrator: Client) => Interference): Promise<void> {
      await statementsOfAnAppend();
      const { length } = await statementsOfAnAppend();
      for (let at = 0; at < length; at += 1) {
        const before = await sizeNow();
        let sent = 0;
        const struck: Interference = (sql, send, client) => (sent++ === at ? strike(admin)(sql, send, client) : send());
        const opened = await openWriter(interferingPool(pool, struck)).catch(() => openWriter(pool));
        try {
          const batch = batchOf(10);
          const acknowledged = await acknowledge(opened, batch);
          expect(acknowledged.map(({ index }) => index)).toEqual(batch.map((_, i) => before + i));
          expect(await sizeNow()).toBe(before + batch.length);
        } finally {
          await opened.writer.close();
        }
      }
      await checkAfterwards([]);
    }

    it.each(FAULTS.filter(([, persisted]) => persisted))('loses nothing and doubles nothing when %s (fault: the writer is killed at a statement of an append, persisted)', strikeEach);
    it.each(FAULTS.filter(([, persisted]) => !persisted))('loses nothing and doubles nothing when %s (fault: the writer is killed at a statement of an append, not persisted)', strikeEach);
  });

  describe.each(FAULTS)('when, after a lost commit, %s', (_name, _persisted, strike) => {
    it.each([
      ['takes the head anew', /^update head/],
      ['loads the tree', /^select leaf_hash as hash/],
      ['loads the numbers of the sources', /^select named.source/],
      ['asks the stored entries', /idempotency_key = any/],
    ])('still loses nothing and doubles nothing as it %s', async (_statement, matches) => {
      const before = await sizeNow();
      let recovering = false;
      const second = once(matches, strike(admin));
      const first = once(/^with moved/, async (_sql, send) => { await send(); recovering = true; throw lost(); });
      const { writer } = await openWriter(interferingPool(pool, (sql, send, client) => (recovering ? second : first)(sql, send, client)));
      const acknowledged = receipts(await writer.append('debts', 'direct', Array.from({ length: 10 }, () => submission()), DEADLINE));
      expect(acknowledged.map(({ index }) => index)).toEqual(acknowledged.map((_, i) => before + i));
      await writer.close();
      await checkAfterwards(acknowledged);
    });
  });

  it('gives one receipt when the commit was lost and the caller repeats (trap: at-least-once delivery)', async () => {
    const { writer } = await openWriter(interferingPool(pool, once(/^with moved/, async (_sql, send) => { await send(); throw lost(); })));
    const sent = submission();
    const [first] = receipts(await writer.append('debts', 'direct', [sent], DEADLINE));
    const [again] = receipts(await writer.append('debts', 'direct', [sent], DEADLINE));
    expect(again).toEqual({ ...first, duplicate: true });
    await writer.close();
    await checkAfterwards([first!]);
  });

  it('refuses with LEDGER_UNAVAILABLE while the disk stays full, and serves again after (fault: the disk is full, not persisted)', async () => {
    let full = true;
    const { writer } = await openWriter(interferingPool(pool, (sql, send) => (full && /^with moved/.test(sql) ? Promise.reject(diskFull()) : send())));
    const sent = submission();
    await expect(writer.append('debts', 'direct', [sent], DEADLINE)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
    full = false;
    const acknowledged = receipts(await writer.append('debts', 'direct', [sent], DEADLINE));
    expect(acknowledged[0]).toMatchObject({ duplicate: false });
    await writer.close();
    await checkAfterwards(acknowledged);
  });

  it('fences the first of two writers: the second takes over, no fork (trap: in-memory head across processes) (fault: two writers are started at once, not persisted)', async () => {
    const first = await openWriter(pool);
    receipts(await first.writer.append('debts', 'direct', [submission()], DEADLINE));
    const second = await openWriter(pool);
    const late = submission();
    await expect(first.writer.append('debts', 'direct', [late], DEADLINE)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
    expect(first.halts.map(({ name }) => name)).toEqual(['Fenced']);
    const acknowledged = receipts(await second.writer.append('debts', 'direct', [late], DEADLINE));
    expect(acknowledged[0]).toMatchObject({ duplicate: false });
    await first.writer.close();
    await second.writer.close();
    await checkAfterwards(acknowledged);
  });

  it('serialises two writers that append at once: one goes on, the other says so, without any lock beside the row (trap: predecessor read without serialisation) (trap: advisory lock in a trigger)', async () => {
    const [a, b] = [await openWriter(pool), await openWriter(pool)];
    const outcomes = await Promise.allSettled([a, b].flatMap(({ writer }) => Array.from({ length: 20 }, () => writer.append('debts', 'direct', [submission()], DEADLINE))));
    const acknowledged = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? receipts(outcome.value) : []));
    expect(acknowledged).toHaveLength(20);
    await a.writer.close();
    await b.writer.close();
    await checkAfterwards(acknowledged);
  });

  it.each([
    ['a statement of the old writer that commits late (fault: two writers are started at once, persisted)', 0],
    ['a statement of the old writer that is still waiting', 1],
  ])('is not forked by %s (trap: FOR UPDATE on the last row)', async (_case, held) => {
    const recent = new RecentEntries(0);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = await openWriter(interferingPool(pool, once(/^with moved/, async (_sql, send) => {
      if (held === 1) await gate;
      const sent = send();
      if (held === 0) await gate;
      return sent;
    })), { recent });
    const old = slow.writer.append('debts', 'direct', [submission()], DEADLINE).catch(() => []);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const next = await openWriter(pool);
    release();
    const acknowledged = receipts([...(await old), ...(await next.writer.append('debts', 'direct', [submission()], DEADLINE))]);
    await slow.writer.close();
    await next.writer.close();
    await checkAfterwards(acknowledged);
  });

  it('stops loudly when the tables contradict the head, and never appends again', async () => {
    const { writer, halts } = await openWriter(pool);
    const stream: StreamName = `grant:${newId('grant')}`;
    receipts(await writer.append('debts', 'direct', [submission({ streams: [stream] })], DEADLINE));
    const { rows } = await pool.query<{ size: string }>('select size from head');
    await pool.query('insert into stream_entry (stream, n, index) values ($1, 2, 0)', [stream]);
    await expect(writer.append('debts', 'direct', [submission({ streams: [stream] })], DEADLINE)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
    expect(halts.map(({ name }) => name)).toEqual(['BrokenInvariant']);
    await expect(writer.append('debts', 'direct', [submission()], DEADLINE)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
    await writer.close();
    expect((await pool.query('select size from head')).rows).toEqual(rows);
    expect((await checkLedger({ pool, key: null })).difference).toMatchObject({ table: 'stream_entry' });
  });
});
