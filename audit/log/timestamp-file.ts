/**
 * RFC 3161 time stamps in an export: which bytes were stamped and how tokens are written down. Reading a token takes ASN.1 and
 * certificates, which this layer does not know: whoever verifies hands in a StampVerifier.
 */
import { canonicalize, parseCanonicalText } from './canonical';
import { isExactly } from './event-shape';
import type { OptionalFile } from './export-files';
import { decodeBase64, formatSignature, openNote } from './note';
import type { VerifierKey } from './note-key';
import { fail } from './verdict';

export const TIMESTAMPS_FILE = 'timestamps' satisfies OptionalFile;
const MAX_TIMESTAMPS = 4_096;
/** A token with a chain of RSA certificates has some 6,000. */
const MAX_TOKEN_BYTES = 65_536;

export interface TimestampRecord {
  /** Of the checkpoint that was stamped: the export's own or one of its series. */
  readonly size: number;
  /** DER of the TimeStampToken, a CMS ContentInfo. */
  readonly token: Buffer;
}

/** When the authority says that it saw the bytes, and who it is; or why the token is not believed. */
export type StampDecision = { readonly at: Date; readonly authority: string } | { readonly problem: string };
export type StampVerifier = (token: Buffer, stamped: Buffer) => Promise<StampDecision>;

/** The checkpoint as the log published it: text and the log's own signature. Cosignatures come later and date themselves. */
export function stampedBytes(note: string, key: VerifierKey): Buffer {
  const { text, verified } = openNote(note, [key]);
  return Buffer.from(`${text}\n${verified.map(formatSignature).join('')}`, 'utf8');
}

export function formatTimestamps(records: readonly TimestampRecord[]): string {
  return records.map(({ size, token }) => `${canonicalize({ size, token: token.toString('base64') })}\n`).join('');
}

export function parseTimestamps(text: string): TimestampRecord[] {
  const refuse = (detail: string): never => fail('time', { code: 'TIMESTAMPS_MALFORMED', file: TIMESTAMPS_FILE, detail });
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_TIMESTAMPS) refuse(`there are 1 to ${MAX_TIMESTAMPS} lines`);
  return lines.map((line) => {
    const value = parseCanonicalText(line);
    if (!isExactly(value, ['size', 'token'])) return refuse('a member is missing or unknown');
    const { size, token } = value;
    const bytes = typeof token === 'string' ? decodeBase64(token) : null;
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || bytes === null || bytes.length > MAX_TOKEN_BYTES) return refuse('a size or token is not readable');
    return { size, token: bytes };
  });
}
