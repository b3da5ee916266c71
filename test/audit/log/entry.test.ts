/** Commitments, events, entries and tiles: RFC 9901's own examples, what round-trips, and everything a reader refuses. */
import fc from 'fast-check';
import { canonicalize } from '../../../audit/log/canonical';
import { commitElement, commitLink, commitMember, digestDisclosure, newSalt, parseDisclosure } from '../../../audit/log/commitment';
import { MAX_ENTRY_BYTES, MAX_ENTRY_LINKS, parseEntry, writeEntry, ZERO_HASH, type EntryPlace } from '../../../audit/log/entry';
import { MAX_EVENT_BYTES, parseEvent, sealEvent, type EventDraft } from '../../../audit/log/event';
import { FormatError } from '../../../audit/log/format-error';
import { decodeEntryBundle, decodeTile, encodeEntryBundle, encodeTile, parseTilePath, tileNodes, tilePath, tilesOf } from '../../../audit/log/tiles';
import { leafHash } from '../../../audit/log/tree';
import { debtEvent } from '../sample-log';

const b64 = (text: string): string => Buffer.from(text).toString('base64url');
const SALT = 'AAAAAAAAAAAAAAAAAAAAAA';
const DRAFT = debtEvent(1).draft;
const PLACE: EntryPlace = { index: 3, prev: leafHash(Buffer.from('x')).toString('base64url'), recordedAt: '2026-11-21T08:00:00.000Z', source: 'debts', sourceSeq: 2 };

