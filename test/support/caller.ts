/** A client of one audience's endpoint: plain HTTP, a bearer token, the purpose header. Throws on nothing but a lost connection. */
import type { Audience } from '../../schema/vocabulary';

export interface GraphQLAnswer {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions?: Record<string, unknown> }[];
  /** From x-ledger-index; -1 when absent. */
  readonly ledgerIndex: number;
  readonly text: string;
}

export interface CallOptions {
  readonly purpose?: string | null;
  readonly atLeast?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNTIL_MS = 15_000;

export class Caller {
  /** The highest ledger index seen: asked for in the next call, so that a caller always reads its own writes. */
  private seen = -1;

  constructor(
    /** Asked for each call: a hub that was started again has another port. */
    private readonly baseUrl: () => string,
    readonly audience: Audience,
    readonly token: string,
    private readonly purpose: string | null,
  ) {}

  get endpoint(): string {
    return `${this.baseUrl()}/${this.audience.toLowerCase()}/graphql`;
  }

  async ask(query: string, variables: Record<string, unknown> = {}, options: CallOptions = {}): Promise<GraphQLAnswer> {
    const purpose = options.purpose === undefined ? this.purpose : options.purpose;
    const atLeast = options.atLeast ?? this.seen;
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.token}`,
        ...(purpose === null ? {} : { 'x-purpose': purpose }),
        ...(atLeast < 0 ? {} : { 'x-ledger-at-least': String(atLeast) }),
        ...options.headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const body = JSON.parse(text) as { data?: GraphQLAnswer['data']; errors?: GraphQLAnswer['errors'] };
    const ledgerIndex = Number(response.headers.get('x-ledger-index') ?? -1);
    this.seen = Math.max(this.seen, ledgerIndex);
    return { status: response.status, data: body.data ?? null, errors: body.errors ?? [], ledgerIndex, text };
  }

  /** The answer's data; throws with the errors when there are any. */
  async data<T = Record<string, unknown>>(query: string, variables: Record<string, unknown> = {}, options: CallOptions = {}): Promise<T> {
    const answer = await this.ask(query, variables, options);
    if (answer.errors.length > 0 || answer.data === null) throw new Error(`unexpected answer ${answer.status}: ${answer.text.slice(0, 800)}`);
    return answer.data as T;
  }

  /** Knows what another caller has caused, as a client that was told the index would. */
  knows(other: Caller): this {
    this.seen = Math.max(this.seen, other.seen);
    return this;
  }

  async until(query: string, variables: Record<string, unknown>, holds: (data: Record<string, unknown>) => boolean): Promise<void> {
    const deadline = Date.now() + UNTIL_MS;
    for (;;) {
      const { data, text } = await this.ask(query, variables);
      if (data !== null && holds(data)) return;
      if (Date.now() > deadline) throw new Error(`it did not come true: ${text.slice(0, 500)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
