/**
 * Global identifiers: random, type-prefixed, 128 bits. An id says which room answers for it and nothing about
 * who created it or when. Refuses to make or accept an id of an unknown prefix.
 */
import { randomFillSync } from 'node:crypto';

/** Every prefix and the room that answers for it; `node(id:)` routes by this table. */
export const ID_ROOMS = {
  creditor: 'creditors',
  authority: 'creditors',
  mandate: 'creditors',
  agreement: 'creditors',
  debt: 'debts',
  determination: 'debts',
  placement: 'debts',
  grant: 'debts',
  payment: 'debts',
  batch: 'debts',
  agency: 'agencies',
  licence: 'agencies',
  engagement: 'agencies',
  borrower: 'borrowers',
  person: 'borrowers',
  contact: 'borrowers',
  hold: 'borrowers',
  event: 'audit',
  export: 'audit',
  regulator: 'audit',
} as const;

export type IdPrefix = keyof typeof ID_ROOMS;

/** Crockford base32 in lower case: no i, l, o, u, so an id read aloud or retyped cannot become another one. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const BODY = /^[0-9a-hjkmnp-tv-z]{26}$/;

/** Drawn 256 ids at a time: an import makes eight for each debt, and one call to the generator costs more than the rest. */
const ID_BYTES = 16;
const pool = Buffer.alloc(ID_BYTES * 256);
let drawn = pool.length;

/** `debt_` + 26 characters of base32: 128 random bits behind two zero bits. */
export function newId<P extends IdPrefix>(prefix: P): `${P}_${string}` {
  if (drawn === pool.length) {
    randomFillSync(pool);
    drawn = 0;
  }
  let body = '';
  let bits = 0;
  let count = 2;
  for (const end = drawn + ID_BYTES; drawn < end; drawn++) {
    bits = (bits << 8) | pool[drawn]!;
    for (count += 8; count >= 5; bits &= (1 << count) - 1) body += ALPHABET[bits >> (count -= 5)];
  }
  return `${prefix}_${body}`;
}

/** The prefix of a well-formed id, or null for anything else. Never throws: ids arrive from strangers. */
export function idPrefix(id: string): IdPrefix | null {
  const cut = id.indexOf('_');
  const prefix = id.slice(0, cut);
  return cut > 0 && Object.hasOwn(ID_ROOMS, prefix) && BODY.test(id.slice(cut + 1)) ? (prefix as IdPrefix) : null;
}
