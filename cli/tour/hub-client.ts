/**
 * A client of a hub as anybody could write it: HTTP, a bearer token, a purpose header. Remembers the highest ledger index it
 * was told and asks for at least that, so that what one party did is seen by the next. Knows nothing of the hub's inside.
 */
import { randomUUID } from 'node:crypto';
import { StartError } from '../../kernel/start-error';
import type { Audience, Purpose } from '../../schema/vocabulary';

export interface Caller {
  readonly audience: Audience;
  readonly token: string;
}

export interface Question {
  readonly operation: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly purpose?: Purpose;
}

export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly ruleId?: string };
}

export interface Answer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly errors: readonly AnswerError[];
  /** The ledger index the answer stands on; null when the hub named none. */
  readonly ledgerIndex: number | null;
}

export interface Download {
  readonly status: number;
  readonly bytes: Buffer;
  readonly ledgerIndex: number | null;
}

/** Longer than the hub's own deadline, so that it is the hub who says what was late. */
const TIMEOUT_MS = 30_000;

export function endpointOf(audience: Audience): string {
  return `/${audience.toLowerCase()}/graphql`;
}

export class HubClient {
  private seenIndex = -1;
  readonly url: string;

  constructor(url: string) {
    this.url = url.replace(/\/+$/, '');
  }

  async ask({ audience, token }: Caller, { operation, variables = {}, purpose }: Question): Promise<Answer> {
    const response = await this.fetch(endpointOf(audience), {
      method: 'POST',
      headers: { ...this.headers(token), 'content-type': 'application/json', ...(purpose && { 'x-purpose': purpose }) },
      body: JSON.stringify({ query: operation, variables }),
    });
    const { data, errors } = bodyOf(await response.text());
    return { status: response.status, data: data ?? null, errors: errors ?? [], ledgerIndex: this.remember(response) };
  }

  /** `from`: continue a download that was interrupted after so many bytes (RFC 9110 section 14). */
  async download({ token }: Caller, path: string, from = 0): Promise<Download> {
    const range = from === 0 ? {} : { range: `bytes=${from}-` };
    const response = await this.fetch(path, { headers: { ...this.headers(token), ...range } });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, bytes, ledgerIndex: this.remember(response) };
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.url}${path}`, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new StartError(`Nothing answers at ${this.url}.`, 'Start a hub with `cession start`, or correct the address.', cause);
    }
  }

  /** What was done outside of HTTP up to this index is asked for from now on. */
  sawIndex(index: number): void {
    this.seenIndex = Math.max(this.seenIndex, index);
  }

  private headers(token: string): Record<string, string> {
    const atLeast = this.seenIndex < 0 ? {} : { 'x-ledger-at-least': String(this.seenIndex) };
    return { authorization: `Bearer ${token}`, 'x-request-id': randomUUID(), ...atLeast };
  }

  private remember(response: Response): number | null {
    const header = response.headers.get('x-ledger-index');
    const index = header === null || header === '' ? NaN : Number(header);
    if (!Number.isSafeInteger(index)) return null;
    this.sawIndex(index);
    return index;
  }
}

interface Body {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly AnswerError[];
}

function bodyOf(text: string): Body {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // What answers here is no hub; the caller sees that from the missing data.
  }
  return {};
}
