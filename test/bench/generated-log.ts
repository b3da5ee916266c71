/**
 * A log of any length made from its numbers alone, so that it can be run through twice: once for the root that a checkpoint
 * signs, once for the entries themselves. The writer's rules without a database; keeps nothing per entry.
 */
import type { BundleEntry } from '../../audit/bundle/log-bundle';
import { writeEntry, ZERO_HASH, type StreamLink } from '../../audit/log/entry';
import { sealEvent } from '../../audit/log/event';
import type { HeldDisclosure } from '../../audit/log/held-disclosure';
import { CompactRange } from '../../audit/log/tree';

const CREDITORS = 4;
const AGENCIES = 16;
const SEALED = Buffer.alloc(180, 1).toString('base64');
const START = Date.UTC(2026, 0, 1);

const idOf = (prefix: string, n: number): string => `${prefix}_${String(n).padStart(26, '0')}`;

interface StreamEnd {
  n: number;
  prev: string;
}

export interface GeneratedLogShape {
  readonly size: number;
  readonly origin: string;
  readonly vkey: string;
}

/** The entries in order: the log's creation, then debts registered as the debts room does, each in five streams. */
export function* generatedEntries({ size, origin, vkey }: GeneratedLogShape): Generator<BundleEntry & { readonly leaf: Buffer }> {
  const ends = new Map<string, StreamEnd>();
  const drawSalt = countedSalts();
  let prev = ZERO_HASH;
  for (let index = 0; index < size; index += 1) {
    const { source, streams, sealed } = index === 0 ? creation(origin, vkey, drawSalt) : registration(index, drawSalt);
    const shared = [...streams.slice(2), `source:${source}`];
    const links = [...streams.slice(0, 2).map((stream): StreamLink => ({ stream, n: 1, prev: ZERO_HASH })), ...shared.map((stream) => nextLink(ends, stream))];
    const place = { index, prev, recordedAt: new Date(START + index).toISOString(), source, sourceSeq: nextLink(ends, `source:${source}`).n };
    const { bytes, leafHash, links: linked } = writeEntry(place, sealed.bytes, links, drawSalt);
    prev = leafHash.toString('base64url');
    for (const stream of shared) ends.set(stream, { n: nextLink(ends, stream).n, prev });
    yield { index, bytes, disclosures: [...sealed.disclosures.map(hidePersonal), ...linked], leaf: leafHash };
  }
}

/** The root over all of them. */
export function generatedRoot(shape: GeneratedLogShape): Buffer {
  const range = CompactRange.empty();
  for (const { leaf } of generatedEntries(shape)) range.append(leaf);
  return range.root();
}

function countedSalts(): () => string {
  const salt = Buffer.alloc(16);
  let drawn = 0;
  return () => {
    salt.writeUInt32BE((drawn += 1), 0);
    return salt.toString('base64url');
  };
}

function nextLink(ends: ReadonlyMap<string, StreamEnd>, stream: string): StreamLink {
  const end = ends.get(stream);
  return { stream, n: (end?.n ?? 0) + 1, prev: end?.prev ?? ZERO_HASH };
}

const hidePersonal = (held: HeldDisclosure): HeldDisclosure => (held.kind === 'personal' ? { ...held, text: null, sealed: SEALED } : held);

interface Made {
  readonly source: string;
  /** The first two are new, the others go on. */
  readonly streams: readonly string[];
  readonly sealed: ReturnType<typeof sealEvent>;
}

function creation(origin: string, vkey: string, drawSalt: () => string): Made {
  const draft = { type: 'audit.LedgerCreated', typeVersion: 1, id: idOf('event', 0), occurredAt: new Date(START).toISOString(), actor: { audience: 'SYSTEM', method: 'worker' }, facts: { origin, vkey }, retention: 'OPERATION' };
  return { source: 'audit', streams: [], sealed: sealEvent(draft, drawSalt) };
}

function registration(n: number, drawSalt: () => string): Made {
  const ids = { debtId: idOf('debt', n), creditorId: idOf('creditor', n % CREDITORS), borrowerId: idOf('borrower', n), agencyId: idOf('agency', n % AGENCIES), placementId: idOf('placement', n) };
  const draft = {
    type: 'debts.DebtRegistered',
    typeVersion: 1,
    id: idOf('event', n),
    occurredAt: new Date(START + n).toISOString(),
    actor: { audience: 'INTERNAL', method: 'token' },
    operation: { documentHash: '0'.repeat(64), name: 'RegisterDebt', requestId: `request-${n}` },
    facts: { currency: 'CNY', product: 'CREDIT_CARD', region: 'CN-31', asOf: '2026-11-20' },
    retention: 'DEBT_RECORD',
    structural: Object.fromEntries(Object.entries(ids).map(([name, value]) => [name, { value, reveal: null }])),
    personal: [{ subject: ids.borrowerId, name: 'components', value: [{ kind: 'PRINCIPAL', minor: 123456 }] }],
  };
  const streams = [`debt:${ids.debtId}`, `borrower:${ids.borrowerId}`, `creditor:${ids.creditorId}`, `agency:${ids.agencyId}`];
  return { source: 'debts', streams, sealed: sealEvent(draft, drawSalt) };
}
