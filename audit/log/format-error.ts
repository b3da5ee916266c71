/**
 * The one error of this layer: bytes that are not what audit/FORMAT.md says. Carries a stable code for programs and a
 * sentence for people; never the offending content, which may be anything a stranger sent.
 */

export const FORMAT_CODES = [
  'NOT_CANONICAL',
  'DISCLOSURE_MALFORMED',
  'EVENT_MALFORMED',
  'ENTRY_MALFORMED',
  'NOTE_MALFORMED',
  'CHECKPOINT_MALFORMED',
  'KEY_MALFORMED',
  'TILE_MALFORMED',
  'PROOF_MALFORMED',
  'POLICY_MALFORMED',
  'ROTATION_INVALID',
] as const;
export type FormatCode = (typeof FORMAT_CODES)[number];

export class FormatError extends Error {
  constructor(
    readonly code: FormatCode,
    message: string,
  ) {
    super(message);
    this.name = 'FormatError';
  }
}
