/** RFC 8785 by the published vectors, and the refusals that keep two readers from disagreeing. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { canonicalize, parseCanonical } from '../../../audit/log/canonical';
import { FormatError } from '../../../audit/log/format-error';

const VECTORS = join(__dirname, '../../vectors/jcs');

describe('the canonical form', () => {
  it.each(readdirSync(join(VECTORS, 'input')))('equals the published one of %s', (name) => {
    const value: unknown = JSON.parse(readFileSync(join(VECTORS, 'input', name), 'utf8'));
    const expected = readFileSync(join(VECTORS, 'output', name));
    expect(Buffer.from(canonicalize(value)).equals(expected)).toBe(true);
    expect(parseCanonical(expected)).toEqual(value);
  });

  // RFC 8785 Appendix B.
  it.each<[string, string]>([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', 'refused'],
    ['433fffffffffffff', '9007199254740991'],
    ['4430000000000000', 'refused'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', 'refused'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['7fffffffffffffff', 'refused'],
    ['7ff0000000000000', 'refused'],
  ])('of the double %s is %s', (hex, expected) => {
    const value = Buffer.from(hex, 'hex').readDoubleBE();
    if (expected === 'refused') expect(() => canonicalize(value)).toThrow(FormatError);
    else expect(canonicalize(value)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['an undefined element', [undefined]],
    ['a hole in an array', new Array(1)],
    ['NaN', NaN],
    ['infinity', -Infinity],
    ['a bigint', 1n],
    ['a symbol', Symbol('x')],
    ['a function', () => 1],
    ['a date, which JSON.stringify would render', new Date(0)],
    ['a class instance', new (class Money {
      minor = 1;
    })()],
    ['a map', new Map()],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['an integer beyond 2^53', 2 ** 53],
    ['nesting beyond the limit', JSON.parse('['.repeat(33) + ']'.repeat(33))],
  ])('does not exist for %s', (_case, value) => {
    expect(() => canonicalize(value)).toThrow(FormatError);
  });

  it('keeps a member called __proto__, which an assignment would lose', () => {
    const text = '{"__proto__":1,"a":2}';
    expect(canonicalize(parseCanonical(Buffer.from(text)))).toBe(text);
  });
});

describe('the strict parser', () => {
  it.each<[string, string]>([
    ['a key twice (trap: duplicate JSON keys)', '{"a":1,"a":2}'],
    ['a duplicate key spelled with an escape', '{"a":1,"\\u0061":2}'],
    ['half a character (trap: lone surrogates)', '"\\ud800"'],
    ['an integer no double holds (trap: integers > 2^53)', '9007199254740993'],
    ['an integer > 2^53 that a double holds exactly', '9007199254740992'],
    ['whitespace', '{"a": 1}'],
    ['a trailing line feed', '{}\n'],
    ['unsorted names', '{"b":1,"a":2}'],
    ['names in the order of numbers instead of characters', '{"9":1,"10":2}'],
    ['an escape that has a shorter form', '"\\u000a"'],
    ['an escaped solidus', '"\\/"'],
    ['upper-case hex in an escape', '"\\u001F"'],
    ['minus zero', '-0'],
    ['an exponent that is not needed', '1e2'],
    ['a decimal that is not needed', '1.0'],
    ['a byte order mark', '\ufeff{}'],
    ['nothing', ''],
    ['a depth bomb', '['.repeat(60_000) + ']'.repeat(60_000)],
    ['half a depth bomb', '['.repeat(60_000)],
    ['a deep object', '{"a":'.repeat(33) + '1' + '}'.repeat(33)],
  ])('refuses %s', (_case, text) => {
    expect(() => parseCanonical(Buffer.from(text))).toThrow(FormatError);
  });

  it.each<[string, number[]]>([
    ['a stray continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xe2, 0x82, 0x22]],
  ])('refuses UTF-8 with %s', (_case, bytes) => {
    expect(() => parseCanonical(Buffer.from(bytes))).toThrow(FormatError);
  });

  it('accepts a real replacement character and an escaped backslash before ud8', () => {
    for (const value of ['\ufffd', '\\ud800', { '10': 1, '9': 2 }]) expect(parseCanonical(Buffer.from(canonicalize(value)))).toEqual(value);
  });

  it('says where the text leaves its canonical form', () => {
    expect(() => parseCanonical(Buffer.from('{"a":1, "b":2}'))).toThrow('at character 7');
  });
});

describe('canonical(parse(x)) = x', () => {
  const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }).filter((value) => {
    try {
      canonicalize(value);
      return true;
    } catch {
      return false;
    }
  });

  it('for the canonical form of any value', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalize(value);
        expect(canonicalize(parseCanonical(Buffer.from(text)))).toBe(text);
      }),
    );
  });

  it('for whatever bytes the parser accepts', () => {
    const edits = fc.record({ value: json, at: fc.nat(), byte: fc.nat(255) });
    fc.assert(
      fc.property(edits, ({ value, at, byte }) => {
        const bytes = Buffer.from(canonicalize(value));
        bytes[at % bytes.length] = byte;
        let parsed;
        try {
          parsed = parseCanonical(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          return;
        }
        expect(Buffer.from(canonicalize(parsed)).equals(bytes)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
