/**
 * The closed set of unexpected errors, and the shape of expected refusals. Nothing else leaves a room;
 * messages are fixed texts that never contain personal data or another tenant's facts.
 */

export const HUB_ERROR_CODES = [
  'UNAUTHENTICATED',
  'NOT_FOUND',
  'NOT_PERMITTED',
  'BAD_INPUT',
  'CONFLICT',
  'STALE_GRANT',
  'LIMIT_EXCEEDED',
  'LEDGER_UNAVAILABLE',
  'UNAVAILABLE',
  'INTERNAL',
] as const;
export type HubErrorCode = (typeof HUB_ERROR_CODES)[number];

/** Only these extensions may leave the gateway (DESIGN §9). */
export interface HubErrorExtensions {
  readonly code: HubErrorCode;
  readonly ruleId?: string;
  /** The argument or header at fault, as the caller named it. */
  readonly argument?: string;
  readonly retryAfterMs?: number;
}

export class HubError extends Error {
  readonly extensions: HubErrorExtensions;

  constructor(code: HubErrorCode, message: string, details: Omit<HubErrorExtensions, 'code'> & { cause?: unknown } = {}) {
    const { cause, ...extensions } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HubError';
    this.extensions = { code, ...extensions };
  }

  get code(): HubErrorCode {
    return this.extensions.code;
  }
}

/** An expected refusal: a value, shown as a member of the mutation's result union and recorded in the ledger. */
export interface Refusal {
  /** Stable rule id, e.g. `PLACEMENT-ENGAGEMENT-QUALIFIED`. */
  readonly ruleId: string;
  /** Which dated rule pack decided. */
  readonly rulePack: string;
  /** A sentence for people: what was refused and why. No personal data. */
  readonly message: string;
  /** What would make the same command legal. */
  readonly remedy: string;
  /** What was filled into both, so that they can be said in another language. */
  readonly values?: Readonly<Record<string, string | number>>;
}
