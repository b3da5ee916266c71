/** The rules of C2SP tlog-policy as tables: what a policy may say, and when a checkpoint satisfies it. */
import fc from 'fast-check';
import { formatCheckpoint, signCheckpoint } from '../../../audit/log/checkpoint';
import { createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import { FormatError } from '../../../audit/log/format-error';
import { formatSignature } from '../../../audit/log/note';
import { createSigningKey, formatVkey, openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { formatPolicy, parsePolicy, printName, reachesQuorum } from '../../../audit/log/policy';
import { judgeCheckpoint } from '../../../audit/log/policy-check';

const ORIGIN = 'log.test/one';
const LOG = createSigningKey(ORIGIN, Buffer.alloc(32, 1));
const ROTATED = createSigningKey(ORIGIN, Buffer.alloc(32, 2));
const AT = new Date('2026-11-21T20:00:00.000Z');
const WITNESSES = Array.from({ length: 5 }, (_, n) => createCosignerKey(`witness.test/w${n}`, Buffer.alloc(32, 10 + n)));
const vkey = (n: number): string => WITNESSES[n]?.vkey ?? '';
const idOf = (n: number): string => parseVkey(vkey(n)).publicKey.toString('hex');
const parse = (text: string) => parsePolicy(Buffer.from(text, 'utf8'));

const THREE = `witness a ${vkey(0)}\nwitness b ${vkey(1)}\nwitness c ${vkey(2)}\n`;

describe('a policy', () => {
  it('is read with spaces, tabs, comments, blank lines and URLs', () => {
    const policy = parse(`# ours\n\n \tlog\t${LOG.vkey} https://log.test/\n  # theirs\nwitness a ${vkey(0)}   https://w.test/x \nquorum a\n`);
    expect(policy).toMatchObject({ logs: [{ vkey: LOG.vkey, url: 'https://log.test/', key: { name: ORIGIN } }], witnesses: [{ name: 'a', url: 'https://w.test/x' }], groups: [], quorum: 'a' });
  });

  it('takes names as octets, a key name in UTF-8 among them', () => {
    const named = createCosignerKey('见证.test', Buffer.alloc(32, 50));
    const policy = parse(`witness 见证 ${named.vkey}\nwitness \u212a ${vkey(1)}\nwitness K ${vkey(2)}\nquorum 见证\n`);
    expect(policy.witnesses.map(({ name, key }) => [printName(name), key.name])).toEqual([['见证', '见证.test'], ['\u212a', 'witness.test/w1'], ['K', 'witness.test/w2']]);
    expect(parsePolicy(formatPolicy(policy))).toMatchObject({ quorum: policy.quorum });
  });

  it('holds 32 logs, 32 witnesses and 32 groups', () => {
    const many = (make: (n: number) => string): string => Array.from({ length: 32 }, (_, n) => make(n)).join('');
    const text =
      many((n) => `log ${createSigningKey(`log${n}.test`, Buffer.alloc(32, 100 + n)).vkey}\n`) +
      many((n) => `witness w${n} ${createCosignerKey(`w${n}.test`, Buffer.alloc(32, 150 + n)).vkey}\n`) +
      many((n) => `group g${n} all w${n}\n`) +
      'quorum g31\n';
    expect(parse(text)).toMatchObject({ logs: { length: 32 }, witnesses: { length: 32 }, groups: { length: 32 } });
  });

  it.each<[string, string, RegExp]>([
    ['nothing', '', /without a quorum/],
    ['no quorum', THREE, /without a quorum/],
    ['two quorums', `quorum none\nquorum none\n`, /stands twice/],
    ['a quorum of two names', `${THREE}quorum a b\n`, /one name/],
    ['a quorum defined after it', `quorum a\n${THREE}`, /on a line before/],
    ['a member defined after it', `witness a ${vkey(0)}\ngroup g all a b\nwitness b ${vkey(1)}\nquorum g\n`, /on a line before/],
    ['a group that holds itself', `${THREE}group g all a g\nquorum g\n`, /on a line before/],
    ['none as a member', `${THREE}group g any a none\nquorum g\n`, /none is not a member/],
    ['none as a name', `witness none ${vkey(0)}\nquorum none\n`, /taken/],
    ['a name twice', `witness a ${vkey(0)}\nwitness a ${vkey(1)}\nquorum a\n`, /taken/],
    ['a group named as a witness', `${THREE}group a all b\nquorum a\n`, /taken/],
    ['a group without members', `${THREE}group g all\nquorum g\n`, /rule and members/],
    ['a threshold of 0', `${THREE}group g 0 a b\nquorum g\n`, /from 1/],
    ['a threshold above the members', `${THREE}group g 3 a b\nquorum g\n`, /from 1/],
    ['a threshold with a leading zero', `${THREE}group g 01 a b\nquorum g\n`, /from 1/],
    ['a threshold with a sign', `${THREE}group g +1 a b\nquorum g\n`, /from 1/],
    ['a member twice in a group', `${THREE}group g 2 a a\nquorum g\n`, /in a group already/],
    ['a member in two groups', `${THREE}group g all a b\ngroup h all b c\nquorum g\n`, /in a group already/],
    ['a log twice', `log ${LOG.vkey}\nlog ${LOG.vkey}\nquorum none\n`, /key stands twice/],
    ['a witness key twice under other names', `witness a ${vkey(0)}\nwitness b ${createCosignerKey('other.test', Buffer.alloc(32, 10)).vkey}\nquorum a\n`, /key stands twice/],
    ['a log that witnesses itself', `log ${createSigningKey(ORIGIN, Buffer.alloc(32, 10)).vkey}\nwitness a ${vkey(0)}\nquorum a\n`, /key stands twice/],
    ['a witness with the key of a log', `witness a ${LOG.vkey}\nquorum a\n`, /0x04/],
    ['a log with the key of a witness', `log ${vkey(0)}\nquorum none\n`, /0x01/],
    ['a key of an unknown type', `witness a ${formatVkey('w', 0x06, Buffer.alloc(1312))}\nquorum a\n`, /unknown signature type/],
    ['a key that is none', 'log nonsense\nquorum none\n', /name\+id\+base64/],
    ['a log without a key', 'log\nquorum none\n', /a log is a key/],
    ['a log with too much', `log ${LOG.vkey} url more\nquorum none\n`, /at most a URL/],
    ['a witness without a key', 'witness a\nquorum a\n', /a name, a key/],
    ['an unknown word', 'mirror a\nquorum none\n', /none of log/],
    ['words in capitals', 'QUORUM none\n', /none of log/],
    ['a carriage return', 'quorum none\r\n', /control character/],
    ['a form feed between items', 'quorum\fnone\n', /control character/],
    ['a zero byte', 'quorum none\0\n', /control character/],
    ['a last line that was cut', `${THREE}group gg any a b\nquorum gg`, /last line/],
  ])('with %s is refused, and the line named', (_case, text, message) => {
    expect(() => parse(text)).toThrow(FormatError);
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(/^line \d+: /);
  });

  it('written and read again is the same', () => {
    const rule = (members: number) => fc.oneof(fc.constant('all'), fc.constant('any'), fc.integer({ min: 1, max: members }).map(String));
    const text = fc.tuple(rule(2), rule(2), rule(2)).map(([x, y, z]) => `log ${LOG.vkey} url\n${THREE}witness d ${vkey(3)}\ngroup g ${x} a b\ngroup h ${y} c d\ngroup i ${z} g h\nquorum i\n`);
    fc.assert(fc.property(text, (policy) => formatPolicy(parse(policy)).toString() === policy), { numRuns: 30 });
  });
});

describe('a quorum', () => {
  const NESTED = `${THREE}witness d ${vkey(3)}\nwitness e ${vkey(4)}\ngroup x 2 a b c\ngroup y any d e\ngroup z all x y\nquorum z\n`;
  it.each<[string, string, readonly number[], boolean]>([
    ['none', 'quorum none\n', [], true],
    ['one witness', `${THREE}quorum b\n`, [1], true],
    ['one witness', `${THREE}quorum b\n`, [0, 2], false],
    ['all', `${THREE}group g all a b c\nquorum g\n`, [0, 1, 2], true],
    ['all', `${THREE}group g all a b c\nquorum g\n`, [0, 1], false],
    ['any', `${THREE}group g any a b c\nquorum g\n`, [2], true],
    ['any', `${THREE}group g any a b c\nquorum g\n`, [], false],
    ['any, by a witness outside the group', `${THREE}group g any a b\nquorum g\n`, [2], false],
    ['two of three', `${THREE}group g 2 a b c\nquorum g\n`, [0, 2], true],
    ['two of three', `${THREE}group g 2 a b c\nquorum g\n`, [2], false],
    ['groups of groups', NESTED, [0, 1, 3], true],
    ['groups of groups', NESTED, [0, 1, 2], false],
    ['groups of groups', NESTED, [0, 3, 4], false],
  ])('of %s: %#', (_case, text, cosigned, expected) => {
    expect(reachesQuorum(parse(text), new Set(cosigned.map(idOf)))).toBe(expected);
  });

  it('once reached stays reached when more cosign', () => {
    const subset = fc.uniqueArray(fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(subset, subset, (some, more) => {
        const policy = parse(NESTED);
        const [few, many] = [new Set(some.map(idOf)), new Set([...some, ...more].map(idOf))];
        return !reachesQuorum(policy, few) || reachesQuorum(policy, many);
      }),
    );
  });
});

describe('a checkpoint judged by a policy', () => {
  const CHECKPOINT = { origin: ORIGIN, size: 5, root: Buffer.alloc(32, 3) };
  const cosignature = async (n: number, at = AT): Promise<string> => {
    const cosigner = openCosigner(WITNESSES[n]?.secret ?? '', () => at);
    return formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature: await cosigner.sign(formatCheckpoint(CHECKPOINT)) });
  };
  const note = async (...cosigners: readonly number[]): Promise<string> => (await signCheckpoint(CHECKPOINT, openSigningKey(LOG.secret))) + (await Promise.all(cosigners.map((n) => cosignature(n)))).join('');
  const TWO_OF_THREE = parse(`log ${LOG.vkey}\n${THREE}group g 2 a b c\nquorum g\n`);

  it.each<[string, readonly number[], string, string]>([
    ['two cosignatures', [0, 2], 'proven', 'QUORUM_REACHED'],
    ['three cosignatures', [0, 1, 2], 'proven', 'QUORUM_REACHED'],
    ['one cosignature', [1], 'failed', 'QUORUM_MISSING'],
    ['none', [], 'failed', 'QUORUM_MISSING'],
    ['one that counts twice (trap: duplicate witness keys counted twice)', [1, 1, 1], 'failed', 'QUORUM_MISSING'],
    ['one of the policy and strangers', [1, 3, 4], 'failed', 'QUORUM_MISSING'],
  ])('with %s', async (_case, cosigners, state, code) => {
    expect(judgeCheckpoint(await note(...cosigners), TWO_OF_THREE).verdict).toMatchObject({ state, reasons: [{ code }] });
  });

  it('says who cosigned when', async () => {
    expect(judgeCheckpoint(await note(0, 2), TWO_OF_THREE).witnessed).toMatchObject([{ witness: { name: 'a' }, at: AT }, { witness: { name: 'c' }, at: AT }]);
  });

  it('of a log it does not list is refused, even when all cosigned (trap: identity chosen by the server)', async () => {
    const other = parse(`log ${createSigningKey('log.test/two', Buffer.alloc(32, 4)).vkey}\n${THREE}group g any a b c\nquorum g\n`);
    expect(judgeCheckpoint(await note(0, 1, 2), other).verdict).toMatchObject({ state: 'failed', reasons: [{ code: 'LOG_NOT_IN_POLICY', got: ORIGIN }] });
  });

  it('of its origin but another key is refused', async () => {
    const rotated = parse(`log ${ROTATED.vkey}\nquorum none\n`);
    expect(judgeCheckpoint(await note(), rotated).verdict).toMatchObject({ state: 'failed', reasons: [{ code: 'SIGNATURE_MISSING' }] });
    expect(judgeCheckpoint(await note(), parse(`log ${ROTATED.vkey}\nlog ${LOG.vkey}\nquorum none\n`)).verdict).toMatchObject({ state: 'proven', reasons: [{ code: 'QUORUM_NOT_ASKED' }] });
  });

  it('is refused when one known witness is wrong on it, whatever the quorum', async () => {
    const wrong = (await note(0, 1)) + (await cosignature(2)).replace(/.(.{8})\n$/, (_all, end: string) => `${end.startsWith('A') ? 'B' : 'A'}${end}\n`);
    expect(judgeCheckpoint(wrong, TWO_OF_THREE).verdict).toMatchObject({ state: 'failed', reasons: [{ code: 'COSIGNATURE_INVALID', expected: 'witness.test/w2' }] });
  });

  it('does not count a time that has not come, except for a clock that runs a little ahead', async () => {
    const early = (await note(0)) + (await cosignature(1, new Date(AT.getTime() + 3_600_000)));
    expect(judgeCheckpoint(early, TWO_OF_THREE, { now: AT }).verdict).toMatchObject({ state: 'failed', reasons: [{ code: 'QUORUM_MISSING' }, { code: 'COSIGNATURE_IN_FUTURE' }] });
    expect(judgeCheckpoint(await note(0, 1), TWO_OF_THREE, { now: new Date(AT.getTime() - 60_000) }).verdict.state).toBe('proven');
  });

  it('needs a log key from elsewhere when the policy lists no log', async () => {
    const logless = parse(`${THREE}quorum a\n`);
    expect(judgeCheckpoint(await note(0), logless).verdict).toMatchObject({ state: 'failed', reasons: [{ code: 'LOG_NOT_IN_POLICY' }] });
    expect(judgeCheckpoint(await note(0), logless, { logKeys: [parseVkey(LOG.vkey)] }).verdict.state).toBe('proven');
  });
});
