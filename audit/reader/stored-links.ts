/**
 * How link disclosures are stored: their JSON, one a line. Decoded from base64url they take a quarter less and name their
 * streams to a query; encoded again they are the disclosure strings they were, to the byte.
 */
import type { HeldDisclosure } from '../../kernel/ledger';
import type { StreamName } from '../../schema/vocabulary';
import { digestDisclosure, parseDisclosure, type Disclosure } from '../log/commitment';
import { FormatError } from '../log/format-error';

const LINE_FEED = 0x0a;

export type Link = Extract<Disclosure, { form: 'link' }>;

/** At least as many bytes as writeLinks writes. */
export function linksLength(links: readonly HeldDisclosure[]): number {
  return links.reduce((sum, { text }) => sum + (text?.length ?? 0) + 1, 0);
}

/** In the order given; returns how many bytes. The JSON of a link holds no line feed: stream names are printable. */
export function writeLinks(links: readonly HeldDisclosure[], target: Buffer, offset: number): number {
  let at = offset;
  for (const { text } of links) {
    if (at > offset) target[at++] = LINE_FEED;
    at += target.write(text ?? '', at, 'base64url');
  }
  return at - offset;
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
