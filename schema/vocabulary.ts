/**
 * The closed word lists that rooms, gateway and ledger share: rooms, audiences, purposes, data categories, streams.
 * Holds no behaviour; a word that is not here does not exist for the hub.
 */

export const ROOMS = ['creditors', 'debts', 'agencies', 'borrowers', 'audit'] as const;
export type RoomName = (typeof ROOMS)[number];

export const AUDIENCES = ['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** Why personal data is asked for. PIPL Art. 6: explicit, directly related purpose. */
export const PURPOSES = ['COLLECTION', 'SERVICING', 'PLACEMENT_ASSESSMENT', 'DISPUTE_HANDLING', 'SUPERVISION', 'OWN_RIGHTS'] as const;
export type Purpose = (typeof PURPOSES)[number];

/** What kind of personal data a field holds; grants and agreements name categories, never fields. */
export const DATA_CATEGORIES = ['IDENTITY', 'CONTACT', 'ADDRESS', 'EMPLOYMENT', 'BALANCE', 'DELINQUENCY', 'PAYMENT_HISTORY'] as const;
export type DataCategory = (typeof DATA_CATEGORIES)[number];

/** The kinds of ledger stream (DESIGN §5). A stream is named `kind:id`, e.g. `debt:debt_…`. */
export const STREAM_KINDS = ['creditor', 'agency', 'engagement', 'debt', 'borrower', 'grant', 'source'] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];
export type StreamName = `${StreamKind}:${string}`;