describe('a disclosure', () => {
  // RFC 9901 section 4.2.1 and 4.2.3, section 4.2.2.
  it.each<[string, string]>([
    ['WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0', 'X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0'],
    ['WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0', 'w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs'],
  ])('of RFC 9901 has the digest published there', (text, digest) => {
    expect(digestDisclosure(text)).toBe(digest);
  });

  it('of RFC 9901 is not one of ours: it has white space', () => {
    expect(() => parseDisclosure('WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0')).toThrow(FormatError);
  });

  it('opens to what was committed, whatever the value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary', noUnicodeString: false }), (value) => {
        let member;
        try {
          member = commitMember('amount', value);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          return;
        }
        const opened = parseDisclosure(member.text);
        expect(opened).toMatchObject({ form: 'member', name: 'amount' });
        expect(canonicalize(opened.form === 'member' ? opened.value : null)).toBe(canonicalize(value));
        const element = parseDisclosure(commitElement(value).text);
        expect(canonicalize(element.form === 'element' ? element.value : null)).toBe(canonicalize(value));
      }),
    );
    expect(parseDisclosure(commitLink('debt:debt_1', 7, ZERO_HASH).text)).toMatchObject({ form: 'link', stream: 'debt:debt_1', n: 7, prev: ZERO_HASH });
  });

  it('cannot be read as another one with its parts cut elsewhere (trap: concatenation without delimiters)', () => {
    const digests = [
      commitLink('debt:debt_1', 12, ZERO_HASH, SALT),
      commitLink('debt:debt_11', 2, ZERO_HASH, SALT),
      commitMember('debtId', '12', SALT),
      commitMember('debtId1', '2', SALT),
      commitElement(['debtId', '12'], SALT),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('hides equal values behind different digests', () => {
    const digests = Array.from({ length: 3000 }, () => commitMember('a', 1).digest);
    expect(new Set(digests).size).toBe(3000);
    expect(newSalt()).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
  });

  it.each<[string, string]>([
    ['padding', `${b64(`["${SALT}","a",1]`)}=`],
    ['unused bits set', b64(`["${SALT}","a",12]`).replace(/.$/, 'R')],
    ['nothing', ''],
    ['standard base64', '+/+/'],
    ['an object', b64('{"a":1}')],
    ['one part', b64(`["${SALT}"]`)],
    ['five parts', b64(`["${SALT}",1,2,3,4]`)],
    ['a short salt', b64('["AAAA","a",1]')],
    ['a salt with unused bits set', b64('["AAAAAAAAAAAAAAAAAAAAAB","a",1]')],
    ['the name _sd', b64(`["${SALT}","_sd",1]`)],
    ['the name ...', b64(`["${SALT}","...",1]`)],
    ['duplicate keys in its value', b64(`["${SALT}","a",{"x":1,"x":2}]`)],
    ['a lone surrogate', b64(`["${SALT}","a","\\ud800"]`)],
    ['a leading zero', b64(`["${SALT}","a",01]`)],
    ['an integer > 2^53', b64(`["${SALT}","a",9007199254740993]`)],
    ['white space', b64(`["${SALT}", "a",1]`)],
    ['a stream without kind', b64(`["${SALT}","debt",1,"${ZERO_HASH}"]`)],
    ['number 0 in a stream', b64(`["${SALT}","debt:x",0,"${ZERO_HASH}"]`)],
    ['a short hash', b64(`["${SALT}","debt:x",1,"AAAA"]`)],
  ])('with %s is refused', (_case, text) => {
    expect(() => parseDisclosure(text)).toThrow(FormatError);
  });

  it.each(['_sd', '...', '', 'a b', 'a"b', 'é'])('is not made for the name %j', (name) => {
    expect(() => commitMember(name, 1)).toThrow(FormatError);
  });
});

describe('an event', () => {
  it('holds in clear only what it was told to', () => {
    const { bytes, disclosures } = sealEvent(DRAFT);
    expect(bytes.toString()).not.toMatch(/borrower_|debt_|person_|PRINCIPAL/);
    const event = parseEvent(bytes);
    expect([...event.sd, ...event.items].sort()).toEqual(disclosures.map((held) => held.digest).sort());
    expect(event).toMatchObject({ type: DRAFT.type, id: DRAFT.id, purpose: 'COLLECTION', decision: { index: 0 }, operation: { name: 'RegisterDebt' }, facts: { currency: 'CNY' } });
    expect(disclosures.filter((held) => held.kind === 'personal')).toMatchObject([{ subject: 'borrower_1', reveal: [] }]);
  });

  it('is canonical whatever its facts', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null))), (facts) => {
        fc.pre(!('_sd' in facts) && !('...' in facts));
        expect(canonicalize(parseEvent(sealEvent({ ...DRAFT, facts }).bytes).facts)).toBe(canonicalize(facts));
      }),
    );
  });

  it('without anything optional is read back', () => {
    const { bytes } = sealEvent({ type: 'audit.Nothing', typeVersion: 1, id: DRAFT.id, occurredAt: DRAFT.occurredAt, actor: DRAFT.actor, facts: {}, retention: 'OPERATION', purpose: null, decision: null, operation: null });
    expect(parseEvent(bytes)).toMatchObject({ sd: [], items: [], purpose: null, decision: null, operation: null });
  });

  it.each<[string, Partial<EventDraft>]>([
    ['a type without room', { type: 'DebtRegistered' }],
    ['an id of another kind', { id: 'debt_00000000000000000000000000' }],
    ['microseconds (trap: ns vs µs)', { occurredAt: '2026-11-21T08:00:00.000001Z' }],
    ['an offset', { occurredAt: '2026-11-21T08:00:00.000+08:00' }],
    ['a day that does not exist', { occurredAt: '2026-02-30T08:00:00.000Z' }],
    ['hour 24', { occurredAt: '2026-11-21T24:00:00.000Z' }],
    ['a purpose in lower case', { purpose: 'collection' }],
    ['a digest among its facts', { facts: { a: [{ _sd: ['x'] }] } }],
    ['an element digest among its facts', { facts: { a: { '...': 'x' } } }],
    ['undefined among its facts', { facts: { a: undefined } as unknown as EventDraft['facts'] }],
    ['a float as typeVersion', { typeVersion: 1.5 }],
    ['a hidden name that stands in clear', { structural: { facts: { value: 1, reveal: null } } }],
    ['one name hidden twice', { structural: { components: { value: 1, reveal: null } } }],
    ['a document hash that is none', { operation: { documentHash: 'x', name: null, requestId: 'r' } }],
    ['more bytes than allowed', { facts: { a: 'x'.repeat(MAX_EVENT_BYTES) } }],
  ])('with %s is not made', (_case, change) => {
    expect(() => sealEvent({ ...DRAFT, ...change })).toThrow(FormatError);
  });

  it.each<[string, (text: string) => string]>([
    ['an unknown member', (text) => text.replace('"v":1}', '"v":1,"w":1}')],
    ['another version', (text) => text.replace('"v":1}', '"v":2}')],
    ['unsorted digests', (text) => text.replace(/"_sd":\["([^"]+)","([^"]+)"/, '"_sd":["$2","$1"')],
    ['one digest twice', (text) => text.replace(/"_sd":\["([^"]+)","([^"]+)"/, '"_sd":["$1","$1"')],
    ['an empty list of digests', (text) => text.replace(/"_sd":\[[^\]]+\]/, '"_sd":[]')],
    ['an item in clear', (text) => text.replace(/\{"\.\.\.":"[^"]+"\}/, '{"borrower":"x"}')],
    ['no actor', (text) => text.replace(/"actor":\{[^}]+\},/, '')],
    ['an actor with a name', (text) => text.replace('"method":"passport"', '"method":"passport","name":"x"')],
    ['a third outcome', (text) => text.replace('"ALLOW"', '"MAYBE"')],
    ['a decision before the first index', (text) => text.replace(/"index":0/, '"index":-2')],
  ])('with %s is not read', (_case, change) => {
    const text = sealEvent(DRAFT).bytes.toString();
    expect(change(text)).not.toBe(text);
    expect(() => parseEvent(Buffer.from(change(text)))).toThrow(FormatError);
  });
});

