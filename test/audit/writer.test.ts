/** What the writer promises about places, repetitions, gaps, expectations and time, on a real PostgreSQL. */
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { parseEntry } from '../../audit/log/entry';
import { decodeLinks, parseLink } from '../../audit/reader/stored-links';
import { createLedger } from '../../audit/writer/create-ledger';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import { testDatabase } from '../support/test-database';
import { beginLedger, openWriter, receipts, submission, type OpenedWriter } from './ledger-fixture';

const DEADLINE = 5_000;

describe('the ledger writer', () => {
  let pool: Pool;
  let opened: OpenedWriter;

  const database = testDatabase(AUDIT_DATABASE);
  database.beforeClose(() => opened.writer.close());

  beforeAll(async () => {
    pool = (await database.open(AUDIT_DATABASE)).worker;
  });

  it('opens nothing where no ledger was created (trap: the empty table)', async () => {
    await expect(openWriter(pool)).rejects.toThrow('created explicitly');
  });

  it('begins a ledger once, and never a second time', async () => {
    await beginLedger(pool);
    await expect(createLedger(pool, { origin: 'other/ledger', vkey: 'x', now: new Date() })).rejects.toThrow('already holds a ledger');
    opened = await openWriter(pool);
    const { rows } = await pool.query<{ bytes: Buffer }>('select bytes from entry');
    expect(rows.map(({ bytes }) => parseEntry(bytes).event.type)).toEqual(['audit.LedgerCreated']);
  });

  it('gives every submission its place, chained to the one before and numbered in its streams', async () => {
    const debt: StreamName = `debt:${newId('debt')}`;
    const first = submission({ sourceSeq: 1, streams: [debt] });
    const second = submission({ sourceSeq: 2, streams: [debt] });
    const [a, b] = receipts(await opened.writer.append('debts', 'outbox', [first, second], DEADLINE));
    expect(b).toMatchObject({ index: a!.index + 1, duplicate: false });
    const { rows } = await pool.query<{ bytes: Buffer; links: Buffer }>('select bytes, links from entry where index = $1', [b!.index]);
    const entry = parseEntry(rows[0]!.bytes);
    expect(entry).toMatchObject({ prev: a!.leafHash, source: 'debts', sourceSeq: 2, recordedAt: b!.recordedAt });
    expect(entry.eventBytes.equals(second.event)).toBe(true);
    const links = decodeLinks(rows[0]!.links).map(parseLink);
    expect(links).toEqual([
      expect.objectContaining({ stream: debt, n: 2, prev: a!.leafHash }),
      expect.objectContaining({ stream: 'source:debts', n: 2, prev: a!.leafHash }),
    ]);
  });

  it('gives back the event bytes as they came, whatever a database would make of the JSON (trap: jsonb re-rendering)', async () => {
    const facts = { z: 1e21, zz: 1e-7, text: 'é\u2028/', nested: { b: [true, null], aa: '' } };
    const odd = submission({ facts });
    const { index } = receipts(await opened.writer.append('debts', 'direct', [odd], DEADLINE))[0]!;
    const { rows } = await pool.query<{ bytes: Buffer }>('select bytes from entry where index = $1', [index]);
    expect(parseEntry(rows[0]!.bytes).eventBytes.equals(odd.event)).toBe(true);
    expect(parseEntry(rows[0]!.bytes).event.facts).toEqual(facts);
  });

  it('answers a repeated submission with the first receipt, whether remembered, in one batch or long stored', async () => {
    const once = submission();
    const [first, twin] = receipts(await opened.writer.append('debts', 'direct', [once, once], DEADLINE));
    expect(twin).toEqual({ ...first, duplicate: true });
    const [remembered] = receipts(await opened.writer.append('debts', 'direct', [once], DEADLINE));
    expect(remembered).toEqual({ ...first, duplicate: true });
    await opened.writer.close();
    opened = await openWriter(pool);
    const [stored, fresh] = receipts(await opened.writer.append('debts', 'direct', [once, submission()], DEADLINE));
    expect(stored).toEqual({ ...first, duplicate: true });
    expect(fresh).toMatchObject({ duplicate: false });
    const outbox = submission({ sourceSeq: 3 });
    const [sent] = receipts(await opened.writer.append('debts', 'outbox', [outbox], DEADLINE));
    await opened.writer.close();
    opened = await openWriter(pool);
    expect(receipts(await opened.writer.append('debts', 'outbox', [outbox], DEADLINE))).toEqual([{ ...sent, duplicate: true }]);
  });

  it('refuses the same key or the same number with other bytes', async () => {
    const id = newId('event');
    await opened.writer.append('debts', 'direct', [submission({ id })], DEADLINE);
    const other = submission({ id });
    expect(await opened.writer.append('debts', 'direct', [other], DEADLINE)).toEqual([expect.objectContaining({ ok: false, code: 'CONFLICT' })]);
    await opened.writer.close();
    opened = await openWriter(pool);
    expect(await opened.writer.append('debts', 'direct', [other], DEADLINE)).toEqual([expect.objectContaining({ ok: false, code: 'CONFLICT' })]);
    expect(await opened.writer.append('debts', 'outbox', [submission({ sourceSeq: 3 })], DEADLINE)).toEqual([
      expect.objectContaining({ ok: false, code: 'CONFLICT', message: expect.stringContaining('sourceSeq') as string }),
    ]);
  });

  it('refuses a gap and what comes after it, and takes the missing one later (trap: numbers visible out of order)', async () => {
    const [four, five, six] = [4, 5, 6].map((sourceSeq) => submission({ sourceSeq }));
    const outOfOrder = await opened.writer.append('debts', 'outbox', [five!, six!, four!], DEADLINE);
    expect(outOfOrder.map((result) => (result.ok ? 'ok' : result.code))).toEqual(['GAP', 'GAP', 'ok']);
    const again = await opened.writer.append('debts', 'outbox', [four!, five!, six!], DEADLINE);
    expect(again.map((result) => result.ok && result.duplicate)).toEqual([true, false, false]);
  });

  it.each([
    ['an event type of another room', 'FORBIDDEN', () => submission({ room: 'agencies' })],
    ['a key that is not the event id', 'INVALID', () => ({ ...submission(), idempotencyKey: newId('event') })],
    ['bytes that are not canonical', 'INVALID', () => ({ ...submission(), event: Buffer.from(`${submission().event.toString()} `) })],
    ['a stream named by nothing', 'INVALID', () => submission({ streams: ['debt:DROP'] as unknown as StreamName[] })],
    ['a source stream', 'INVALID', () => submission({ streams: ['source:debts'] })],
    ['a stream twice', 'INVALID', () => { const stream: StreamName = `debt:${newId('debt')}`; return submission({ streams: [stream, stream] }); }],
    ['a number of its own on the direct channel', 'INVALID', () => submission({ sourceSeq: 1 })],
    ['a disclosure of nothing in the event', 'INVALID', () => ({ ...submission(), disclosures: submission().disclosures })],
    ['a digest without its disclosure', 'INVALID', () => ({ ...submission(), disclosures: [] })],
    ['an event beyond the size', 'INVALID', () => ({ ...submission(), event: Buffer.alloc(48_001, 32) })],
  ])('refuses %s', async (_case, code, make) => {
    expect(await opened.writer.append('debts', 'direct', [make()], DEADLINE)).toEqual([expect.objectContaining({ ok: false, code })]);
  });

  it('keeps recordedAt monotonic when the clock goes backwards (trap: time order is not commit order) (fault: the clock goes backwards, persisted)', async () => {
    await opened.writer.close();
    const times = ['2031-01-01T00:00:00.500Z', '2030-01-01T00:00:00.000Z', '2031-01-01T00:00:00.501Z'];
    opened = await openWriter(pool, { clock: () => new Date(times.shift() ?? '2031-01-01T00:00:00.502Z') });
    const recorded: string[] = [];
    for (let i = 0; i < 3; i += 1) recorded.push(receipts(await opened.writer.append('debts', 'direct', [submission()], DEADLINE))[0]!.recordedAt);
    expect(recorded).toEqual(['2031-01-01T00:00:00.500Z', '2031-01-01T00:00:00.500Z', '2031-01-01T00:00:00.501Z']);
  });

  it('lets exactly one of many through that expect the same position of a stream', async () => {
    const grant: StreamName = `grant:${newId('grant')}`;
    const claims = Array.from({ length: 40 }, () => submission({ streams: [grant], expect: [{ stream: grant, n: 0 }] }));
    const results = (await Promise.all(claims.map((claim) => opened.writer.append('debts', 'direct', [claim], DEADLINE)))).flat();
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.code === 'STALE' && result.stream === grant)).toHaveLength(39);
    const reader = submission({ streams: [], expect: [{ stream: grant, n: 1 }] });
    expect(receipts(await opened.writer.append('debts', 'direct', [reader], DEADLINE))).toHaveLength(1);
    const tooFar = submission({ streams: [], expect: [{ stream: grant, n: 2 }] });
    expect(await opened.writer.append('debts', 'direct', [tooFar], DEADLINE)).toEqual([expect.objectContaining({ code: 'STALE' })]);
  });

  it('orders thousands of concurrent submissions without gap, in the order each caller gave', async () => {
    const before = opened.recent.size;
    const calls = Array.from({ length: 100 }, () => Array.from({ length: 20 }, () => submission()));
    const answers = await Promise.all(calls.map((call) => opened.writer.append('debts', 'direct', call, DEADLINE)));
    const indexes = answers.map((results) => receipts(results).map(({ index }) => index));
    for (const own of indexes) expect([...own].sort((a, b) => a - b)).toEqual(own);
    expect(indexes.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 2_000 }, (_, i) => before + i));
  });
});
