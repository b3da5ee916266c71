/**
 * ISO 4217 currencies in force and their minor units. The list is kept here and not taken from the runtime: that one
 * changes with the Node version and still knows the Deutsche Mark.
 */
import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { EVERY_AUDIENCE } from './audience';

const WITHOUT_MINOR_UNIT = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const HUNDREDTHS =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP ' +
  'COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ' +
  'JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN ' +
  'NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL ' +
  'THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG';
const THOUSANDTHS = 'BHD IQD JOD KWD LYD OMR TND';
const TEN_THOUSANDTHS = 'CLF UYW';

const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  ([[WITHOUT_MINOR_UNIT, 0], [HUNDREDTHS, 2], [THOUSANDTHS, 3], [TEN_THOUSANDTHS, 4]] as const).flatMap(([codes, digits]) =>
    codes.split(' ').map((code): [string, number] => [code, digits]),
  ),
);

export function isCurrencyCode(value: unknown): value is string {
  return typeof value === 'string' && MINOR_DIGITS.has(value);
}

/** How many decimal digits the minor unit has: 2 for CNY, 0 for JPY, 3 for KWD. */
export function minorDigitsOf(currency: string): number {
  const digits = MINOR_DIGITS.get(currency);
  if (digits === undefined) throw new RangeError('not an ISO 4217 currency in force');
  return digits;
}

function parse(value: unknown): string {
  if (!isCurrencyCode(value)) throw new GraphQLError('CurrencyCode is an ISO 4217 code in force, like CNY.');
  return value;
}

export const CurrencyCode = new GraphQLScalarType<string, string>({
  name: 'CurrencyCode',
  description: 'An ISO 4217 currency code in force: `CNY`, `EUR`.',
  extensions: { audiences: EVERY_AUDIENCE },
  serialize: parse,
  parseValue: parse,
  parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : null),
});
