/** Proofs on request: what a reader is given is enough to verify it with the ledger's and a witness's keys alone, and tells nothing beyond his scope. */
import { canonicalize } from '../../audit/log/canonical';
import { createCosignerKey, openCosigner } from '../../audit/log/cosigner';
import { parseEntry } from '../../audit/log/entry';
import { openHeadProof, parseHeadProof } from '../../audit/log/head-proof';
import { readHeadsFacts } from '../../audit/log/heads-event';
import { formatSignature, parseNote } from '../../audit/log/note';
import { parsePolicy, type Policy } from '../../audit/log/policy';
import { judgeCheckpoint } from '../../audit/log/policy-check';
import { verifyTlogProof } from '../../audit/log/tlog-proof';
import { leafHash } from '../../audit/log/tree';
import { addCosignature } from '../../audit/witness/cosignatures.repository';
import type { Actor } from '../../kernel/actor';
import { newId } from '../../schema/ids';
import { openSample, type Sample } from '../gateway/open-sample';
import { testDatabase } from '../support/test-database';
import { AUDIT_ROOM_DATABASES, openTestAuditRoom, ReadersOfTwoBanks, type TestAuditRoom } from './audit-room';
import { receipts, submission } from './ledger-fixture';

const readers = new ReadersOfTwoBanks();
const { bankA, bankB, agency, borrowerA, person, staffA, regulator, partner, self } = readers;
const [debtA, debtB] = [newId('debt'), newId('debt')];

interface Verification {
  readonly checkpoint: { readonly size: number; readonly note: string };
  readonly proof: readonly string[];
  readonly tlogProof: string;
}

interface Head {
  readonly stream: string;
  readonly n: number;
  readonly leafHash: string;
  readonly proof: string;
  readonly headsEntry: string;
  readonly verification: Verification;
}

const WITNESS = createCosignerKey('witness.test/w1', Buffer.alloc(32, 5));
const cosigner = openCosigner(WITNESS.secret, () => new Date('2026-11-21T20:21:00.000Z'));
let room: TestAuditRoom;
let sample: Sample;
let policy: Policy;
/** Of the first checkpoint that this test knows of; later ones are larger. */
let early: number;
const database = testDatabase(...AUDIT_ROOM_DATABASES);
database.beforeClose(() => sample.stop());

const append = async (...streams: Parameters<typeof submission>[0][]): Promise<void> =>
  void receipts(await room.audit.ledger.ledgerFor('debts').append('direct', streams.map((shape) => submission(shape)), 5_000));

beforeAll(async () => {
  room = await openTestAuditRoom(database);
  sample = await openSample({ routes: room.audit.routes });
  policy = parsePolicy(Buffer.from(`log ${room.signer.vkey}\nwitness w1 ${WITNESS.vkey}\nquorum none\n`));
  await readers.admitTo(room);
  await append({ streams: [`creditor:${bankA}`, `debt:${debtA}`, `borrower:${borrowerA}`, `agency:${agency}`] });
  await room.audit.ledger.signNow();
  early = await latestSize();
  await append(
    { streams: [`creditor:${bankA}`, `debt:${debtA}`, `agency:${agency}`] },
    { streams: [`creditor:${bankB}`, `debt:${debtB}`, `agency:${agency}`] },
    { streams: [`creditor:${bankA}`, `debt:${debtA}`] },
  );
  await room.audit.ledger.signNow();
});

const latestSize = async (): Promise<number> => (await room.data<{ checkpoint: { size: number } }>(staffA, '{ checkpoint { size } }')).checkpoint.size;

async function entriesOf(who: Actor, subjectId: string): Promise<{ index: number; bytes: string; leafHash: string; now: Verification | null; then: Verification | null }[]> {
  const document = `query ($filter: EntryFilter, $size: Int) { entries(first: 100, filter: $filter) { edges { node { index bytes leafHash
    now: verification { checkpoint { size note } proof tlogProof } then: verification(size: $size) { checkpoint { size note } proof tlogProof } } } } }`;
  const { entries } = await room.data<{ entries: { edges: { node: Awaited<ReturnType<typeof entriesOf>>[number] }[] } }>(who, document, { filter: { subjectId }, size: early });
  return entries.edges.map(({ node }) => node);
}

describe('the proof of an entry', () => {
  it('is a tlog-proof file that holds under the policy of whoever receives it', async () => {
    const entries = await entriesOf(staffA, debtA);
    expect(entries).toHaveLength(3);
    for (const { index, bytes, now } of entries) {
      const report = verifyTlogProof(now!.tlogProof, leafHash(Buffer.from(bytes, 'base64')), policy);
      expect(report).toMatchObject({ index, integrity: { state: 'proven' }, policy: { verdict: { state: 'proven' } }, checkpoint: { size: now!.checkpoint.size } });
      expect(verifyTlogProof(now!.tlogProof, leafHash(Buffer.concat([Buffer.from(bytes, 'base64'), Buffer.from(' ')])), policy).integrity.state).toBe('failed');
    }
  });

  it('stands on the checkpoint that the reader names, if that covers it', async () => {
    const [first, ...later] = await entriesOf(staffA, debtA);
    expect(first!.then!.checkpoint.size).toBe(early);
    expect(verifyTlogProof(first!.then!.tlogProof, Buffer.from(first!.leafHash, 'base64'), policy)).toMatchObject({ integrity: { state: 'proven' }, checkpoint: { size: early } });
    expect(later.map(({ then }) => then)).toEqual([null, null]);
    const none = await room.data(staffA, 'query ($index: Int!) { entry(index: $index) { verification(size: 999999) { proof } } checkpoint(size: 999999) { size } }', { index: first!.index });
    expect(none).toEqual({ entry: { verification: null }, checkpoint: null });
  });
});

