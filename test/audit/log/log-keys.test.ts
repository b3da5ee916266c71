/** Changes of a log's key: what the old and the new key have to sign, and what of it is believed. */
import { parseEntry, writeEntry, ZERO_HASH, type ParsedEntry } from '../../../audit/log/entry';
import { sealEvent } from '../../../audit/log/event';
import { LogKeys, readRotation, ROTATION_TYPE, signRotation, type KeyHolder, type RotationFacts } from '../../../audit/log/log-keys';
import { signNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey } from '../../../audit/log/note-key';
import { openCosigner, createCosignerKey } from '../../../audit/log/cosigner';

const ORIGIN = 'cession.test/ledger';
const holder = (seed: number, name = ORIGIN): KeyHolder => openSigningKey(createSigningKey(name, Buffer.alloc(32, seed)).secret);
const [OLD, NEW, OTHER] = [holder(1), holder(2), holder(3)];

function entryOf(facts: object, { index = 5, type = ROTATION_TYPE } = {}): ParsedEntry {
  const { bytes } = sealEvent({ type, typeVersion: 1, id: `event_${'0'.repeat(26)}`, occurredAt: '2026-11-21T09:00:00.000Z', actor: { audience: 'SYSTEM', method: 'worker' }, facts: { ...facts }, retention: 'STANDING' });
  return parseEntry(writeEntry({ index, prev: ZERO_HASH, recordedAt: '2026-11-21T09:00:00.000Z', source: 'audit/direct', sourceSeq: 1 }, bytes, [{ stream: 'source:audit/direct', n: 1, prev: ZERO_HASH }]).bytes);
}

const statement = (previous: string, vkey: string, signers: readonly KeyHolder[], line = 'cession-key-rotation/v1'): Promise<string> => signNote(`${line}\n${previous}\n${vkey}\n`, signers);

describe('a change of key', () => {
  it('signed by both is believed, and counts from the first tree that holds its entry', async () => {
    const keys = new LogKeys(OLD.vkey);
    keys.rotate(entryOf(await signRotation(OLD, NEW)));
    expect(keys.current.vkey).toBe(NEW.vkey);
    expect([0, 5, 6, 1_000].map((size) => keys.at(size).keyId)).toEqual([OLD.keyId, OLD.keyId, NEW.keyId, NEW.keyId]);
    expect([OLD, NEW, OTHER].map(({ vkey }) => keys.includes(vkey))).toEqual([true, true, false]);
  });

  const facts = async (change: Partial<RotationFacts>): Promise<RotationFacts> => ({ ...(await signRotation(OLD, NEW)), ...change });
  it.each<[string, () => Promise<object>, RegExp]>([
    ['that the old key did not sign', async () => facts({ statement: await statement(OLD.vkey, NEW.vkey, [NEW]) }), /did not sign/],
    ['that the new key did not sign', async () => facts({ statement: await statement(OLD.vkey, NEW.vkey, [OLD]) }), /did not sign/],
    ['that a third key signed for the old one', async () => facts({ statement: await statement(OLD.vkey, NEW.vkey, [OTHER, NEW]) }), /did not sign/],
    ['whose old signature is wrong', async () => facts({ statement: (await statement(OLD.vkey, NEW.vkey, [OLD, NEW])).replace(/(— \S+ ......)./, '$1A') }), /does not hold|not base64/],
    ['signed for another key', async () => facts({ statement: await statement(OLD.vkey, OTHER.vkey, [OLD, NEW]) }), /another change/],
    ['that signs another kind of text', async () => facts({ statement: await statement(OLD.vkey, NEW.vkey, [OLD, NEW], 'cession-export/v3') }), /another change/],
    ['to the key that is in force', async () => facts({ vkey: OLD.vkey }), /is the old one/],
    ['to a key of another log', async () => facts({ vkey: holder(2, 'cession.test/other').vkey }), /another log/],
    ["to a witness's key", async () => facts({ vkey: openCosigner(createCosignerKey(ORIGIN, Buffer.alloc(32, 9)).secret, () => new Date()).vkey }), /not one of a log/],
    ['with a member more', async () => ({ ...(await signRotation(OLD, NEW)), note: 'x' }), /not those of a change/],
    ['with a member less', async () => ({ previous: OLD.vkey, vkey: NEW.vkey }), /not those of a change/],
  ])('%s is refused', async (_case, make, message) => {
    const entry = entryOf(await make());
    expect(() => readRotation(entry)).toThrow(message);
    expect(() => new LogKeys(OLD.vkey).rotate(entry)).toThrow(message);
  });

  it('from a key that is not in force is refused', async () => {
    const entry = entryOf(await signRotation(OTHER, NEW));
    expect(() => new LogKeys(OLD.vkey).rotate(entry)).toThrow('not from the key in force');
  });

  it('back to an earlier key is refused: a stolen key must not return', async () => {
    const keys = new LogKeys(OLD.vkey);
    keys.rotate(entryOf(await signRotation(OLD, NEW)));
    expect(() => keys.rotate(entryOf({ previous: NEW.vkey, vkey: OLD.vkey, statement: 'x' }))).toThrow();
    const back = entryOf(await signRotation(NEW, OLD), { index: 6 });
    expect(() => keys.rotate(back)).toThrow('in force before');
  });
});
