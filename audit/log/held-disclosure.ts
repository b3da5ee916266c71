/**
 * What is kept beside an entry for each of its digests. The kernel's HeldDisclosure is this shape with its own stream names.
 */

export interface HeldDisclosure<Stream extends string = string> {
  readonly digest: string;
  /** structural: an id. personal: sealed under the subject's key. link: the entry's place in one stream. */
  readonly kind: 'structural' | 'personal' | 'link';
  /** Which streams' readers may be shown it; null = every reader of the entry; [] = followers inside the hub only. */
  readonly reveal: readonly Stream[] | null;
  /** The RFC 9901 disclosure string; null when sealed. */
  readonly text: string | null;
  /** personal only: whose key seals it. */
  readonly subject?: string;
  /** personal only: base64 of the sealed disclosure string. */
  readonly sealed?: string;
}