describe('an entry', () => {
  const event = sealEvent(DRAFT).bytes;
  const links = [
    { stream: 'debt:debt_1', n: 1, prev: ZERO_HASH },
    { stream: 'source:debts', n: 2, prev: PLACE.prev },
  ];

  it('holds the event bytes unchanged and is canonical as a whole', () => {
    const { bytes, leafHash: leaf, links: held } = writeEntry(PLACE, event, links);
    const parsed = parseEntry(bytes);
    expect(parsed).toMatchObject(PLACE);
    expect(parsed.eventBytes.equals(event)).toBe(true);
    expect(canonicalize(JSON.parse(bytes.toString()))).toBe(bytes.toString());
    expect(leaf.equals(leafHash(bytes))).toBe(true);
    expect([...parsed.links]).toEqual(held.map((link) => link.digest).sort());
  });

  it('hashes its position (trap: position not hashed)', () => {
    const salt = (): string => SALT;
    const at = (index: number): string => writeEntry({ ...PLACE, index }, event, links, salt).leafHash.toString('hex');
    expect(at(3)).not.toBe(at(4));
  });

  it('has room for the largest event and the most links, and for no more', () => {
    const base = sealEvent({ ...DRAFT, facts: { a: '' } }).bytes.length;
    const largest = sealEvent({ ...DRAFT, facts: { a: 'x'.repeat(MAX_EVENT_BYTES - base) } }).bytes;
    const many = Array.from({ length: MAX_ENTRY_LINKS }, (_, i) => ({ stream: `debt:${i}`, n: 1, prev: ZERO_HASH }));
    const place = { ...PLACE, index: Number.MAX_SAFE_INTEGER, sourceSeq: Number.MAX_SAFE_INTEGER, source: 'abcdefghijklmnopqrstuvwxyzabcd/direct' };
    expect(largest.length).toBe(MAX_EVENT_BYTES);
    expect(parseEntry(writeEntry(place, largest, many).bytes).links).toHaveLength(MAX_ENTRY_LINKS);
    expect(() => writeEntry(place, largest, [...many, ...many.slice(0, 1)])).toThrow('at most 360');
  });

  it('over 65,535 bytes is refused (trap: entries > 65,535 bytes)', () => {
    expect(() => writeEntry(PLACE, Buffer.alloc(MAX_ENTRY_BYTES), [])).toThrow('at most 65535');
    expect(() => parseEntry(Buffer.alloc(MAX_ENTRY_BYTES + 1, 0x20))).toThrow('more than 65535');
  });

  it.each<[string, Partial<Record<keyof EntryPlace, unknown>>]>([
    ['a negative index', { index: -1 }],
    ['a fractional index', { index: 1.5 }],
    ['sourceSeq 0', { sourceSeq: 0 }],
    ['a hash of 31 bytes', { prev: Buffer.alloc(31).toString('base64url') }],
    ['a hash with unused bits set', { prev: `${ZERO_HASH.slice(0, -1)}B` }],
    ['a source with two channels', { source: 'debts/direct/x' }],
    ['a source that is a list', { source: ['debts'] }],
    ['nanoseconds', { recordedAt: '2026-11-21T08:00:00.000000000Z' }],
    ['something before the first', { index: 0 }],
  ])('with %s is not made', (_case, change) => {
    expect(() => writeEntry({ ...PLACE, ...change } as EntryPlace, event, [])).toThrow(FormatError);
  });

  it('changed in any byte is another leaf or no entry', () => {
    const { bytes, leafHash: leaf } = writeEntry(PLACE, event, links);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 1;
      expect(leafHash(changed).equals(leaf)).toBe(false);
    }
  });
});

