/**
 * Stream exports that prove where streams end, from a small log in memory: made honestly, or by an operator who holds the key
 * and chooses what goes in.
 */
import { writeStreamBundle, type ProvenBundleEntry, type StreamBundleSource } from '../../audit/bundle/stream-bundle';
import type { BundleEntry } from '../../audit/bundle/log-bundle';
import { parseDisclosure } from '../../audit/log/commitment';
import { parseEntry } from '../../audit/log/entry';
import { HEADS_TYPE, type HeadsFacts } from '../../audit/log/heads-event';
import { headValue, HeadsTree, streamKey } from '../../audit/log/heads-tree';
import { proveHead, type HeadProof, type StreamHead } from '../../audit/log/head-proof';
import type { Period, StreamRange } from '../../audit/log/manifest';
import { proveInclusion } from '../../audit/log/proof';
import { collect, CREATED_AT, each, headsEvent, KEY, sampleLog, SIGNER, type Forgery, type SampleEvent, type SampleLog } from './sample-log';

interface Heads {
  readonly tree: HeadsTree;
  readonly last: ReadonlyMap<string, StreamHead & { readonly n: number }>;
}

/** The links of an entry, as kept beside it. */
export function linksOf(entry: BundleEntry): { stream: string; n: number; text: string; digest: string }[] {
  return entry.disclosures.flatMap(({ kind, text, digest }) => {
    const link = kind === 'link' && text !== null ? parseDisclosure(text) : null;
    return link?.form === 'link' && text !== null ? [{ stream: link.stream, n: link.n, text, digest }] : [];
  });
}

function headsAsOf(log: Pick<SampleLog, 'entries' | 'leaves'>): Heads {
  const tree = new HeadsTree();
  const last = new Map<string, StreamHead & { n: number }>();
  log.entries.forEach((entry, i) => {
    const leaf = (log.leaves[i] as Buffer).toString('base64url');
    for (const { stream, n, text, digest } of linksOf(entry)) {
      tree.put({ key: streamKey(stream), value: headValue(digest, leaf) });
      last.set(stream, { link: text, leaf, n });
    }
  });
  tree.settle();
  return { tree, last };
}

export interface ClosedLog extends SampleLog {
  readonly heads: Heads;
}

export interface ClosedLogShape {
  readonly forgery?: Forgery;
  readonly events?: readonly SampleEvent[];
  readonly facts?: (facts: HeadsFacts) => object;
  /** Entries after the heads entry. */
  readonly after?: number;
}

/** `size` entries and a heads entry over them. */
export async function closedLog(size: number, { forgery = {}, events = [], facts = (honest) => honest, after = 0 }: ClosedLogShape = {}): Promise<ClosedLog> {
  let heads: Heads = { tree: new HeadsTree(), last: new Map() };
  const withHeads: (SampleEvent | ((log: Pick<SampleLog, 'entries' | 'leaves'>) => SampleEvent))[] = [...events];
  withHeads[size] = (log) => {
    heads = headsAsOf(log);
    return headsEvent(size, facts({ root: heads.tree.settle().root.toString('base64url'), size, streams: heads.last.size }));
  };
  const log = await sampleLog(size + 1 + after, forgery, withHeads);
  return { ...log, heads };
}

export interface ExportShape {
  readonly period?: Period;
  /** What the operator leaves out or adds: all entries of the log with the honest choice. */
  readonly choose?: (isChosen: boolean, entry: BundleEntry) => boolean;
  readonly proof?: (proof: HeadProof) => HeadProof;
  readonly source?: (source: StreamBundleSource) => StreamBundleSource;
  /** Another log whose entry and proofs stand for this one's. */
  readonly headsOf?: ClosedLog;
}

export async function completeExport(log: ClosedLog, ranges: readonly StreamRange[], { period, choose = (honest) => honest, proof = (honest) => honest, source = (honest) => honest, headsOf = log }: ExportShape = {}): Promise<Buffer> {
  const size = log.entries.length;
  const proven = async (entry: BundleEntry, from: SampleLog = log): Promise<ProvenBundleEntry> => ({ ...entry, proof: await proveInclusion(entry.index, size, from.read) });
  const chosen: ProvenBundleEntry[] = [];
  for (const entry of log.entries) {
    const wanted = ranges.some(({ stream, from, to }) => linksOf(entry).some((link) => link.stream === stream && link.n >= from - 1 && link.n <= to + 1));
    if (choose(wanted, entry)) chosen.push(await proven(entry));
  }
  const heads = headsOf.entries.find(({ bytes }) => parseEntry(bytes).event.type === HEADS_TYPE) as BundleEntry;
  const proofs = ranges.map(({ stream }) => {
    const head = headsOf.heads.last.get(stream);
    return proof(proveHead(headsOf.heads.tree, stream, head === undefined ? null : { link: head.link, leaf: head.leaf }));
  });
  const sink = collect();
  await writeStreamBundle(
    sink.output,
    source({ checkpoint: log.checkpoint, vkey: KEY.vkey, signer: SIGNER, createdAt: CREATED_AT, mandate: null, streams: ranges, period: period ?? null, ends: { entry: await proven(heads), proofs }, entries: each(chosen) }),
  );
  return sink.bytes();
}

/** The whole stream, as an honest operator asks for it. */
export function rangeOf(log: ClosedLog, stream: string): StreamRange {
  return { stream, from: 1, to: log.heads.last.get(stream)?.n ?? 0 };
}
