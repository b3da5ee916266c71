/** CESSION_WITNESSES: pairs of key and address; every mistake is named. */
import { createCosignerKey } from '../../audit/log/cosigner';
import { createSigningKey } from '../../audit/log/note-key';
import { ConfigError, loadConfig } from '../../kernel/config';

const [A = '', B = ''] = ['a.test/w', 'b.test/w'].map((name, n) => createCosignerKey(name, Buffer.alloc(32, 1 + n)).vkey);
const read = (text: string) => loadConfig({ CESSION_WITNESSES: text }).ledger.witnesses;

describe('the witnesses of a hub', () => {
  it.each<[string, string, object[]]>([
    ['nobody', '', []],
    ['one', `${A} https://a.test/cession/`, [{ vkey: A, url: 'https://a.test/cession' }]],
    ['two, on lines of their own', `${A} https://a.test\n  ${B}\thttp://127.0.0.1:4080`, [{ vkey: A, url: 'https://a.test' }, { vkey: B, url: 'http://127.0.0.1:4080' }]],
  ])('are %s', (_case, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, string, RegExp]>([
    ['a key without address', A, /pairs/],
    ['an address without key', 'https://a.test', /pairs/],
    ['the key of a log', `${createSigningKey('log.test', Buffer.alloc(32, 3)).vkey} https://a.test`, /cession witness key/],
    ['a key that is none', 'nonsense https://a.test', /cession witness key/],
    ['an address that is none', `${A} a.test`, /http or https/],
    ['an address with a password', `${A} https://me:secret@a.test`, /http or https/],
    ['one key under two names', `${A} https://a.test ${createCosignerKey('alias.test', Buffer.alloc(32, 1)).vkey} https://b.test`, /one key twice/],
  ])('are not read from %s', (_case, text, message) => {
    expect(() => read(text)).toThrow(ConfigError);
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).not.toThrow(/secret|nonsense/);
  });
});