describe('the head of a stream', () => {
  const HEAD = 'query ($id: ID!) { streamHead(subjectId: $id) { stream n leafHash proof headsEntry verification { checkpoint { size note } proof tlogProof } } }';
  const headOf = async (who: Actor, id: string): Promise<Head | null> => (await room.data<{ streamHead: Head | null }>(who, HEAD, { id })).streamHead;

  it.each([
    ['a debt, to staff of its creditor', staffA, debtA, 3],
    ['a debt, to the supervisor of its creditor', regulator, debtA, 3],
    ['a creditor, to its staff', staffA, bankA, 6],
    ['a borrower, to himself', self, borrowerA, 2],
    ['an agency, to itself', partner, agency, 3],
  ])('is proven: %s', async (_case, who, id, n) => {
    const head = (await headOf(who, id))!;
    expect(head.n).toBe(n);
    // With nothing but the answer and the keys: the heads entry is in the ledger and its last, and its root leads to the head.
    const headsEntry = Buffer.from(head.headsEntry, 'base64');
    const report = verifyTlogProof(head.verification.tlogProof, leafHash(headsEntry), policy);
    expect(report).toMatchObject({ integrity: { state: 'proven' }, policy: { verdict: { state: 'proven' } } });
    expect(report.index).toBe(report.checkpoint!.size - 1);
    const entry = parseEntry(headsEntry);
    expect(entry.index).toBe(report.index);
    const facts = readHeadsFacts(entry)!;
    const proof = parseHeadProof(head.proof.trimEnd())!;
    expect(proof.stream).toBe(head.stream);
    expect(openHeadProof(Buffer.from(facts.root, 'base64url'), proof)).toEqual({ n, leaf: Buffer.from(head.leafHash, 'base64').toString('base64url') });
    expect(canonicalize(JSON.parse(head.proof))).toBe(head.proof.trimEnd());
  });

  it('is the last entry that the reader sees of the stream', async () => {
    expect((await headOf(staffA, debtA))!.leafHash).toBe((await entriesOf(staffA, debtA)).at(-1)!.leafHash);
  });

  it.each([
    ['the debt of another creditor', staffA, () => debtB],
    ['another creditor', staffA, () => bankB],
    ['a debt that does not exist', staffA, () => newId('debt')],
    ['an agency that works for others as well: its number would tell of them', staffA, () => agency],
    ['an agency, to who supervises one of its clients', regulator, () => agency],
    ['a creditor, to an agency that works for it', partner, () => bankA],
    ['a debt, to an agency that works on it', partner, () => debtA],
    ['his debt, to the borrower: others may be in it', self, () => debtA],
  ])('is nothing: %s', async (_case, who, idOf) => {
    expect(await headOf(who, idOf())).toBeNull();
  });

  it('is refused for what has no stream', async () => {
    await expect(headOf(staffA, person)).rejects.toThrow('BAD_INPUT');
  });
});

describe('a checkpoint', () => {
  it('shows the cosignatures that have come in, in GraphQL and over HTTP, and an entry is proven with them', async () => {
    const size = await latestSize();
    const { rows } = await room.pool.query<{ note: string }>('select note from checkpoint where size = $1', [size]);
    const { text } = parseNote(rows[0]!.note);
    const line = formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature: await cosigner.sign(text) });
    await addCosignature(room.pool, { size, witness: WITNESS.vkey, line, at: new Date('2026-11-21T20:21:00.000Z') });
    const quorum = parsePolicy(Buffer.from(`log ${room.signer.vkey}\nwitness w1 ${WITNESS.vkey}\nquorum w1\n`));

    const { checkpoint } = await room.data<{ checkpoint: { note: string; cosignatures: unknown[] } }>(partner, 'query ($size: Int) { checkpoint(size: $size) { note cosignatures { witness at line } } }', { size });
    expect(checkpoint.cosignatures).toEqual([{ witness: WITNESS.vkey, at: '2026-11-21T20:21:00.000Z', line }]);
    expect(judgeCheckpoint(checkpoint.note, quorum).verdict).toMatchObject({ state: 'proven', reasons: [{ code: 'QUORUM_REACHED' }] });
    expect(judgeCheckpoint(rows[0]!.note, quorum).verdict).toMatchObject({ state: 'failed', reasons: [{ code: 'QUORUM_MISSING' }] });

    const served = await sample.send('/ledger/checkpoint', { headers: { authorization: `Bearer ${await sample.token('BORROWER')}` } });
    expect(served.text).toBe(checkpoint.note);

    const [entry] = await entriesOf(staffA, debtA);
    expect(verifyTlogProof(entry!.now!.tlogProof, Buffer.from(entry!.leafHash, 'base64'), quorum).policy.verdict.state).toBe('proven');
  });
});