describe('tiles', () => {
  it.each<[string, number | null, number, number]>([
    ['tile/0/000', 0, 0, 256],
    ['tile/1/x001/x234/067', 1, 1234067, 256],
    ['tile/63/999.p/1', 63, 999, 1],
    ['tile/entries/x001/000.p/255', null, 1000, 255],
  ])('%s is the path of level %p, number %d, width %d', (path, level, index, width) => {
    expect(tilePath({ level, index, width })).toBe(path);
    expect(parseTilePath(path)).toEqual({ level, index, width });
  });

  it.each(['tile/00/000', 'tile/0/0', 'tile/0/001/067', 'tile/0/x000/067', 'tile/0/000.p/0', 'tile/0/000.p/256', 'tile/0/000.p/01', 'tile/64/000', 'tile/data/000', 'tile/8/0/000', '/tile/0/000', 'tile/0/000/'])('%s is no path', (path) => {
    expect(parseTilePath(path)).toBeNull();
  });

  it.each<[number, string[]]>([
    [0, []],
    [1, ['tile/0/000.p/1']],
    [256, ['tile/0/000', 'tile/1/000.p/1']],
    [257, ['tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']],
    [65_536, [...Array.from({ length: 256 }, (_, i) => tilePath({ level: 0, index: i, width: 256 })), 'tile/1/000', 'tile/2/000.p/1']],
  ])('of a tree of %d are these', (size, paths) => {
    expect([...tilesOf(size)].map(tilePath)).toEqual(paths);
  });

  it('of a tree of 70,000 are those of the specification', () => {
    const tiles = [...tilesOf(70_000)];
    expect(tiles.filter((tile) => tile.level === 0)).toHaveLength(274);
    expect(tiles.filter((tile) => tile.width < 256).map((tile) => [tile.level, tile.width])).toEqual([[0, 112], [1, 17], [2, 1]]);
    expect(tileNodes({ level: 1, index: 1, width: 2 })).toEqual([{ level: 8, index: 256 }, { level: 8, index: 257 }]);
  });

  it('and entry bundles are read as they were written, and nothing else is', () => {
    const entries = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(65_535, 1)];
    const bundle = encodeEntryBundle(entries);
    expect(decodeEntryBundle(bundle, 3)).toEqual(entries);
    for (const [bytes, width] of [[bundle, 2], [bundle, 4], [bundle.subarray(0, -1), 3], [Buffer.concat([bundle, Buffer.alloc(1)]), 3]] as const) {
      expect(() => decodeEntryBundle(bytes, width)).toThrow(FormatError);
    }
    const hashes = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(decodeTile(encodeTile(hashes), 2)).toEqual(hashes);
    expect(() => decodeTile(encodeTile(hashes), 1)).toThrow(FormatError);
    expect(() => encodeTile([])).toThrow(FormatError);
    expect(() => encodeTile([Buffer.alloc(31)])).toThrow(FormatError);
    expect(() => encodeEntryBundle([Buffer.alloc(65_536)])).toThrow(FormatError);
  });
});
