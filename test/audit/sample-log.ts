/**
 * A small ledger in memory for tests of the pure core: the writer's rules without a database. `forge` lets a test play the
 * dishonest operator, who signs whatever he likes.
 */
import { Writable } from 'node:stream';
import { writeLogBundle, type BundleEntry, type BundleSource } from '../../audit/bundle/log-bundle';
import { writeStreamBundle, type ProvenBundleEntry } from '../../audit/bundle/stream-bundle';
import type { SeriesRecord } from '../../audit/log/checkpoint-series';
import { signCheckpoint } from '../../audit/log/checkpoint';
import { writeEntry, ZERO_HASH, type EntryPlace, type StreamLink } from '../../audit/log/entry';
import { sealEvent, type EventDraft } from '../../audit/log/event';
import type { HeldDisclosure } from '../../audit/log/held-disclosure';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { proveConsistency, proveInclusion, type NodeReader } from '../../audit/log/proof';
import { CompactRange } from '../../audit/log/tree';

export const ORIGIN = 'cession.test/ledger';
export const KEY = createSigningKey(ORIGIN, Buffer.alloc(32, 7));
export const OTHER_KEY = createSigningKey(ORIGIN, Buffer.alloc(32, 8));
export const SIGNER = openSigningKey(KEY.secret);
export const CREATED_AT = '2026-11-21T09:00:00.000Z';

export interface SampleEvent {
  readonly draft: EventDraft;
  readonly streams: readonly string[];
  readonly source: string;
}

/** What the operator changes before he writes an entry. */
export interface Forgery {
  place?(place: EntryPlace): EntryPlace;
  links?(links: readonly StreamLink[], index: number): readonly StreamLink[];
  held?(held: readonly HeldDisclosure[], index: number): readonly HeldDisclosure[];
}

const id = (n: number): string => `event_${String(n).padStart(26, '0')}`;
const instant = (n: number): string => new Date(Date.UTC(2026, 10, 21, 8, 0, 0, n)).toISOString();

export function createdEvent(vkey: string = KEY.vkey, origin: string = ORIGIN): SampleEvent {
  const draft = { type: 'audit.LedgerCreated', typeVersion: 1, id: id(0), occurredAt: instant(0), actor: { audience: 'SYSTEM', method: 'worker' }, facts: { origin, vkey }, retention: 'OPERATION' };
  return { draft, streams: [], source: 'audit' };
}

/** A debt registered for one of three borrowers of one of two creditors. */
export function debtEvent(n: number): SampleEvent {
  const creditor = `creditor_${n % 2}`;
  const borrower = `borrower_${n % 3}`;
  const debt = `debt_${n}`;
  const streams = [`creditor:${creditor}`, `debt:${debt}`, `borrower:${borrower}`];
  const draft: EventDraft = {
    type: 'debts.DebtRegistered',
    typeVersion: 1,
    id: id(n),
    occurredAt: instant(n),
    actor: { audience: 'INTERNAL', method: 'passport' },
    purpose: 'COLLECTION',
    decision: { at: instant(n), index: n - 1, outcome: 'ALLOW', rulePack: 'base/1', rules: ['DEBT-CREDITOR-OWN'] },
    operation: { documentHash: 'ab'.repeat(32), name: 'RegisterDebt', requestId: `request-${n}` },
    facts: { currency: 'CNY', product: 'CREDIT_CARD', asOf: '2026-11-21' },
    retention: 'DEBT_RECORD',
    structural: {
      debtId: { value: debt, reveal: null },
      borrowerId: { value: borrower, reveal: [`creditor:${creditor}`, `borrower:${borrower}`] },
      personId: { value: `person_${n % 3}`, reveal: [] },
    },
    items: [{ value: { borrowerId: borrower, n }, reveal: [`borrower:${borrower}`] }],
    personal: [{ subject: borrower, name: 'components', value: [{ kind: 'PRINCIPAL', minor: 100 + n }] }],
  };
  return { draft, streams, source: n % 4 === 0 ? 'debts/direct' : 'debts' };
}

export interface SampleLog {
  readonly entries: readonly BundleEntry[];
  readonly leaves: readonly Buffer[];
  readonly checkpoint: string;
  readonly read: NodeReader;
  /** Checkpoint note of an earlier size. */
  checkpointAt(size: number): Promise<string>;
}

/** Commits to the heads of all streams before it; `facts` as the operator wants them. */
export function headsEvent(n: number, facts: object): SampleEvent {
  const draft = { type: 'audit.HeadsCommitted', typeVersion: 1, id: id(n), occurredAt: instant(n), actor: { audience: 'SYSTEM', method: 'worker' }, facts: facts as EventDraft['facts'], retention: 'STANDING' };
  return { draft, streams: [], source: 'audit/direct' };
}

