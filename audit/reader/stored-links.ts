/**
 * How link disclosures are stored: their JSON, one a line. Decoded from base64url they take a quarter less and name their
 * streams to a query; encoded again they are the disclosure strings they were, to the byte.
 */
import type { HeldDisclosure } from '../../kernel/ledger';
import type { StreamName } from '../../schema/vocabulary';
import { digestDisclosure, parseDisclosure, type Disclosure } from '../log/commitment';
import { FormatError } from '../log/format-error';

const LINE = Buffer.from('\n');

export type Link = Extract<Disclosure, { form: 'link' }>;

/** In the order given. The JSON of a link holds no line feed: stream names are printable. */
export function encodeLinks(links: readonly HeldDisclosure[]): Buffer {
  return Buffer.concat(links.flatMap(({ text }, at) => (at === 0 ? [] : [LINE]).concat(Buffer.from(text ?? '', 'base64url'))));
}

/** The disclosure strings. */
export function decodeLinks(stored: Buffer): string[] {
  if (stored.length === 0) return [];
  return stored.toString('utf8').split('\n').map((json) => Buffer.from(json, 'utf8').toString('base64url'));
}

export function parseLink(text: string): Link {
  const link = parseDisclosure(text);
  if (link.form !== 'link') throw new FormatError('DISCLOSURE_MALFORMED', 'a stored link is no link');
  return link;
}

export function heldLink(text: string): HeldDisclosure {
  return { digest: digestDisclosure(text), kind: 'link', reveal: [parseLink(text).stream as StreamName], text };
}
