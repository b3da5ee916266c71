/** Which stream an id has entries in. Refuses the ids of things that have none of their own. */
import { idPrefix, type IdPrefix } from '../schema/ids';
import { InputError } from '../schema/input-error';
import type { StreamKind, StreamName } from '../schema/vocabulary';

const KIND_OF: Readonly<Partial<Record<IdPrefix, StreamKind>>> = {
  creditor: 'creditor',
  agency: 'agency',
  engagement: 'engagement',
  debt: 'debt',
  borrower: 'borrower',
  grant: 'grant',
  authority: 'grant',
  mandate: 'grant',
  agreement: 'grant',
};

/** `argument`: where the id was given. */
export function streamOf(subjectId: string, argument: string): StreamName {
  const prefix = idPrefix(subjectId);
  const kind = prefix === null ? undefined : KIND_OF[prefix];
  if (kind === undefined) throw new InputError(argument, 'This is not the id of something that has entries of its own.');
  return `${kind}:${subjectId}`;
}
