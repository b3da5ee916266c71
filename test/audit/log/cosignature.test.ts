/** Cosignatures by C2SP tlog-cosignature: what is signed, to the byte, and what does not count as one. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { formatCheckpoint, parseCheckpointHead, signCheckpoint, verifyCheckpoint } from '../../../audit/log/checkpoint';
import { cosignatureTime } from '../../../audit/log/cosignature';
import { cosignersOf, createCosignerKey, openCosigner } from '../../../audit/log/cosigner';
import { FormatError } from '../../../audit/log/format-error';
import { formatSignature, NoteRefusal, openNote, parseNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey, parseVkey, type VerifierKey } from '../../../audit/log/note-key';

const ORIGIN = 'log.test/one';
const LOG = createSigningKey(ORIGIN, Buffer.alloc(32, 1));
const SEED = Buffer.alloc(32, 9);
const WITNESS = createCosignerKey('witness.test/w1', SEED);
const AT = new Date('2026-11-21T20:00:00.900Z');
const SECONDS = Math.floor(AT.getTime() / 1000);
const CHECKPOINT = { origin: ORIGIN, size: 5, root: Buffer.alloc(32, 3) };
const TEXT = formatCheckpoint(CHECKPOINT);

const logKey = parseVkey(LOG.vkey);
const witnessKey = parseVkey(WITNESS.vkey);
const cosigner = openCosigner(WITNESS.secret, () => AT);

async function line(signer = cosigner, text = TEXT): Promise<string> {
  return formatSignature({ name: signer.name, keyId: signer.keyId, signature: await signer.sign(text) });
}
const logNote = (): Promise<string> => signCheckpoint(CHECKPOINT, openSigningKey(LOG.secret));

/** Another way to the same bytes: DER by hand, message by hand, as the specification writes it. */
function cosignByHand(seconds: bigint, text: string, seed = SEED): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(seconds);
  return Buffer.concat([time, sign(null, Buffer.from(['cosignature/v1', `time ${seconds}`, text].join('\n')), key)]);
}
const rawPublicKey = (seed: Buffer): Buffer =>
  createPublicKey(createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' }).subarray(12);

describe('a cosignature', () => {
  it('is eight bytes of time and an Ed25519 signature over header, time and note text', async () => {
    const signature = await cosigner.sign(TEXT);
    expect(signature).toHaveLength(72);
    expect(signature.equals(cosignByHand(BigInt(SECONDS), TEXT))).toBe(true);
    expect(cosignatureTime(signature)).toEqual(new Date(SECONDS * 1000));
  });

  it('has a key id of its own: the type byte 0x04 is hashed', () => {
    expect(witnessKey).toMatchObject({ name: 'witness.test/w1', type: 4 });
    expect(witnessKey.publicKey.equals(rawPublicKey(SEED))).toBe(true);
    expect(parseVkey(createSigningKey('witness.test/w1', SEED).vkey).keyId).not.toBe(witnessKey.keyId);
  });

  it('stands in a note beside the signature of the log and is found with its time', async () => {
    const opened = openNote((await logNote()) + (await line()), [logKey, witnessKey]);
    expect(cosignersOf(opened, [witnessKey])).toEqual([{ key: witnessKey, at: new Date(SECONDS * 1000) }]);
    expect(verifyCheckpoint((await logNote()) + (await line()), logKey).size).toBe(5);
  });

  it.each<[string, (good: Buffer) => Buffer]>([
    ['over another text', () => cosignByHand(BigInt(SECONDS), TEXT.replace('\n5\n', '\n6\n'))],
    ['without the time line in the message', (good) => Buffer.concat([good.subarray(0, 8), sign(null, Buffer.from(TEXT), createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]), format: 'der', type: 'pkcs8' }))])],
    ['with its time changed', (good) => Buffer.concat([Buffer.from('0000000000000001', 'hex'), good.subarray(8)])],
    ['with a bit of the signature changed', (good) => Buffer.concat([good.subarray(0, 71), Buffer.from([(good[71] as number) ^ 1])])],
    ['of a byte less', (good) => good.subarray(0, 71)],
    ['of a byte more', (good) => Buffer.concat([good, Buffer.alloc(1)])],
    ['of a time beyond 2^63 - 1', () => cosignByHand(2n ** 63n, TEXT)],
    ['of a time that no double holds', () => cosignByHand(2n ** 53n + 1n, TEXT)],
    ['of a time that is no date', () => cosignByHand(8_640_000_000_001n, TEXT)],
  ])('%s spoils the whole note', async (_case, change) => {
    const signature = change(await cosigner.sign(TEXT));
    const note = (await logNote()) + formatSignature({ name: cosigner.name, keyId: cosigner.keyId, signature });
    expect(() => openNote(note, [logKey, witnessKey])).toThrow(NoteRefusal);
  });

  it('by an unknown key, or under a known name with another id, is ignored (trap: unknown vs known-bad signatures)', async () => {
    const stranger = openCosigner(createCosignerKey('witness.test/w1', Buffer.alloc(32, 10)).secret, () => AT);
    const opened = openNote((await logNote()) + (await line(stranger)), [logKey, witnessKey]);
    expect(cosignersOf(opened, [witnessKey])).toEqual([]);
    expect(opened.unverified).toHaveLength(1);
  });

  it('twice by one key counts once, under one name or two (trap: duplicate witness keys counted twice)', async () => {
    const alias = createCosignerKey('witness.test/alias', SEED);
    const later = openCosigner(alias.secret, () => new Date(AT.getTime() + 60_000));
    const keys: VerifierKey[] = [logKey, witnessKey, parseVkey(alias.vkey)];
    const note = (await logNote()) + (await line(later)) + (await line()) + (await line());
    expect(cosignersOf(openNote(note, keys), keys)).toMatchObject([{ at: new Date(SECONDS * 1000) }]);
  });

  it('is made of checkpoints only, extension lines included', async () => {
    await expect(cosigner.sign('cession-export/v1\n{}\n')).rejects.toThrow(FormatError);
    await expect(cosigner.sign(`${TEXT}an extension\n`)).resolves.toHaveLength(72);
    expect(parseCheckpointHead(`${TEXT}one\ntwo\n`)).toEqual(CHECKPOINT);
    expect(() => parseCheckpointHead(`${TEXT}\none\n`)).toThrow(FormatError);
  });
});

describe('a key', () => {
  it('of a cosigner opens as no log, and that of a log as no cosigner', () => {
    expect(() => openSigningKey(WITNESS.secret)).toThrow('another type');
    expect(() => openCosigner(LOG.secret, () => AT)).toThrow('another type');
  });

  it('of a cosigner makes no checkpoint, whatever it signed', async () => {
    const own = openCosigner(createCosignerKey(ORIGIN, SEED).secret, () => AT);
    const note = `${TEXT}\n${await line(own)}`;
    expect(parseNote(note).signatures).toHaveLength(1);
    expect(() => verifyCheckpoint(note, parseVkey(own.vkey))).toThrow('not one of a log');
  });
});
