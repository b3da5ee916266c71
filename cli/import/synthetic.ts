/**
 * Synthetic particulars for portfolios that come without any: a function of seed and key alone, so a file imported twice
 * gives the same people. Every value says what it is: no number made here can ever ring, no address can receive anything.
 */
import { hash } from 'node:crypto';

export const SYNTHETIC_KINDS = ['name', 'nationalId', 'phone', 'email', 'address', 'employer'] as const;
export type SyntheticKind = (typeof SYNTHETIC_KINDS)[number];

/** 48 bits of a hash: the same for the same seed and key on every machine. */
function drawn(kind: SyntheticKind, seed: string, key: string): number {
  return hash('sha256', `${kind}\u0000${seed}\u0000${key}`, 'buffer').readUIntBE(0, 6);
}

const STREETS = ['Example', 'Sample', 'Specimen', 'Placeholder', 'Fixture'] as const;
const TRADES = ['Bakery', 'Foundry', 'Mill', 'Press', 'Shipping', 'Timber', 'Weaving', 'Works'] as const;

/** Six digits or more, zero-padded, when the key is a number; otherwise the key itself. */
function labelOf(key: string): string {
  return /^\d+$/.test(key) ? key.padStart(6, '0') : key;
}

/**
 * Phones: +1 202 555 01xx is reserved for fiction by the North American Numbering Plan; the extension tells the people
 * apart. E-mail: `.invalid` never resolves (RFC 2606). Identity numbers begin with SYN, which no state issues.
 */
export function synthesise(kind: SyntheticKind, seed: string, key: string): string {
  switch (kind) {
    case 'name':
      return `Synthetic ${labelOf(key)}`;
    case 'nationalId':
      return `SYN${(drawn(kind, seed, key) % 1e12).toString().padStart(12, '0')}`;
    case 'phone': {
      const number = drawn(kind, seed, key);
      return `+1202555${(100 + (number % 100)).toString().padStart(4, '0')}${(Math.floor(number / 100) % 1e4).toString().padStart(4, '0')}`;
    }
    case 'email':
      return `synthetic.${labelOf(key)}@example.invalid`;
    case 'address': {
      const number = drawn(kind, seed, key);
      return `${(number % 200) + 1} ${STREETS[number % STREETS.length]!} Street, Synthetic City ${labelOf(key)}`;
    }
    case 'employer':
      return `Synthetic ${TRADES[drawn(kind, seed, key) % TRADES.length]!} Ltd`;
  }
}
