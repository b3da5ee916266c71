/**
 * Disclosures written while a borrower's own read still named the person he is: the entries stay as they are and verify as before,
 * and nobody is shown the person in them, in an export or online.
 */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE } from '../../audit/definition';
import { writeExport } from '../../audit/export/write-export';
import { parseDisclosure } from '../../audit/log/commitment';
import { sealEvent } from '../../audit/log/event';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { toLedgerEntry } from '../../audit/ledger-entry.type';
import { readEntries } from '../../audit/reader/stored-entries';
import { Checkpointer } from '../../audit/writer/checkpointer';
import { createLedger } from '../../audit/writer/create-ledger';
import { HeadsKeeper } from '../../audit/writer/heads-keeper';
import type { Submission } from '../../kernel/ledger';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import { testDatabase } from '../support/test-database';
import { openWriter, ORIGIN, receipts } from './ledger-fixture';

const [BORROWER, CREDITOR, PERSON] = [newId('borrower'), newId('creditor'), newId('person')];
const STREAMS: readonly StreamName[] = [`borrower:${BORROWER}`, `creditor:${CREDITOR}`];

function read(audience: string, typeVersion: number, rightId: string): Submission {
  const id = newId('event');
  const { bytes, disclosures } = sealEvent<StreamName>({
    type: 'borrowers.DataDisclosed',
    typeVersion,
    id,
    occurredAt: '2026-11-21T20:20:10.123Z',
    actor: { audience, method: 'token' },
    facts: { categories: ['CONTACT'], channel: 'GRAPHQL', fields: ['Borrower.phones'], subjects: 1 },
    retention: 'SHARE_RECORD',
    structural: { actorSub: { value: 'somebody', reveal: [] } },
    items: [{ value: { borrowerId: BORROWER, rightId, categories: ['CONTACT'] }, reveal: [`borrower:${BORROWER}`] }],
  });
  return { idempotencyKey: id, event: bytes, streams: STREAMS, disclosures };
}

describe('an own read that named the person', () => {
  const signer = openSigningKey(createSigningKey(ORIGIN, Buffer.alloc(32, 9)).secret);
  const database = testDatabase(AUDIT_DATABASE);

  it('is as it was in the ledger, verifies, and is shown to nobody; other reads are shown as before', async () => {
    const { worker: pool } = await database.open(AUDIT_DATABASE);
    await createLedger(pool, { origin: ORIGIN, vkey: signer.vkey, now: new Date('2026-11-21T08:00:00.000Z') });
    const clock = (): Date => new Date('2026-11-21T08:00:00.000Z');
    const { writer, recent } = await openWriter(pool, { clock });
    database.beforeClose(() => writer.close());
    receipts(await writer.append('borrowers', 'direct', [read('BORROWER', 1, PERSON), read('BORROWER', 2, 'SELF'), read('PARTNER', 1, 'grant_1')], 5_000));
    const keeper = new HeadsKeeper({ pool, recent, writer, clock });
    await new Checkpointer({ pool, signer, epoch: () => writer.epoch, clock }).sign(await keeper.commit(true));

    const stored = (await readEntries(pool, 1, 4, 3)).map((entry) => toLedgerEntry({ ...entry, scope: new Set(STREAMS) }));
    expect(stored.map(({ revealed }) => revealed.flatMap(({ value }) => /"rightId":"([^"]+)"/.exec(value)?.[1] ?? []))).toEqual([[], ['SELF'], ['grant_1']]);

    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-own-read-'));
    for (const stream of [null, ...STREAMS]) {
      const order = { stream, from: null, until: null, mandate: null, requestedBy: null };
      const { file } = await writeExport({ pool, signer, policy: null, clock }, order, path.join(folder, 'export.tar'));
      const rights: string[] = [];
      const watch = {
        types: ['borrowers.DataDisclosed'],
        begin: (): void => undefined,
        accept: (_entry: unknown, { disclosed }: { readonly disclosed: readonly string[] }): void => void rights.push(...disclosed.map((text) => JSON.stringify(parseDisclosure(text)))),
      };
      expect(await verifyBundle(file, { vkey: signer.vkey, watch })).toMatchObject({ outcome: 'verified', integrity: { state: 'proven' }, counts: { missing: 0 } });
      expect(rights.join()).not.toContain('person_');
      // The creditor's stream alone shows no subject of a borrower's.
      expect(rights).toHaveLength(stream?.startsWith('creditor:') ? 0 : 2);
    }
    await fs.rm(folder, { recursive: true });
  });
});
