/** A stored ledger re-derived from its bytes, tampered with in every table, proven, dumped and signed. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Client, Pool } from 'pg';
import { AUDIT_DATABASE } from '../../../audit/definition';
import { createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import { formatSignature } from '../../../audit/log/note';
import { createSigningKey, openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { proveConsistency, proveInclusion, readRoot } from '../../../audit/log/proof';
import { decodeEntryBundle, decodeTile } from '../../../audit/log/tiles';
import { CompactRange, leafHash, verifyConsistency, verifyInclusion } from '../../../audit/log/tree';
import { stampedBytes } from '../../../audit/log/timestamp-file';
import { dumpTiles } from '../../../audit/reader/dump-tiles';
import { checkLedger, type SelfCheckMark } from '../../../audit/self-check/self-check';
import { newStampRequest, readStampResponse } from '../../../audit/time/stamp-request';
import { storedNodes } from '../../../audit/reader/tree-reader';
import { Checkpointer } from '../../../audit/writer/checkpointer';
import { createLedger } from '../../../audit/writer/create-ledger';
import { newId } from '../../../schema/ids';
import type { StreamName } from '../../../schema/vocabulary';
import { testDatabase } from '../../support/test-database';
import { testAuthority } from '../time/test-authority';
import { ORIGIN, openWriter, receipts, submission } from '../ledger-fixture';

const SIZE = 700;
const SIGNED = [1, 260, 512, SIZE] as const;

describe('a stored ledger', () => {
  const signer = openSigningKey(createSigningKey(ORIGIN, Buffer.alloc(32, 9)).secret);
  const key = parseVkey(signer.vkey);
  const database = testDatabase(AUDIT_DATABASE);
  let pool: Pool;
  let admin: Client;
  let leaves: Buffer[];
  let folder: string;

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-tiles-'));
    pool = (await database.open(AUDIT_DATABASE)).worker;
    admin = await database.admin();
    await createLedger(pool, { origin: ORIGIN, vkey: signer.vkey, now: new Date() });
    const { writer } = await openWriter(pool);
    const checkpointer = new Checkpointer({ pool, signer, epoch: () => writer.epoch, clock: () => new Date() });
    const creditor: StreamName = `creditor:${newId('creditor')}`;
    for (let i = 0; i + 1 < SIGNED.length; i += 1) {
      await checkpointer.sign();
      const count = (SIGNED[i + 1] ?? 0) - (SIGNED[i] ?? 0);
      receipts(await writer.append('debts', 'direct', Array.from({ length: count }, () => submission({ streams: [creditor, `debt:${newId('debt')}`] })), 10_000));
    }
    await checkpointer.sign();
    await writer.close();
    leaves = (await pool.query<{ leaf_hash: Buffer }>('select leaf_hash from entry order by index')).rows.map((row) => row.leaf_hash);
  });

  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  it('is what its bytes say', async () => {
    const seen: number[] = [];
    const report = await checkLedger({ pool, key, onProgress: (mark) => void seen.push(mark.next) });
    expect(report).toMatchObject({ size: SIZE, difference: null, mark: { next: SIZE } });
    expect(seen).toEqual([512, SIZE]);
  });

  it('can be checked on from a mark, after a round trip through JSON', async () => {
    const marks: SelfCheckMark[] = [];
    await checkLedger({ pool, key, onProgress: (mark) => void marks.push(mark) });
    const from = JSON.parse(JSON.stringify(marks[0])) as SelfCheckMark;
    const seen: number[] = [];
    expect(await checkLedger({ pool, key, from, onProgress: (mark) => void seen.push(mark.next) })).toMatchObject({ difference: null });
    expect(seen).toEqual([SIZE]);
  });

  const flip = (column: string, at: number): string => `${column} = set_byte(${column}, ${at}, get_byte(${column}, ${at}) # 1)`;
  it.each([
    ['a byte of an entry', `update entry set ${flip('bytes', 300)} where index = 42`, 'entry', 'index 42'],
    ['a leaf hash', `update entry set ${flip('leaf_hash', 3)} where index = 301`, 'entry', 'index 301'],
    ['an entry', 'delete from entry where index = 300', 'entry', 'index 300'],
    ['the order of two entries', 'update entry set index = case index when 10 then -1 else 10 end where index in (10, 11); update entry set index = 11 where index = -1', 'entry', 'index 10'],
    ['a key', `update entry set idempotency_key = 'event_${'0'.repeat(26)}' where index = 5`, 'entry', 'index 5'],
    ['a source number', 'update entry set source_seq = 9999 where index = 699', 'entry', 'index 699'],
    ['a disclosure', `update entry set disclosures = '[]' where index = 600`, 'entry', 'index 600'],
    ['a link', `update entry set links = '' where index = 600`, 'entry', 'index 600'],
    ['a place in a stream', 'update stream_entry set index = 599 where index = 600', 'stream_entry', 'index 600'],
    ['a missing row of a stream', 'delete from stream_entry where index = 600', 'stream_entry', 'index 600'],
    ['an extra row of a stream', `insert into stream_entry values ('debt:extra', 1, 600)`, 'stream_entry', 'size 700'],
    ['a tile', `update tile set ${flip('hashes', 99)} where level = 0 and n = 1`, 'tile', 'level 0 tile 1'],
    ['the root of a tile', `update tile set ${flip('root', 0)} where level = 0 and n = 0`, 'tile', 'level 0 tile 0'],
    ['a missing tile', 'delete from tile where level = 0 and n = 0', 'tile', 'level 0 tile 0'],
    ['an extra tile', `insert into tile values (1, 0, (select hashes from tile where n = 0), '\\x${'00'.repeat(32)}')`, 'tile', 'size 700'],
    ['the root of a checkpoint', `update checkpoint set ${flip('root', 1)} where size = 260`, 'checkpoint', 'size 260'],
    ['the note of a checkpoint', `update checkpoint set note = replace(note, '260', '261') where size = 260`, 'checkpoint', 'size 260'],
    ['a checkpoint of the future', `insert into checkpoint select 701, note, root, 0 from checkpoint where size = 700`, 'checkpoint', 'size 700'],
    ['the tail: entries cut off', 'delete from entry where index = 699', 'entry', 'index 699'],
    ['an entry behind the head', `insert into entry select 700, bytes, leaf_hash, 'x', 'x', 1, disclosures, links from entry where index = 1`, 'entry', 'size 700'],
    ['the head', `update head set ${flip('leaf_hash', 0)}`, 'head', 'size 700'],
    ['the frontier', `update head set ${flip('frontier', 0)}`, 'head', 'size 700'],
  ])('shows that somebody changed %s', async (_what, tamper, table, at) => {
    const copies = ['entry', 'stream_entry', 'tile', 'checkpoint', 'head'];
    await admin.query(`set search_path = audit; set session_replication_role = replica; ${copies.map((name) => `create temp table kept_${name} as table ${name};`).join('')}`);
    await admin.query(tamper);
    const { difference } = await checkLedger({ pool, key });
    await admin.query(copies.map((name) => `delete from ${name}; insert into ${name} select * from kept_${name}; drop table kept_${name};`).join(''));
    expect(difference).toMatchObject({ table });
    expect(difference?.at.startsWith(at)).toBe(true);
    expect((await checkLedger({ pool, key })).difference).toBeNull();
  });

  describe('with what others said of a checkpoint', () => {
    const witness = openCosigner(createCosignerKey('witness.test/w', Buffer.alloc(32, 3)).secret, () => new Date('2026-11-21T20:00:00.000Z'));

    beforeAll(async () => {
      const { rows } = await admin.query<{ note: string }>('select note from audit.checkpoint where size = 260');
      const { note } = rows[0]!;
      const signature = await witness.sign(note.slice(0, note.indexOf('\n\n') + 1));
      const line = formatSignature({ name: witness.name, keyId: witness.keyId, signature });
      await admin.query('insert into audit.cosignature values (260, $1, $2, now())', [witness.vkey, line]);
      const request = newStampRequest(stampedBytes(note, key));
      const token = readStampResponse(await (await testAuthority()).answer(request.bytes, new Date()), request);
      await admin.query(`insert into audit.checkpoint_timestamp values (260, 'authority.test', $1, now())`, [token]);
    });

    it.each([
      ['a cosignature', `update cosignature set line = (select replace(note, E'\n', '') from checkpoint where size = 512)`, 'cosignature', 'size 260'],
      ['whose cosignature it is', `update cosignature set witness = '${signer.vkey}'`, 'cosignature', 'size 260'],
      ['which checkpoint was cosigned', 'update cosignature set size = 512', 'cosignature', 'size 512'],
      ['which checkpoint was stamped', 'update checkpoint_timestamp set size = 512', 'checkpoint_timestamp', 'size 512, authority.test'],
      ['a token', `update checkpoint_timestamp set token = '\\x3000'`, 'checkpoint_timestamp', 'size 260, authority.test'],
    ])('shows that somebody changed %s', async (_what, tamper, table, at) => {
      expect((await checkLedger({ pool, key })).difference).toBeNull();
      await admin.query('set search_path = audit; set session_replication_role = replica; create temp table kept_line as table cosignature; create temp table kept_token as table checkpoint_timestamp');
      await admin.query(tamper);
      expect((await checkLedger({ pool, key })).difference).toMatchObject({ table, at });
      await admin.query('delete from cosignature; insert into cosignature select * from kept_line; drop table kept_line; delete from checkpoint_timestamp; insert into checkpoint_timestamp select * from kept_token; drop table kept_token');
    });
  });

  it('refuses changes from its own logins (trap: rights are a deterrent, not the proof)', async () => {
    await expect(pool.query('update entry set source_seq = 1')).rejects.toMatchObject({ code: '42501' });
    await expect(pool.query('delete from checkpoint')).rejects.toMatchObject({ code: '42501' });
    await expect(pool.query('truncate stream_entry')).rejects.toMatchObject({ code: '42501' });
    await admin.query('set session_replication_role = origin');
    await expect(admin.query('delete from audit.entry')).rejects.toThrow('append-only');
  });

  it('proves every entry in every signed tree, and every signed tree in the next', async () => {
    const nodes = storedNodes(pool);
    for (const size of SIGNED) {
      const range = CompactRange.empty();
      for (const leaf of leaves.slice(0, size)) range.append(leaf);
      expect(await readRoot(size, nodes)).toEqual(range.root());
      for (const index of [0, 1, 255, 256, 511, 600, 699].filter((one) => one < size)) {
        expect(verifyInclusion(index, size, leaves[index]!, await proveInclusion(index, size, nodes), range.root())).toBe(true);
      }
      for (const first of SIGNED.filter((one) => one <= size)) {
        const before = CompactRange.empty();
        for (const leaf of leaves.slice(0, first)) before.append(leaf);
        expect(verifyConsistency(first, size, before.root(), range.root(), await proveConsistency(first, size, nodes))).toBe(true);
      }
    }
  });

  it('dumps the C2SP layout, twice the same', async () => {
    expect(await dumpTiles(pool, folder)).toBe(SIZE);
    expect(await dumpTiles(pool, folder)).toBe(SIZE);
    const files = (await fs.readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile()).map((one) => path.relative(folder, path.join(one.parentPath, one.name)));
    expect(files.sort()).toEqual(['checkpoint', 'tile/0/000', 'tile/0/001', 'tile/0/002.p/188', 'tile/1/000.p/2', 'tile/entries/000', 'tile/entries/001', 'tile/entries/002.p/188']);
    const hashes = decodeTile(await fs.readFile(path.join(folder, 'tile/0/002.p/188')), 188);
    const entries = decodeEntryBundle(await fs.readFile(path.join(folder, 'tile/entries/002.p/188')), 188);
    expect(entries.map(leafHash)).toEqual(hashes);
    expect(hashes).toEqual(leaves.slice(512));
  });

  it('is never signed smaller than, or otherwise than, it was signed before', async () => {
    const other = new Checkpointer({ pool, signer, epoch: () => 0, clock: () => new Date() });
    expect((await other.sign())?.size).toBe(SIZE);
    await admin.query('set search_path = audit; set session_replication_role = replica');
    const { writer } = await openWriter(pool);
    const checkpointer = new Checkpointer({ pool, signer, epoch: () => writer.epoch, clock: () => new Date() });
    await admin.query(`create temp table kept_checkpoint as table checkpoint; update checkpoint set ${flip('root', 0)} where size = ${SIZE}`);
    receipts(await writer.append('debts', 'direct', [submission()], 5_000));
    await expect(checkpointer.sign()).rejects.toThrow('does not extend');
    await admin.query(`update checkpoint set size = 9999, root = (select root from kept_checkpoint where size = ${SIZE}) where size = ${SIZE}`);
    await expect(checkpointer.sign()).rejects.toThrow('a checkpoint of 9999 was signed');
    await admin.query('delete from checkpoint; insert into checkpoint select * from kept_checkpoint');
    expect((await checkpointer.sign())?.size).toBe(SIZE + 1);
    await writer.close();
  });
});
