/**
 * Rights a room has read before, each with the ledger entry its standing last changed at: they are what stands as long as no
 * snapshot shows a later change. Keeps staff and supervisors only, whose rights are few and asked for by every fetch, and no
 * personal data; never answers for another point than the one asked for.
 */
import { LRUCache } from 'lru-cache';
import type { Right } from './right';

/** Holders times creditors that are busy at the same time; some kilobytes each. */
const KNOWN_MAX = 5_000;

interface Known {
  readonly changedIndex: number;
  readonly rights: readonly Right[];
}

export class KnownRights {
  private readonly byHolder = new LRUCache<string, Known>({ max: KNOWN_MAX });

  /** undefined: to be read. The array MUST not be changed. */
  at(changedIndex: number, holder: string, creditorId: string): readonly Right[] | undefined {
    const known = this.byHolder.get(`${holder} ${creditorId}`);
    return known?.changedIndex === changedIndex ? known.rights : undefined;
  }

  /** `rights` were read in a snapshot in which the standing had last changed at `changedIndex`. */
  keep(changedIndex: number, holder: string, creditorId: string, rights: readonly Right[]): void {
    this.byHolder.set(`${holder} ${creditorId}`, { changedIndex, rights });
  }
}
