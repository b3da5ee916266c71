/** The file an operator writes: complete, or refused with what is missing and without a word of a token. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readCastFile } from './cast-file';

const TOKENS = { operator: 'eyJ.o.1', stranger: 'eyJ.s.1', agency: 'eyJ.a.1', rival: 'eyJ.r.1', regulator: 'eyJ.g.1', borrower: 'eyJ.b.1' };
const WHOLE = { url: 'https://hub.example', vkey: 'hub.example+1+key', tokens: TOKENS };

describe('a file of the cast', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cession-cast-'));
  const file = path.join(folder, 'cast.json');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read when it is complete', () => {
    writeFileSync(file, JSON.stringify(WHOLE));
    expect(readCastFile(file)).toEqual(WHOLE);
  });

  it.each([
    ['no address', { ...WHOLE, url: undefined }, /`url`/],
    ['no address that is one', { ...WHOLE, url: 'hub' }, /`url`/],
    ['no verifier key', { ...WHOLE, vkey: '' }, /`vkey`/],
    ['no tokens', { ...WHOLE, tokens: undefined }, /operator, stranger, agency, rival, regulator, borrower/],
    ['one token too few', { ...WHOLE, tokens: { ...TOKENS, rival: '' } }, /each of: rival\.$/],
    ['a list', [], /`url`/],
    ['nothing', null, /not a JSON object/],
  ])('is refused with %s, which is named', (_case, content, message) => {
    writeFileSync(file, JSON.stringify(content));
    expect(() => readCastFile(file)).toThrow(message);
  });

  it('is refused without repeating any of it when it is no JSON', () => {
    writeFileSync(file, '{"tokens":{"operator":"eyJ.secret.1"');
    expect(() => readCastFile(file)).toThrow(`${file} is not a JSON object.`);
  });
});
