/** What each scalar accepts, as the caller writes it and as rooms return it. */
import { parseValue as parseLiteralText, type GraphQLScalarType } from 'graphql';
import { CurrencyCode, minorDigitsOf } from '../../schema/currency-code';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { MinorUnits } from '../../schema/minor-units';
import { Sha256Hex } from '../../schema/sha256-hex';

const DIGEST = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

const accepted: [GraphQLScalarType, unknown, unknown][] = [
  [Instant, '2026-11-21T20:20:10.123Z', new Date('2026-11-21T20:20:10.123Z')],
  [Instant, '2024-02-29T00:00:00Z', new Date('2024-02-29T00:00:00.000Z')],
  [LocalDate, '2026-11-21', '2026-11-21'],
  [MinorUnits, 1050, 1050],
  [MinorUnits, '-1050', -1050],
  [MinorUnits, 9007199254740991, 9007199254740991],
  [MinorUnits, '-0', 0],
  [CurrencyCode, 'CNY', 'CNY'],
  [Sha256Hex, DIGEST, DIGEST],
];

const refused: [GraphQLScalarType, unknown][] = [
  ...['2026-11-21T20:20:10.123+08:00', '2026-11-21 20:20:10Z', '2026-02-30T00:00:00Z', '2026-11-21T20:20:10.1234Z', '2026-11-21T24:00:01Z', '2026-11-22', '', 1766000000000, null].map(
    (value): [GraphQLScalarType, unknown] => [Instant, value],
  ),
  ...['2026-02-30', '2026-11-21T00:00:00Z', '21/11/2026', '2026-1-1', 20261121, new Date(0)].map((value): [GraphQLScalarType, unknown] => [LocalDate, value]),
  ...[10.5, '10.50', '1e3', '٣', ' 5', '', '007', 9007199254740992, '9007199254740993', NaN, Infinity, true, null].map(
    (value): [GraphQLScalarType, unknown] => [MinorUnits, value],
  ),
  ...['cny', 'DEM', 'XXX', 'CN', '', 156].map((value): [GraphQLScalarType, unknown] => [CurrencyCode, value]),
  ...[DIGEST.toUpperCase(), DIGEST.slice(1), `${DIGEST}0`, `0x${DIGEST.slice(2)}`, 5].map((value): [GraphQLScalarType, unknown] => [Sha256Hex, value]),
];

describe('a scalar', () => {
  it.each(accepted)('%s accepts %j', (scalar, given, held) => {
    expect(scalar.parseValue(given)).toEqual(held);
    expect(scalar.parseLiteral(parseLiteralText(JSON.stringify(given)))).toEqual(held);
  });

  it.each(refused)('%s refuses %j and does not repeat it', (scalar, given) => {
    const message = messageOf(() => scalar.parseValue(given));
    expect(message).toContain(scalar.name);
    if (typeof given === 'string' && given.length > 4) expect(message).not.toContain(given);
    if (typeof given === 'string') expect(() => scalar.parseLiteral(parseLiteralText(JSON.stringify(given)))).toThrow();
  });

  it.each(accepted)('%s answers what it accepted: %j', (scalar, _given, held) => {
    expect(scalar.parseValue(scalar.serialize(held))).toEqual(held);
  });
});

describe('an answered scalar', () => {
  it('is one text for one moment', () => {
    expect(Instant.serialize(new Date(1766000000000))).toBe('2025-12-17T19:33:20.000Z');
    expect(Instant.serialize('2026-11-21T20:20:10Z')).toBe('2026-11-21T20:20:10.000Z');
  });

  it('takes 64-bit integers as PostgreSQL writes them', () => {
    expect(MinorUnits.serialize('1050')).toBe(1050);
    expect(MinorUnits.serialize(1050n)).toBe(1050);
    expect(() => MinorUnits.serialize(2n ** 60n)).toThrow('MinorUnits');
  });

  it('is never a day made from a moment, whose zone is unknown', () => {
    expect(() => LocalDate.serialize(new Date(0))).toThrow('LocalDate');
  });
});

describe('a currency', () => {
  it.each([
    ['CNY', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['CLF', 4],
  ])('%s has a minor unit of %i digits', (code, digits) => {
    expect(minorDigitsOf(code)).toBe(digits);
  });

  it('out of force has none', () => {
    expect(() => minorDigitsOf('DEM')).toThrow(RangeError);
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}
