/**
 * Every example of audit/FORMAT.md, and two small exports, made again from fixed keys and salts and compared byte for byte.
 * `npm run golden` rewrites them; a change here is a change of the format and needs a new version.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeLogBundle, type BundleEntry } from '../../../audit/bundle/log-bundle';
import { memberHeader } from '../../../audit/bundle/member';
import { renderReport } from '../../../audit/bundle/render-report';
import { writeStreamBundle } from '../../../audit/bundle/stream-bundle';
import { readContainer } from '../../../audit/bundle/container-reader';
import { REASON_TEXTS } from '../../../audit/bundle/report-texts';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { signCheckpoint, verifyCheckpoint } from '../../../audit/log/checkpoint';
import { parseDisclosure } from '../../../audit/log/commitment';
import { parseEntry, writeEntry, ZERO_HASH } from '../../../audit/log/entry';
import { sealEvent, type EventDraft } from '../../../audit/log/event';
import type { HeldDisclosure } from '../../../audit/log/held-disclosure';
import { createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import { formatSignature, parseNote } from '../../../audit/log/note';
import { followKeyChanges, parseKeyChanges } from '../../../audit/log/keys-file';
import { readRotation } from '../../../audit/log/log-keys';
import { openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { proveConsistency, proveInclusion, type NodeReader } from '../../../audit/log/proof';
import { formatTlogProof } from '../../../audit/log/tlog-proof';
import { tilePath } from '../../../audit/log/tiles';
import { CompactRange } from '../../../audit/log/tree';
import { REASON_CODES } from '../../../audit/log/verdict';
import { headLeafHash, headValue, HeadsTree, shownPageHash, streamKey } from '../../../audit/log/heads-tree';
import { formatHeadProof, proveHead, type StreamHead } from '../../../audit/log/head-proof';
import { parsePublicKey } from '../../../audit/log/agency-key';
import { statementOf } from '../../../audit/log/agency-signature';
import { decideSignature } from '../../../kernel/agency-keys/signature';
import { collect } from '../../audit/sample-log';
import { AgencySigner } from '../../support/agency-signer';
import { sampleAppendix, withSteadyPages } from '../../audit/sample-appendix';
import { REWRITES_GOLDEN } from '../../support/test-run';
import { AGENCY, BORROWER, DEBT, EVENTS, KEY, ORIGIN } from './example-log';
import { changeKey } from './example-key-change';

const PAGE = join(__dirname, '../../../audit/FORMAT.md');
const SIGNER = openSigningKey(KEY.secret);
const WITNESS = createCosignerKey('witness.example/w1', Buffer.from(Array.from({ length: 32 }, (_, i) => 32 + i)));
const COSIGNER = openCosigner(WITNESS.secret, () => new Date('2026-11-21T20:21:00.000Z'));
const POLICY = `log ${KEY.vkey}
witness regulator ${WITNESS.vkey} https://witness.example/
quorum regulator
`;

async function cosigned(note: string): Promise<string> {
  return note + formatSignature({ name: COSIGNER.name, keyId: COSIGNER.keyId, signature: await COSIGNER.sign(parseNote(note).text) });
}

let salts = 0;
const drawSalt = (): string => {
  salts += 1;
  return createHash('sha256').update(`salt ${salts}`).digest().subarray(0, 16).toString('base64url');
};

/** The key of RFC 8037 appendix A.1. */
const AGENCY_SIGNER = new AgencySigner({ kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' });
const STATEMENT = (leaf: Buffer): string => statementOf('HANDOVER_RECEIVED', AGENCY, { index: 2, payloadHash: leaf.toString('hex') });

const DEBT_INDEX = 2;
const ERASING_INDEX = 3;
const ERASED_BY = new Map([[BORROWER, ERASING_INDEX]]);

function headsEvent(root: Buffer, streams: number): (typeof EVENTS)[number] {
  const draft: EventDraft = {
    type: 'audit.HeadsCommitted',
    typeVersion: 1,
    id: 'event_00000000000000000000000004',
    occurredAt: '2026-11-21T20:20:14.000Z',
    actor: { audience: 'SYSTEM', method: 'worker' },
    facts: { root: root.toString('base64url'), size: EVENTS.length, streams },
    retention: 'STANDING',
  };
  return { draft, streams: [], source: 'audit/direct' };
}

async function makeExamples(): Promise<{ texts: ReadonlyMap<string, string>; log: Buffer; stream: Buffer }> {
  const range = CompactRange.empty();
  const nodes = new Map<string, Buffer>();
  const read: NodeReader = async (wanted) => wanted.map(({ level, index }) => nodes.get(`${level}/${index}`) as Buffer);
  const roots: Buffer[] = [];
  const entries: BundleEntry[] = [];
  const leaves: Buffer[] = [];
  let event: Buffer = Buffer.alloc(0);
  const heads = new HeadsTree();
  const lastOf = new Map<string, StreamHead>();
  const places = new Map<string, { n: number; leaf: string }>();
  for (let index = 0; index <= EVENTS.length; index += 1) {
    const { draft, streams, source } = EVENTS[index] ?? headsEvent(heads.settle().root, lastOf.size);
    const sealed = sealEvent(draft, drawSalt);
    if (index === DEBT_INDEX) event = sealed.bytes;
    const links = streams.map((stream) => ({ stream, n: (places.get(stream)?.n ?? 0) + 1, prev: places.get(stream)?.leaf ?? ZERO_HASH }));
    const place = { index, prev: leaves.at(-1)?.toString('base64url') ?? ZERO_HASH, recordedAt: `2026-11-21T20:20:1${index + 1}.500Z`, source, sourceSeq: 1 };
    const entry = writeEntry(place, sealed.bytes, links, drawSalt);
    range.append(entry.leafHash, ({ level, index: at }, hash) => nodes.set(`${level}/${at}`, hash));
    leaves.push(entry.leafHash);
    roots.push(range.root());
    const kept = sealed.disclosures.map((held): HeldDisclosure => (held.kind === 'personal' ? { ...held, text: null, sealed: '' } : held));
    entries.push({ index, bytes: entry.bytes, disclosures: [...kept, ...entry.links], erasedBy: ERASED_BY });
    const leaf = entry.leafHash.toString('base64url');
    links.forEach(({ stream, n }) => places.set(stream, { n, leaf }));
    streams.forEach((stream, i) => {
      const { digest, text } = entry.links[i] as HeldDisclosure;
      heads.put({ key: streamKey(stream), value: headValue(digest, leaf) });
      lastOf.set(stream, { link: text as string, leaf });
    });
  }
  const size = entries.length;
  const signed = await signCheckpoint({ origin: ORIGIN, size, root: range.root() }, SIGNER);
  const checkpoint = await cosigned(signed);
  const series = [{ checkpoint: await signCheckpoint({ origin: ORIGIN, size: 2, root: roots[1] as Buffer }, SIGNER), consistency: await proveConsistency(2, size, read) }];
  const source = { checkpoint, series, vkey: KEY.vkey, signer: SIGNER, createdAt: '2026-11-21T20:30:00.000Z', mandate: null, policy: Buffer.from(POLICY) };
  const log = collect();
  await writeLogBundle(log.output, { ...source, appendix: sampleAppendix(withSteadyPages), entries: Readable.from(entries) as AsyncIterable<BundleEntry> });
  const stream = collect();
  const prove = async (index: number) => ({ ...(entries[index] as BundleEntry), proof: await proveInclusion(index, size, read) });
  const erasing = async (index: number) => {
    const { bytes, disclosures, proof } = await prove(index);
    return { index, entry: bytes, proof, subject: disclosures.find(({ text }) => text !== null && Buffer.from(text, 'base64url').includes('"borrowerId"'))?.text as string };
  };
  const debt = await prove(DEBT_INDEX);
  const debtStream = `debt:${DEBT}`;
  const absent = proveHead(heads, 'debt:debt_0000000000000000000000000e', null);
  const present = proveHead(heads, debtStream, lastOf.get(debtStream) as StreamHead);
  const chosen = Readable.from([debt]) as AsyncIterable<typeof debt>;
  const ends = { entry: await prove(EVENTS.length), proofs: [present] };
  await writeStreamBundle(stream.output, { ...source, appendix: sampleAppendix(withSteadyPages, (indexes) => Promise.all(indexes.map(erasing))), streams: [{ stream: debtStream, from: 1, to: 1 }], period: null, ends, entries: chosen });
  const files = async (bundle: Buffer): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for await (const { name, bytes } of readContainer(Readable.from([bundle], { objectMode: false }))) found.set(name, bytes.toString());
    return found;
  };
  const ofLog = await files(log.bytes());
  const ofStream = await files(stream.bytes());
  const held = (entries[2] as BundleEntry).disclosures;
  const opened = (value: HeldDisclosure): string => [value.text, Buffer.from(value.text ?? '', 'base64url').toString(), value.digest].join('\n');
  const heldDebt = held.find((value) => value.text !== null && value.kind === 'structural' && JSON.stringify(parseDisclosure(value.text)).includes('"debtId"')) as HeldDisclosure;
  const paths: readonly (readonly [number | null, number, number])[] = [[0, 0, 256], [0, 273, 112], [1, 1234067, 256], [null, 1000, 17]];
  const debtLink = held.find(({ reveal, kind }) => kind === 'link' && reveal?.[0] === debtStream) as HeldDisclosure;
  const headOfDebt = { key: streamKey(debtStream), value: headValue(debtLink.digest, (leaves[DEBT_INDEX] as Buffer).toString('base64url')) };
  const texts = new Map([
    ['disclosure', opened(heldDebt)],
    ['event', event.toString()],
    ['entry', (entries[2] as BundleEntry).bytes.toString()],
    ['link', opened(held.at(-1) as HeldDisclosure)],
    ['statement', STATEMENT(leaves[2] as Buffer)],
    ['agencysignature', [AGENCY_SIGNER.thumbprint, AGENCY_SIGNER.sign(STATEMENT(leaves[2] as Buffer))].join('\n')],
    ['tree', [...leaves, range.root()].map((hash) => hash.toString('base64')).join('\n')],
    ['vkey', KEY.vkey],
    ...(await changeKey({ range, nodes, leaves, signer: SIGNER, drawSalt })),
    ['checkpoint', signed.trimEnd()],
    ['witness', WITNESS.vkey],
    ['cosigned', checkpoint.trimEnd()],
    ['policy', POLICY.trimEnd()],
    ['tlogproof', formatTlogProof({ index: 2, proof: debt.proof, checkpoint, extra: null }).trimEnd()],
    ['series', (ofLog.get('checkpoints') as string).trimEnd()],
    ['paths', paths.map(([level, index, width]) => `${level ?? 'entries'} ${index} ${width} → ${tilePath({ level, index, width })}`).join('\n')],
    ['header', createHash('sha256').update(memberHeader('manifest', 700)).digest('hex')],
    ['manifest', (ofLog.get('manifest') as string).trimEnd()],
    ['schema', (ofLog.get('schemas/audit.LedgerCreated.v1.json') as string).trimEnd()],
    ['summary', ofLog.get('report/summary.json') as string],
    ['record', (ofLog.get('disclosures/000') as string).trimEnd().split('\n')[2] as string],
    ['erasure', (ofStream.get('erasures/000') as string).trimEnd()],
    ['proof', (ofStream.get('proofs/000') as string).trimEnd().split('\n')[0] as string],
    ['headsentry', (entries[EVENTS.length] as BundleEntry).bytes.toString()],
    ['headskey', [debtStream, streamKey(debtStream).toString('base64url')].join('\n')],
    ['headsleaf', [lastOf.get(debtStream)?.link, lastOf.get(debtStream)?.leaf, headOfDebt.value.toString('base64url'), headLeafHash(headOfDebt).toString('base64url')].join('\n')],
    ['headspage', present.pages.map((page) => `${page.toString('hex')}\n${shownPageHash(page).toString('base64url')}`).join('\n')],
    ['headproof', (ofStream.get('heads/000') as string).trimEnd()],
    ['absenceproof', formatHeadProof(absent).trimEnd()],
    ['seal', (ofLog.get('seal') as string).trimEnd()],
    ['report', JSON.stringify(await verifyBundle(Readable.from([stream.bytes()], { objectMode: false }), { policy: Buffer.from(POLICY) }), null, 2)],
    ['codes', REASON_CODES.map((code) => `${code.padEnd(30)} ${REASON_TEXTS[code].en}`).join('\n')],
  ]);
  return { texts, log: log.bytes(), stream: stream.bytes() };
}

const BLOCK = /^(```(?:json|text) example=([a-z]+)\n)([\s\S]*?)^```$/gm;

describe('the format page', () => {
  let examples: Awaited<ReturnType<typeof makeExamples>>;
  beforeAll(async () => {
    examples = await makeExamples();
  });

  it('shows examples that this code makes, to the byte', () => {
    const page = readFileSync(PAGE, 'utf8');
    const names: string[] = [];
    const made = page.replace(BLOCK, (_block, head: string, name: string) => {
      names.push(name);
      return `${head}${examples.texts.get(name) ?? ''}\n\`\`\``;
    });
    if (REWRITES_GOLDEN) writeFileSync(PAGE, made);
    else expect(page).toBe(made);
    expect(names.sort()).toEqual([...examples.texts.keys()].sort());
  });

  it.each(['log', 'stream'] as const)('belongs to the %s export kept beside this test', async (kind) => {
    const file = join(__dirname, `${kind}.tar`);
    if (REWRITES_GOLDEN) writeFileSync(file, examples[kind]);
    expect(existsSync(file) && readFileSync(file).equals(examples[kind])).toBe(true);
    const report = await verifyBundle(file, { policy: Buffer.from(POLICY) });
    expect(report.outcome).toBe('verified');
    for (const language of ['en', 'zh'] as const) {
      const page = join(__dirname, `${kind}-report.${language}.txt`);
      if (REWRITES_GOLDEN) writeFileSync(page, renderReport(report, language));
      expect(renderReport(report, language)).toBe(readFileSync(page, 'utf8'));
    }
  });

  it.each([1, 2].flatMap((version) => (['log', 'stream'] as const).map((kind) => ({ version, kind }))))('stands for a reader that still verifies the $kind export of version $version, which is never rewritten', async ({ version, kind }) => {
    const file = join(__dirname, `v${version}`, `${kind}.tar`);
    expect(readFileSync(file).includes(`cession-export/v${version}\n`)).toBe(true);
    expect(await verifyBundle(file, { vkey: KEY.vkey })).toMatchObject({ outcome: 'verified', exitCode: 0, integrity: { state: 'proven' }, policy: { state: 'not checked' } });
  });

  it('shows a signature of an agency that the hub would take', async () => {
    const [thumbprint, signature] = (examples.texts.get('agencysignature') ?? '').split('\n');
    const now = new Date('2026-11-21T20:21:00.000Z');
    const key = { ...parsePublicKey(AGENCY_SIGNER.pem)!, validUntil: new Date('2027-01-01T00:00:00.000Z'), revoked: false };
    expect(decideSignature({ statement: examples.texts.get('statement') ?? '', signature: signature ?? '', keys: [key], now })).toEqual({ thumbprint });
  });

  it('shows a change of key that leads whoever has the old key to the new one', () => {
    const text = (name: string): string => examples.texts.get(name) ?? '';
    const [old, next] = [parseVkey(KEY.vkey), parseVkey(text('nextvkey'))];
    const checkpoint = verifyCheckpoint(`${text('nextcheckpoint')}\n`, next);
    expect(verifyCheckpoint(`${text('nextcheckpoint')}\n`, old).root).toEqual(checkpoint.root);
    const keys = followKeyChanges(parseKeyChanges(`${text('keychange')}\n`), checkpoint, text('nextvkey'));
    expect([keys.first.vkey, keys.current.vkey, keys.changes]).toEqual([KEY.vkey, text('nextvkey'), [EVENTS.length + 1]]);
    expect(readRotation(parseEntry(Buffer.from(text('rotationentry')))).statement).toBe(`${text('rotation')}\n`);
  });

  it('shows an entry whose event bytes are those of the event above it', () => {
    expect(parseEntry(Buffer.from(examples.texts.get('entry') ?? '')).eventBytes.toString()).toBe(examples.texts.get('event'));
  });
});
