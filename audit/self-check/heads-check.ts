/**
 * What every check of the stream heads does alike, however it keeps the tree: what a heads entry and the row of the last one must
 * say. Pure. A difference is thrown.
 */
import { readHeadsFacts } from '../log/heads-event';
import type { ParsedEntry } from '../log/entry';
import type { CommittedHeads, HeadsState } from '../reader/stored-heads';
import { differ, type CheckedEntry } from './checked-row';
import type { SelfCheckMark } from './self-check';

export interface HeadsCheck {
  begin(mark: SelfCheckMark): Promise<void>;
  /** Entries in their order, each once. */
  accept(checked: readonly CheckedEntry[]): Promise<void>;
  /** After the last entry. `giveWay` is awaited between steps and throws when the check is to end. */
  finish(giveWay: () => Promise<void>): Promise<void>;
}

type DerivedState = Pick<HeadsState, 'root' | 'streams'>;

const said = ({ root, streams }: DerivedState): string => `${root.toString('base64url')} over ${streams} streams`;

export function checkHeadsEntry(entry: ParsedEntry, derived: DerivedState): void {
  const facts = readHeadsFacts(entry);
  const got = facts === null ? 'no facts of a heads entry' : `${facts.root} over ${facts.streams} streams`;
  if (said(derived) !== got) differ({ table: 'entry', check: 'a heads entry commits to the heads of all streams before it', at: `index ${entry.index}`, expected: said(derived), got });
}

export function checkCommitted(last: CommittedHeads, derived: DerivedState): void {
  if (said(derived) !== said(last)) differ({ table: 'heads', check: 'the last heads are those of the log', at: `version ${last.version}, index ${last.index}`, expected: said(derived), got: said(last) });
}
