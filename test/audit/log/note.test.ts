/** Signed notes, keys and checkpoints by the C2SP specifications; each refusal is one that a lenient reader would miss. */
import { formatCheckpoint, parseCheckpoint, parseDecimal, signCheckpoint, verifyCheckpoint } from '../../../audit/log/checkpoint';
import { FormatError } from '../../../audit/log/format-error';
import { decodeBase64, MAX_SIGNATURES, NoteRefusal, openNote, parseNote, signNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { EMPTY_ROOT } from '../../../audit/log/tree';

const NAME = 'log.test/one';
const KEY = createSigningKey(NAME, Buffer.alloc(32, 1));
const SIGNER = openSigningKey(KEY.secret);
const OTHER = createSigningKey(NAME, Buffer.alloc(32, 2));
const VERIFIER = parseVkey(KEY.vkey);
const TEXT = 'hello\n\nworld\n';

describe('a signed note', () => {
  it('opens under the key that signed it, blank lines in its text included', async () => {
    const opened = openNote(await signNote(TEXT, [SIGNER]), [VERIFIER]);
    expect(opened.text).toBe(TEXT);
    expect(opened.verified).toHaveLength(1);
  });

  // The example of golang.org/x/mod/sumdb/note: a note made by another implementation.
  it('made by another implementation opens', () => {
    const note =
      'If you think cryptography is the answer to your problem,\nthen you don\'t know what your problem is.\n\n' +
      '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
    const key = parseVkey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    expect(openNote(note, [key]).verified[0]?.keyId).toBe('c74f20a3');
  });

  it('ignores a signature by an unknown key (trap: unknown vs known-bad signatures)', async () => {
    const note = await signNote(TEXT, [openSigningKey(OTHER.secret), SIGNER]);
    expect(openNote(note, [VERIFIER])).toMatchObject({ verified: [{ keyId: VERIFIER.keyId }], unverified: [{ name: NAME }] });
  });

  it('is refused as a whole when a known key is wrong on it, even beside one that holds', async () => {
    const foreign = openSigningKey(OTHER.secret);
    const lying = { name: NAME, keyId: foreign.keyId, sign: (text: string): Promise<Buffer> => SIGNER.sign(text) };
    const note = await signNote(TEXT, [SIGNER, lying]);
    expect(() => openNote(note, [VERIFIER, parseVkey(OTHER.vkey)])).toThrow(NoteRefusal);
    expect(openNote(note, [VERIFIER]).verified).toHaveLength(1);
  });

  it('is refused when only the name or only the id of a key matches', async () => {
    const note = await signNote(TEXT, [SIGNER]);
    expect(() => openNote(note, [parseVkey(OTHER.vkey)])).toThrow('no known key signed');
    expect(() => openNote(note.replaceAll(NAME, 'log.test/two'), [VERIFIER])).toThrow('no known key signed');
  });

  it('counts a key once however often it signed (trap: duplicate witness keys counted twice)', async () => {
    expect(openNote(await signNote(TEXT, [SIGNER, SIGNER, SIGNER]), [VERIFIER]).verified).toHaveLength(1);
  });

  it.each<[string, (note: string) => string]>([
    ['without signatures', (note) => note.slice(0, note.lastIndexOf('\u2014'))],
    ['without a blank line', (note) => note.replaceAll('\n\n', '\n')],
    ['without a final line feed', (note) => note.slice(0, -1)],
    ['with a carriage return', (note) => note.replace('hello\n', 'hello\r\n')],
    ['with a tab', (note) => note.replace('hello', 'hel\tlo')],
    ['with a zero byte', (note) => note.replace('hello', 'hel\0lo')],
    ['with a hyphen for the dash', (note) => note.replace('\u2014', '-')],
    ['with two spaces in a signature line', (note) => note.replace(`${NAME} `, `${NAME}  `)],
    ['with base64 without padding', (note) => note.replace(/=+\n$/, '\n')],
    ['with base64url', (note) => note.replace(/[A-Za-z0-9]{3}(=*)\n$/, '-_-$1\n')],
    ['with a signature of no bytes', (note) => note.replace(/(\u2014 \S+ )\S+/, '$1AAAAAA==')],
    ['with a key name that holds +', (note) => note.replace(`\u2014 ${NAME}`, '\u2014 a+b')],
    ['with a key name that holds a no-break space', (note) => note.replace(`\u2014 ${NAME}`, '\u2014 a\u00a0b')],
    ['with thousands of signatures', (note) => note + note.slice(note.lastIndexOf('\u2014')).repeat(MAX_SIGNATURES)],
    ['of megabytes', (note) => 'x'.repeat(1_000_001) + note],
  ])('%s is malformed', async (_case, change) => {
    const note = change(await signNote(TEXT, [SIGNER]));
    expect(() => parseNote(note)).toThrow(FormatError);
  });

  it('is not made of a text that could not be read again', async () => {
    for (const text of ['no line feed', 'tab\t\n', '\ud800\n']) await expect(signNote(text, [SIGNER])).rejects.toThrow(FormatError);
    await expect(signNote(TEXT, [])).rejects.toThrow('needs a signature');
  });
});

describe('base64', () => {
  it.each(['AA', 'AAA', 'AA=A', 'AB==', 'AAB=', 'A A=', 'AA==\n', 'A-8='])('in the form %j is refused', (text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

describe('a verifier key', () => {
  it('is split at its first two + only (trap: base64 with + in vkeys)', () => {
    let found = 0;
    for (let seed = 0; seed < 64; seed += 1) {
      const { vkey } = createSigningKey(NAME, Buffer.alloc(32, seed));
      if (vkey.split('+').length > 3) found += 1;
      expect(parseVkey(vkey).name).toBe(NAME);
    }
    expect(found).toBeGreaterThan(0);
  });

  it.each<[string, (vkey: string) => string]>([
    ['with an upper-case id', (vkey) => vkey.replace(/\+([0-9a-f]{8})\+/, (_all, id: string) => `+${id.toUpperCase()}A+`)],
    ['of another name', (vkey) => vkey.replace('log', 'lag')],
    ['of an unknown type', (vkey) => vkey.replace(/\+A/, '+B')],
    ['cut short', (vkey) => vkey.slice(0, -8)],
    ['without parts', () => 'key'],
    ['empty', () => ''],
  ])('%s is refused', (_case, change) => {
    expect(() => parseVkey(change(KEY.vkey))).toThrow(FormatError);
  });

  it('comes from a signing key and back', () => {
    expect(openSigningKey(KEY.secret).vkey).toBe(KEY.vkey);
    expect(() => openSigningKey(KEY.vkey)).toThrow(FormatError);
    expect(() => openSigningKey(KEY.secret.replace('log', 'lag'))).toThrow(FormatError);
    expect(createSigningKey(NAME).secret).not.toBe(createSigningKey(NAME).secret);
  });
});

describe('a checkpoint', () => {
  const checkpoint = { origin: NAME, size: 5, root: Buffer.alloc(32, 3) };

  it('is three lines signed under its origin', async () => {
    const note = await signCheckpoint(checkpoint, SIGNER);
    expect(verifyCheckpoint(note, VERIFIER)).toMatchObject(checkpoint);
    await expect(signCheckpoint({ ...checkpoint, origin: 'log.test/two' }, SIGNER)).rejects.toThrow('under its origin');
  });

  it('of another log is refused although the key signed it', async () => {
    const note = await signNote(formatCheckpoint({ ...checkpoint, origin: 'log.test/two' }), [SIGNER]);
    expect(() => verifyCheckpoint(note, VERIFIER)).toThrow('another log');
  });

  it('of the empty tree has the empty root', () => {
    expect(parseCheckpoint(formatCheckpoint({ origin: NAME, size: 0, root: EMPTY_ROOT })).size).toBe(0);
    expect(() => formatCheckpoint({ origin: NAME, size: 0, root: checkpoint.root })).toThrow('another root');
  });

  it.each<[string, string]>([
    ['a leading zero', `${NAME}\n05\n${EMPTY_ROOT.toString('base64')}\n`],
    ['a sign', `${NAME}\n+5\n${EMPTY_ROOT.toString('base64')}\n`],
    ['a size beyond 2^53', `${NAME}\n9007199254740993\n${EMPTY_ROOT.toString('base64')}\n`],
    ['a root of 31 bytes', `${NAME}\n5\n${Buffer.alloc(31).toString('base64')}\n`],
    ['base64url', `${NAME}\n5\n${EMPTY_ROOT.toString('base64url')}\n`],
    ['an extension line', `${NAME}\n5\n${EMPTY_ROOT.toString('base64')}\nextra\n`],
    ['no origin', `\n5\n${EMPTY_ROOT.toString('base64')}\n`],
    ['two lines', `${NAME}\n5\n`],
  ])('with %s is refused', (_case, text) => {
    expect(() => parseCheckpoint(text)).toThrow(FormatError);
  });

  it.each<[string, number | null]>([['0', 0], ['10', 10], ['9007199254740991', 2 ** 53 - 1], ['00', null], ['', null], ['1e3', null], [' 1', null]])('reads the decimal %j as %p', (text, value) => {
    expect(parseDecimal(text)).toBe(value);
  });
});
