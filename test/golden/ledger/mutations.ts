/**
 * What somebody without the ledger's key may do to an export, each under the name of its file in mutations/. Files for whoever
 * writes a second verifier: it has to find every one of them broken.
 */
import { decodeEntryBundle, encodeEntryBundle, encodeTile } from '../../../audit/log/tiles';
import { leafHash } from '../../../audit/log/tree';
import { repack, type Member } from '../../audit/bundle-files';

export interface Mutation {
  readonly name: string;
  readonly of: 'log' | 'stream';
  readonly change: (members: Member[]) => Buffer | void;
}

function member(members: readonly Member[], start: string): Member {
  const found = members.find(({ name }) => name.startsWith(start));
  if (found === undefined) throw new Error(`the export has no file ${start}`);
  return found;
}

/** In the bytes of one file; the same place for every run. */
function flip(start: string, share: number): Mutation['change'] {
  return (members) => {
    const { bytes } = member(members, start);
    const at = Math.floor(bytes.length * share);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  };
}

function replace(start: string, from: string | RegExp, to: string): Mutation['change'] {
  return (members) => {
    const found = member(members, start);
    const text = found.bytes.toString('latin1');
    if (text.replace(from, to) === text) throw new Error(`nothing to replace in ${start}`);
    found.bytes = Buffer.from(text.replace(from, to), 'latin1');
  };
}

/** The entries changed, and the list of leaf hashes made to agree with them. */
function entries(change: (entries: Buffer[]) => void): Mutation['change'] {
  return (members) => {
    const bundle = member(members, 'tile/entries/');
    const width = Number(bundle.name.split('/').at(-1));
    const list = decodeEntryBundle(bundle.bytes, width);
    change(list);
    bundle.bytes = encodeEntryBundle(list);
    const leaves = list.map((entry) => leafHash(entry)).slice(0, width);
    while (leaves.length < width) leaves.push(Buffer.alloc(32));
    member(members, 'tile/0/').bytes = encodeTile(leaves);
  };
}

const edited = (at: number, from: string | RegExp, to: string): Mutation['change'] =>
  entries((list) => {
    const text = list[at]!.toString('utf8');
    if (text.replace(from, to) === text) throw new Error('nothing to replace in the entry');
    list[at] = Buffer.from(text.replace(from, to), 'utf8');
  });

const added = (name: string, bytes: Buffer): Mutation['change'] => (members) => void members.splice(2, 0, { name, bytes });

function without(start: string): Mutation['change'] {
  return (members) => void members.splice(members.indexOf(member(members, start)), 1);
}

const truncated = (share: number): Mutation['change'] => (members) => {
  const bytes = repack(members);
  return bytes.subarray(0, Math.floor(bytes.length * share));
};

const LOG: Readonly<Record<string, Mutation['change']>> = {
  'edit-a-fact-of-an-entry': edited(2, '"CNY"', '"USD"'),
  'edit-the-last-entry': edited(4, /"size":4/, '"size":3'),
  'swap-two-entries': entries((list) => list.splice(1, 2, list[2]!, list[1]!)),
  'drop-a-middle-entry': entries((list) => list.splice(2, 1)),
  'drop-the-last-entry': entries((list) => list.pop()),
  'repeat-an-entry': entries((list) => list.splice(2, 0, list[2]!)),
  'entry-with-a-duplicate-key': edited(2, /"v":1}$/, '"v":1,"v":1}'),
  'entry-with-a-lone-surrogate': edited(2, '上海', '\\ud800'),
  'entry-with-an-integer-beyond-2-53': edited(2, /"sourceSeq":\d+/, '"sourceSeq":9007199254740993'),
  'entry-without-its-version': edited(2, /,"v":1}$/, '}'),
  'entry-with-members-in-another-order': edited(2, /^{(.*),"v":1}$/s, '{"v":1,$1}'),
  'entry-with-an-unknown-member': edited(2, /"v":1}$/, '"v":1,"w":1}'),
  'flip-a-byte-of-the-checkpoint': flip('checkpoint', 0.2),
  'flip-a-byte-of-the-checkpoint-signature': flip('checkpoint', 0.9),
  'flip-a-byte-of-a-leaf-hash': flip('tile/0/', 0.5),
  'flip-a-byte-of-a-disclosure': flip('disclosures/', 0.5),
  'flip-a-byte-of-the-manifest': flip('manifest', 0.5),
  'flip-a-byte-of-the-seal': flip('seal', 0.9),
  'flip-a-byte-of-a-schema': flip('schemas/', 0.5),
  'flip-a-byte-of-the-report': flip('report/report.en.html', 0.5),
  'report-summary-that-counts-otherwise': replace('report/summary.json', /"entries":\d+/, '"entries":1'),
  'thousands-of-signatures-on-the-checkpoint': (members) => {
    const found = member(members, 'checkpoint');
    found.bytes = Buffer.concat([found.bytes, Buffer.from('\u2014 witness.example/w1 AAAAAAAAAAAAAAAAAAAAAA==\n'.repeat(3_000))]);
  },
  'file-with-a-path-out-of-the-folder': added('../evil', Buffer.from('x')),
  'file-with-an-absolute-path': added('/etc/passwd', Buffer.from('x')),
  'file-nobody-knows': added('readme', Buffer.from('x')),
  'file-twice': (members) => void members.splice(2, 0, members[1]!),
  'file-missing': without('disclosures/'),
  'seal-missing': without('seal'),
  'files-in-another-order': (members) => void members.splice(1, 2, members[2]!, members[1]!),
  'manifest-of-a-megabyte-and-more': (members) => void (member(members, 'manifest').bytes = Buffer.alloc(1024 * 1024 + 1, 0x61)),
  'truncated-in-the-middle': truncated(0.5),
  'truncated-before-the-end': truncated(0.999),
  'bytes-after-the-end': (members) => Buffer.concat([repack(members), Buffer.alloc(512, 1)]),
};

const STREAM: Readonly<Record<string, Mutation['change']>> = {
  'stream-entry-edited': replace('entries/', '"CNY"', '"USD"'),
  'stream-said-to-be-longer': replace('manifest', /"to":1/, '"to":2'),
  'stream-said-to-be-another': replace('manifest', /debt_0000000000000000000000000d/, 'debt_0000000000000000000000000f'),
  'stream-inclusion-proof-flipped': flip('proofs/', 0.5),
  'stream-head-proof-flipped': flip('heads/', 0.5),
  'stream-head-proof-missing': without('heads/'),
  'stream-erasure-proof-flipped': flip('erasures/', 0.5),
  'stream-link-flipped': flip('disclosures/', 0.8),
  'stream-without-its-entries': without('entries/'),
};

const named = (of: Mutation['of'], changes: Readonly<Record<string, Mutation['change']>>): Mutation[] => Object.entries(changes).map(([name, change]) => ({ name, of, change }));

export const MUTATIONS: readonly Mutation[] = [...named('log', LOG), ...named('stream', STREAM)];
