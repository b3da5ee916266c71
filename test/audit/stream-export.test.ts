/** Exports of streams from a stored ledger: complete whatever is asked for, and made from one state while the ledger goes on. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { writeExport, type WrittenExport } from '../../audit/export/write-export';
import { createCosignerKey, openCosigner } from '../../audit/log/cosigner';
import { formatSignature, parseNote } from '../../audit/log/note';
import type { Report } from '../../audit/log/verdict';
import { proveHeads } from '../../audit/reader/prove-heads';
import { addCosignature } from '../../audit/witness/cosignatures.repository';
import { hubPolicy } from '../../audit/witness/hub-policy';
import { checkpointAt, latestCheckpoint } from '../../audit/writer/checkpointer';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import { ExportingLedger } from './exporting-ledger';
import { receipts, submission } from './ledger-fixture';

describe('the export of a stream from a stored ledger', () => {
  const ledger = new ExportingLedger();
  const { signer, clock } = ledger;
  const creditor: StreamName = `creditor:${newId('creditor')}`;
  const debts = Array.from({ length: 6 }, (): StreamName => `debt:${newId('debt')}`);
  /** The hub's own; null: it has no witnesses. */
  let policy: Buffer | null = null;

  /** One entry a minute for the debt, each in the creditor's stream. */
  async function append(...streams: StreamName[]): Promise<void> {
    for (const stream of streams) {
      ledger.passMinute();
      receipts(await ledger.opened.writer.append('debts', 'direct', [submission({ streams: [creditor, stream] })], 5_000));
    }
  }

  async function exported(stream: StreamName, from: string | null = null, until: string | null = null): Promise<{ written: WrittenExport; report: Report }> {
    const order = { stream, from: from === null ? null : new Date(from), until: until === null ? null : new Date(until), mandate: null, requestedBy: null };
    const written = await writeExport({ pool: ledger.pool, signer, policy, clock }, order, path.join(ledger.folder, 'export.tar'));
    return { written, report: await verifyBundle(written.file, { vkey: signer.vkey, ...(policy !== null && { policy }) }) };
  }

  it('proves its entries only, as long as no heads entry is signed', async () => {
    await append(...debts);
    await ledger.checkpointer.sign();
    const { written, report } = await exported(creditor);
    expect(written).toMatchObject({ entries: 6, isComplete: false });
    expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'not proven', reasons: [{ code: 'STREAM_HEAD_NOT_IN_EXPORT' }] } });
  });

  it('proves every stream complete, and that another has no entry', async () => {
    await ledger.sign();
    for (const [stream, entries] of [[creditor, 6], [debts[2]!, 1], ['source:debts/direct', 6], ['source:audit/direct', 1], [`debt:${newId('debt')}`, 0]] as const) {
      const { written, report } = await exported(stream);
      expect(written).toMatchObject({ entries, isComplete: true });
      expect(report).toMatchObject({ outcome: 'verified', streams: [{ stream, from: 1, to: entries }], completeness: { state: 'proven' }, counts: { entries: entries + 1 } });
    }
  });

  it.each<[string, { from: string | null; until: string | null }, readonly [first: number, last: number, shown: number]]>([
    ['from the third minute on', { from: '2026-11-21T08:03:00.000Z', until: null }, [3, 6, 5]],
    ['before the third minute', { from: null, until: '2026-11-21T08:03:00.000Z' }, [1, 2, 3]],
    ['two minutes in the middle', { from: '2026-11-21T08:03:00.000Z', until: '2026-11-21T08:05:00.000Z' }, [3, 4, 4]],
    ['half a minute without an entry', { from: '2026-11-21T08:03:10.000Z', until: '2026-11-21T08:03:40.000Z' }, [4, 3, 2]],
    ['the day before', { from: null, until: '2026-11-21T00:00:00.000Z' }, [1, 0, 1]],
    ['the day after', { from: '2026-11-22T00:00:00.000Z', until: null }, [7, 6, 1]],
  ])('proves a period complete: %s', async (_case, { from, until }, [first, last, shown]) => {
    const { written, report } = await exported(creditor, from, until);
    expect(written.entries).toBe(last - first + 1);
    expect(report).toMatchObject({ outcome: 'verified', streams: [{ from: first, to: last }], completeness: { state: 'proven', reasons: [{ code: 'PERIOD_COMPLETE' }] }, counts: { entries: shown + 1 } });
  });

  it('stands on the last signed heads while later entries and heads are on their way', async () => {
    const before = await exported(creditor);
    await append(debts[0]!, debts[1]!);
    expect((await exported(creditor)).written.treeSize).toBe(before.written.treeSize);
    await ledger.keeper.commit(true);
    const during = await exported(creditor);
    expect(during.written.treeSize).toBe(before.written.treeSize);
    expect(during.report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven' } });
    await ledger.sign();
    const after = await exported(creditor);
    expect(after.report).toMatchObject({ outcome: 'verified', streams: [{ to: 8 }], completeness: { state: 'proven' } });
  });

  it('leaves nothing behind but the file, and nothing at all when it cannot be made: of an event whose schema nobody wrote down', async () => {
    await exported(creditor);
    expect(await fs.readdir(ledger.folder)).toEqual(['export.tar']);
    const strange: StreamName = `debt:${newId('debt')}`;
    receipts(await ledger.opened.writer.append('debts', 'direct', [submission({ name: 'NothingSuch', streams: [strange] })], 5_000));
    await ledger.sign();
    await expect(exported(strange)).rejects.toThrow('ENOENT');
    expect(await fs.readdir(ledger.folder)).toEqual(['export.tar']);
  });

  it('is refused rather than made from pages of another version', async () => {
    await append(debts[3]!);
    await ledger.keeper.commit(true);
    await append(debts[3]!);
    await ledger.keeper.commit(true);
    await expect(proveHeads(ledger.pool, [debts[3]!])).rejects.toMatchObject({ name: 'HeadsPageWrong' });
    await ledger.sign();
    expect((await exported(debts[3]!)).report).toMatchObject({ outcome: 'verified', streams: [{ to: 3 }], completeness: { state: 'proven' } });
  });

  describe('of a hub with witnesses', () => {
    const keys = [21, 22].map((seed, at) => createCosignerKey(`witness.test/w${at}`, Buffer.alloc(32, seed)));
    beforeAll(() => (policy = hubPolicy(signer.vkey, keys.map(({ vkey }) => ({ vkey, url: 'https://witness.test' })))));
    afterAll(() => (policy = null));

    async function cosign(size: number, ...by: readonly (typeof keys)[number][]): Promise<void> {
      const checkpoint = await checkpointAt(ledger.pool, size);
      for (const { secret, vkey } of by) {
        const cosigner = openCosigner(secret, clock);
        const signature = await cosigner.sign(parseNote(checkpoint!.note).text);
        await addCosignature(ledger.pool, { size, witness: vkey, line: formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature }), at: clock() });
      }
    }
    const signedAt = async (): Promise<number> => {
      await append(debts[0]!);
      await ledger.sign();
      return (await latestCheckpoint(ledger.pool))!.size;
    };

    it('stands on the newest heads and says so, while the quorum has cosigned none', async () => {
      const size = await signedAt();
      await cosign(size, keys[0]!);
      const { written, report } = await exported(creditor);
      expect(written).toMatchObject({ treeSize: size, isCosigned: false });
      expect(report).toMatchObject({ completeness: { state: 'proven' }, policy: { state: 'failed', reasons: [{ code: 'QUORUM_MISSING' }] } });
    });

    it('stands on those that the quorum has cosigned rather than on newer ones', async () => {
      const cosigned = await signedAt();
      await cosign(cosigned, ...keys);
      const newer = await signedAt();
      expect(newer).toBeGreaterThan(cosigned);
      const { written, report } = await exported(creditor);
      expect(written).toMatchObject({ treeSize: cosigned, isCosigned: true });
      expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven' }, policy: { state: 'proven', reasons: [{ code: 'QUORUM_REACHED' }] } });
      await cosign(newer, ...keys);
      expect((await exported(creditor)).written).toMatchObject({ treeSize: newer, isCosigned: true });
    });

    it('stands on the newest again when the pages of the cosigned ones are gone', async () => {
      await signedAt();
      const newest = await signedAt();
      const { written, report } = await exported(creditor);
      expect(written).toMatchObject({ treeSize: newest, isCosigned: false });
      expect(report).toMatchObject({ completeness: { state: 'proven' }, integrity: { state: 'proven' } });
    });
  });
});
