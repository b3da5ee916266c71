/** A log whose key was changed: exports verify under the old and the new key, rooms follow, and a crash half way costs nothing. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Client, Pool } from 'pg';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE } from '../../../audit/definition';
import { writeExport } from '../../../audit/export/write-export';
import { openLedger } from '../../../audit/ledger-port';
import { formatAddCheckpoint } from '../../../audit/log/add-checkpoint';
import { createCosignerKey } from '../../../audit/log/cosigner';
import { parseEntry } from '../../../audit/log/entry';
import { ROTATION_TYPE } from '../../../audit/log/log-keys';
import { openNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { proveConsistency } from '../../../audit/log/proof';
import { readEntries } from '../../../audit/reader/stored-entries';
import { storedNodes } from '../../../audit/reader/tree-reader';
import { checkLedger } from '../../../audit/self-check/self-check';
import type { LedgerSigner } from '../../../audit/signer/ledger-signer';
import { rotateKey } from '../../../audit/signer/rotate-key';
import { latestCheckpoint } from '../../../audit/writer/checkpointer';
import { Fenced } from '../../../audit/writer/recovery';
import { createLedger } from '../../../audit/writer/create-ledger';
import { Witness } from '../../../cli/witness/witness';
import { openWitnessStore } from '../../../cli/witness/witness-store';
import { newId } from '../../../schema/ids';
import type { StreamName } from '../../../schema/vocabulary';
import { testDatabase } from '../../support/test-database';
import { testDiagnostics } from '../../support/test-ledger';
import { interferingPool, ORIGIN, receipts, submission } from '../ledger-fixture';

const signerOf = (seed: number): LedgerSigner => openSigningKey(createSigningKey(ORIGIN, Buffer.alloc(32, seed)).secret);
const [FIRST, SECOND, THIRD, STRANGER] = [signerOf(1), signerOf(2), signerOf(3), signerOf(4)];
const CREDITOR: StreamName = `creditor:${newId('creditor')}`;

describe('a log whose key was changed', () => {
  const database = testDatabase(AUDIT_DATABASE);
  let pool: Pool;
  let admin: Client;
  let folder: string;
  /** The checkpoint before any change, as somebody kept it. */
  let kept: string;
  const clock = (): Date => new Date();

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-rotation-'));
    pool = (await database.open(AUDIT_DATABASE)).worker;
    pool.options.max = 10;
    admin = await database.admin();
    await createLedger(pool, { origin: ORIGIN, vkey: FIRST.vkey, now: clock() });
    kept = (await write(FIRST, 5)).note;
  });
  afterAll(() => fs.rm(folder, { recursive: true, force: true }));

  /** Appends as a hub with this key does, up to a checkpoint. */
  async function write(signer: LedgerSigner, count: number): Promise<{ note: string; size: number }> {
    const ledger = await openLedger({ pool, signer, checkpointIntervalMs: 600_000, diagnostics: testDiagnostics() });
    receipts(await ledger.ledgerFor('debts').append('direct', Array.from({ length: count }, () => submission({ streams: [CREDITOR] })), 10_000));
    await ledger.signNow();
    await ledger.stop();
    return (await latestCheckpoint(pool))!;
  }

  async function exported(signer: LedgerSigner, stream: StreamName | null): Promise<string> {
    const file = path.join(folder, `${stream === null ? 'log' : 'stream'}.cession`);
    await writeExport({ pool, signer, policy: null, clock }, { stream, from: null, until: null, mandate: null, requestedBy: null }, file);
    return file;
  }

  const rotations = async (): Promise<number[]> => (await readEntries(pool, 0, 1_000, 1_000)).filter(({ bytes }) => parseEntry(bytes).event.type === ROTATION_TYPE).map(({ index }) => index);

  it('has an entry that names the new key, under a checkpoint that both keys signed', async () => {
    const { index, size, note } = await rotateKey({ pool, from: FIRST, to: SECOND, clock });
    expect(await rotations()).toEqual([index]);
    expect(size).toBeGreaterThan(index);
    expect(openNote(note, [parseVkey(FIRST.vkey), parseVkey(SECOND.vkey)]).verified).toHaveLength(2);
    const { note: next } = await write(SECOND, 5);
    expect(openNote(next, [parseVkey(SECOND.vkey)]).verified).toHaveLength(1);
    expect(() => openNote(next, [parseVkey(FIRST.vkey)])).toThrow('no known key');
  });

  it.each([null, CREDITOR])('is exported (stream: %s) so that the old and the new key verify it offline, and no other does', async (stream) => {
    const file = await exported(SECOND, stream);
    for (const { vkey } of [FIRST, SECOND]) expect(await verifyBundle(file, { vkey })).toMatchObject({ outcome: 'verified', vkey: SECOND.vkey, integrity: { state: 'proven' }, completeness: { state: 'proven' } });
    expect(await verifyBundle(file, { vkey: STRANGER.vkey })).toMatchObject({ outcome: 'broken', integrity: { reasons: [{ code: 'KEY_MISMATCH' }] } });
    expect(await verifyBundle(file)).toMatchObject({ outcome: 'consistent' });
    const comparison = await verifyBundle(file, { vkey: FIRST.vkey, atLeast: kept });
    expect(comparison.outcome).toBe('verified');
    // An export of a stream holds some of the earlier checkpoints; whichever key signed the one given, it is compared or not.
    if (stream === null) expect(comparison.integrity.reasons.map(({ code }) => code)).toContain('KNOWN_CHECKPOINT_CONTAINED');
    for (const { vkey } of [FIRST, SECOND]) {
      expect(await verifyBundle(file, { policy: Buffer.from(`log ${vkey}\nquorum none\n`) })).toMatchObject({ outcome: 'verified', policy: { state: 'proven' } });
    }
    expect(await verifyBundle(file, { policy: Buffer.from(`log ${STRANGER.vkey}\nquorum none\n`) })).toMatchObject({ outcome: 'broken' });
  });

  it('is signed on by the new key only: a hub with the old one, or with a stranger, does not start', async () => {
    const open = (signer: LedgerSigner) => openLedger({ pool, signer, checkpointIntervalMs: 600_000, diagnostics: testDiagnostics() });
    await expect(open(FIRST)).rejects.toThrow(/changed by entry \d+, and an earlier one is configured/);
    await expect(open(STRANGER)).rejects.toThrow('another origin or signing key');
  });

  it('takes no change from a key that is not in force, and none to a key that was', async () => {
    await expect(rotateKey({ pool, from: FIRST, to: THIRD, clock })).rejects.toThrow('not the one in force');
    await expect(rotateKey({ pool, from: SECOND, to: FIRST, clock })).rejects.toThrow('has been the key of this ledger before');
    const forged = submission({ room: 'audit', name: 'SigningKeyRotated' });
    const ledger = await openLedger({ pool, signer: SECOND, checkpointIntervalMs: 600_000, diagnostics: testDiagnostics() });
    expect(await ledger.ledgerFor('audit').append('direct', [forged], 5_000)).toMatchObject([{ ok: false, code: 'FORBIDDEN' }]);
    await expect(rotateKey({ pool, from: SECOND, to: THIRD, clock })).rejects.toThrow('A hub is writing this ledger');
    await ledger.stop();
    expect(await rotations()).toHaveLength(1);
  }, 15_000);

  it('is what its bytes say, and the self-check misses the signature of the old key', async () => {
    const key = parseVkey(SECOND.vkey);
    for (const batch of [2, 512]) expect((await checkLedger({ pool, key, batch })).difference).toBeNull();
    expect((await checkLedger({ pool, key: parseVkey(FIRST.vkey) })).difference).toMatchObject({ check: 'the key in force is the one configured' });
    await admin.query(`set search_path = audit; set session_replication_role = replica; create temp table kept as table checkpoint; create temp table kept_key as table signing_key`);
    await admin.query(`update checkpoint set note = regexp_replace(note, E'\\n— [^\\n]+\\n—', E'\\n—') where note like '%—%—%'`);
    expect((await checkLedger({ pool, key })).difference).toMatchObject({ table: 'checkpoint', check: "a checkpoint is signed by the log's key" });
    await admin.query('delete from checkpoint; insert into checkpoint select * from kept; delete from signing_key');
    expect((await checkLedger({ pool, key })).difference).toMatchObject({ table: 'signing_key' });
    await admin.query('insert into signing_key select * from kept_key');
    expect((await checkLedger({ pool, key })).difference).toBeNull();
  });

  it('is cosigned once more by a witness that knows only the old key, then by who was told the new one', async () => {
    const { rows } = await admin.query<{ note: string; size: number }>(`select note, size::float8 as size from audit.checkpoint where note like '%—%—%'`);
    const [both] = rows;
    const last = (await latestCheckpoint(pool))!;
    const witness = (logs: readonly LedgerSigner[]): Witness =>
      new Witness({ secret: createCosignerKey('witness.test/w', Buffer.alloc(32, 7)).secret, logs: logs.map(({ vkey }) => parseVkey(vkey)), store: openWitnessStore(path.join(folder, 'witness')), clock });
    expect(await witness([FIRST]).add(formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: both!.note }))).toMatchObject({ status: 200 });
    const next = formatAddCheckpoint({ oldSize: both!.size, consistency: await proveConsistency(both!.size, last.size, storedNodes(pool)), checkpoint: last.note });
    expect(await witness([FIRST]).add(next)).toMatchObject({ status: 403 });
    expect(await witness([FIRST, SECOND]).add(next)).toMatchObject({ status: 200 });
  });

  it.each([1, 4, 8, 12, 16, 20, 24, 28].flatMap((dieAt) => [{ dieAt, persisted: false }, { dieAt, persisted: true }]).map((fault, i) => ({ ...fault, seed: 10 + i })))(
    'is left complete by a second try when the first one died at statement $dieAt, persisted: $persisted',
    async ({ dieAt, persisted, seed }) => {
      const from = latest;
      const to = signerOf(seed);
      const before = (await rotations()).length;
      let statements = 0;
      let isDead = false;
      const dying = interferingPool(pool, async (_sql, send) => {
        // A writer that learns this does not try again: as far from the database as a dead one.
        if (isDead) throw new Fenced();
        if (statements++ < dieAt) return send();
        isDead = true;
        if (persisted) await send();
        throw new Fenced();
      });
      await rotateKey({ pool: dying, from, to, clock }).catch(() => undefined);
      const { index } = await rotateKey({ pool, from, to, clock });
      latest = to;
      expect((await rotations()).slice(before)).toEqual([index]);
      await write(to, 2);
      expect((await checkLedger({ pool, key: parseVkey(to.vkey) })).difference).toBeNull();
    },
  );
  let latest = SECOND;
});