/** `events`: what stands at an index instead of the usual; made from the entries before it where it depends on them. */
export async function sampleLog(
  size: number,
  forgery: Forgery = {},
  events: readonly (SampleEvent | ((before: Pick<SampleLog, 'entries' | 'leaves'>) => SampleEvent))[] = [],
): Promise<SampleLog> {
  const entries: BundleEntry[] = [];
  const leaves: Buffer[] = [];
  const nodes = new Map<string, Buffer>();
  const roots: Buffer[] = [CompactRange.empty().root()];
  const streams = new Map<string, { n: number; prev: string }>();
  const sources = new Map<string, number>();
  const range = CompactRange.empty();
  let prev = ZERO_HASH;
  for (let index = 0; index < size; index += 1) {
    const given = events[index] ?? (index === 0 ? createdEvent() : debtEvent(index));
    const { draft, streams: own, source } = typeof given === 'function' ? given({ entries, leaves }) : given;
    const event = sealEvent(draft);
    const sourceSeq = (sources.get(source) ?? 0) + 1;
    const place: EntryPlace = { index, prev, recordedAt: instant(1000 + index), source, sourceSeq };
    const honest = (draft.type === 'audit.HeadsCommitted' ? [] : [...own, `source:${source}`]).map((stream): StreamLink => {
      const last = streams.get(stream) ?? { n: 0, prev: ZERO_HASH };
      return { stream, n: last.n + 1, prev: last.prev };
    });
    const links = forgery.links?.(honest, index) ?? honest;
    const entry = writeEntry(forgery.place?.(place) ?? place, event.bytes, links);
    const leafText = entry.leafHash.toString('base64url');
    for (const { stream, n } of links) streams.set(stream, { n, prev: leafText });
    sources.set(source, sourceSeq);
    prev = leafText;
    range.append(entry.leafHash, ({ level, index: at }, hash) => nodes.set(`${level}/${at}`, hash));
    roots.push(range.root());
    leaves.push(entry.leafHash);
    const sealed = event.disclosures.map((held): HeldDisclosure => (held.kind === 'personal' ? { ...held, text: null, sealed: 'c2VhbGVk' } : held));
    const disclosures = [...sealed, ...entry.links];
    entries.push({ index, bytes: entry.bytes, disclosures: forgery.held?.(disclosures, index) ?? disclosures });
  }
  const checkpointAt = async (at: number): Promise<string> => signCheckpoint({ origin: ORIGIN, size: at, root: roots[at] as Buffer }, SIGNER);
  const read: NodeReader = async (wanted) => wanted.map(({ level, index }) => nodes.get(`${level}/${index}`) as Buffer);
  return { entries, leaves, checkpoint: await checkpointAt(size), read, checkpointAt };
}

/** Earlier checkpoints of the log as an export carries them. */
export async function seriesOf(log: SampleLog, sizes: readonly number[], cosign: (note: string) => Promise<string> = async (note) => note): Promise<SeriesRecord[]> {
  const records: SeriesRecord[] = [];
  for (const size of sizes) records.push({ checkpoint: await cosign(await log.checkpointAt(size)), consistency: await proveConsistency(size, log.entries.length, log.read) });
  return records;
}

export function collect(): { readonly output: Writable; bytes(): Buffer } {
  const chunks: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done): void {
      chunks.push(chunk);
      done();
    },
  });
  return { output, bytes: () => Buffer.concat(chunks) };
}

export async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

export async function logBundle(log: SampleLog, more: Partial<BundleSource> = {}): Promise<Buffer> {
  const sink = collect();
  await writeLogBundle(sink.output, { checkpoint: log.checkpoint, vkey: KEY.vkey, signer: SIGNER, createdAt: CREATED_AT, mandate: null, entries: each(log.entries), ...more });
  return sink.bytes();
}

/** The entries of these streams, found by the links kept beside them; nothing shows where the streams end. */
export async function streamBundle(log: SampleLog, ranges: readonly { stream: string; from: number; to: number }[], more: Partial<BundleSource> = {}): Promise<Buffer> {
  const sink = collect();
  const chosen: ProvenBundleEntry[] = [];
  for (const entry of log.entries) {
    const wanted = ranges.some(({ stream, from, to }) =>
      entry.disclosures.some((held) => {
        if (held.kind !== 'link' || held.text === null || !(held.reveal ?? []).includes(stream)) return false;
        const n = (JSON.parse(Buffer.from(held.text, 'base64url').toString()) as [string, string, number])[2];
        return n >= from && n <= to;
      }),
    );
    if (wanted) chosen.push({ ...entry, proof: await proveInclusion(entry.index, log.entries.length, log.read) });
  }
  await writeStreamBundle(sink.output, { checkpoint: log.checkpoint, vkey: KEY.vkey, signer: SIGNER, createdAt: CREATED_AT, mandate: 'mandate_test', streams: ranges, period: null, ends: null, entries: each(chosen), ...more });
  return sink.bytes();
}
