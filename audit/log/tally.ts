/**
 * What an export holds, counted: by event, purpose, party, refusal and release of personal data, and over time. Made by who
 * writes an export and again by who verifies it, so that a summary in it can be held against the entries. Holds no value of any of them.
 */
import { canonicalize } from './canonical';
import { WITHHELD_REASONS, type DisclosureRecord, type HiddenMember } from './disclosure-record';
import type { ParsedEntry } from './entry';
import { ErasureCheck, erasureNotes, type ErasureNote } from './erasure-check';
import { CODE } from './event-shape';
import { Timeline, type StretchCounts } from './timeline';

/** What is counted by name; see audit/FORMAT.md for each. */
export const TALLY_GROUPS = ['actors', 'audiences', 'events', 'parties', 'purposes', 'refusals', 'releases', 'withheld'] as const;
export type TallyGroup = (typeof TALLY_GROUPS)[number];

/** A group has so many names at most, those that come first; a stranger's file must not fill the memory. */
export const MAX_NAMES = 4_096;
/** Under which the rest of a group is counted. No name that is counted looks like it. */
export const OTHER_NAMES = '*';
/** Stands in the name of a release for an entry without a purpose. */
export const NO_PURPOSE = '-';

const PARTY = /^(creditor|agency|regulator)_[0-9a-z]{26}$/;
/** Of the shortest and the longest: most values need not be looked at. */
const PARTY_LENGTHS = ['agency_'.length + 26, 'regulator_'.length + 26] as const;
const ACTING = 'actorOrg';
const RELEASE = '.DataDisclosed';
const RULE = /^[A-Z][A-Z0-9-]{0,79}$/;
/** An entry stands for no more refusals than this; more would be no count that anybody made. */
const MAX_REFUSALS = 1_000_000_000;

/** A tally as plain values, names in the order in which they were first counted. */
export interface Counted {
  readonly entries: number;
  readonly disclosed: number;
  readonly groups: { readonly [group in TallyGroup]: ReadonlyMap<string, number> };
  readonly stretches: ReadonlyMap<string, StretchCounts>;
  readonly erasures: readonly ErasureNote[];
}

export class Tally {
  readonly erasures = new ErasureCheck();
  /** Of a part: what its entries say of erasures, for the tally of the whole to judge. */
  private readonly notes: ErasureNote[] = [];
  private readonly counts: { readonly [group in TallyGroup]: Map<string, number> };
  entries = 0;
  /** Values and links shown. */
  disclosed = 0;

  constructor(
    readonly timeline = new Timeline(),
    private readonly mostNames = MAX_NAMES,
    private readonly isPart = false,
  ) {
    this.counts = Object.fromEntries(TALLY_GROUPS.map((group) => [group, new Map<string, number>()])) as unknown as Record<TallyGroup, Map<string, number>>;
  }

  /** Of a few entries, for another tally: without bounds, so that the other one's decide. */
  static ofPart(): Tally {
    return new Tally(new Timeline(Infinity), Infinity, true);
  }

  counted(): Counted {
    return { entries: this.entries, disclosed: this.disclosed, groups: this.counts, stretches: this.timeline.stretches, erasures: this.notes };
  }

  /** The same as adding the entries of the part one by one, when it was made by `ofPart`. */
  addAll({ entries, disclosed, groups, stretches, erasures }: Counted): void {
    this.entries += entries;
    this.disclosed += disclosed;
    for (const group of TALLY_GROUPS) for (const [name, count] of groups[group]) this.count(group, name, count);
    for (const [stretch, counts] of stretches) this.timeline.addCounts(stretch, counts);
    for (const note of erasures) this.note(note);
  }

  /** How often each name of a group was counted. */
  group(name: TallyGroup): ReadonlyMap<string, number> {
    return this.counts[name];
  }

  /** `members`: the hidden values of the event that the record shows. */
  add(entry: ParsedEntry, record: DisclosureRecord, members: readonly HiddenMember[]): void {
    const { event, recordedAt } = entry;
    this.entries += 1;
    for (const note of erasureNotes(entry, record, members)) this.note(note);
    this.disclosed += record.disclosed.length + record.links.length;
    for (const reason of WITHHELD_REASONS) {
      const digests = record.withheld[reason];
      if (digests !== undefined) this.count('withheld', reason, digests.length);
    }
    this.count('events', `${event.type}/${event.typeVersion}`);
    this.count('audiences', event.actor.audience);
    if (event.purpose !== null) this.count('purposes', event.purpose);
    this.countParties(members);
    this.timeline.add(recordedAt, this.countReleases(event) ? 1 : 0, this.countRefusals(event) ? 1 : 0);
  }

  private note(note: ErasureNote): void {
    if (this.isPart) this.notes.push(note);
    else this.erasures.accept(note);
  }

  private count(group: TallyGroup, name: string, by = 1): void {
    const names = this.counts[group];
    const counted = names.has(name) || names.size < this.mostNames ? name : OTHER_NAMES;
    names.set(counted, (names.get(counted) ?? 0) + by);
  }

  /** An organisation counts once per entry, however often the entry names it. */
  private countParties(members: readonly HiddenMember[]): void {
    const named: string[] = [];
    for (const { name, value } of members) {
      if (typeof value !== 'string' || value.length < PARTY_LENGTHS[0] || value.length > PARTY_LENGTHS[1] || !PARTY.test(value)) continue;
      if (!named.includes(value)) named.push(value);
      if (name === ACTING) this.count('actors', value);
    }
    for (const id of named) this.count('parties', id);
  }

  private countReleases({ type, facts, actor, purpose }: ParsedEntry['event']): boolean {
    const { categories } = facts;
    if (!type.endsWith(RELEASE) || !Array.isArray(categories)) return false;
    const distinct = new Set<unknown>(categories);
    for (const category of distinct) if (typeof category === 'string' && CODE.test(category)) this.count('releases', `${category}/${actor.audience}/${purpose ?? NO_PURPOSE}`);
    return true;
  }

  private countRefusals({ facts }: ParsedEntry['event']): boolean {
    const { ruleId, count } = facts;
    if (typeof ruleId !== 'string' || !RULE.test(ruleId) || typeof count !== 'number') return false;
    if (!Number.isSafeInteger(count) || count < 1 || count > MAX_REFUSALS) return false;
    this.count('refusals', ruleId, count);
    return true;
  }
}

/** The one text a tally has: canonical JSON, so that two are the same when their texts are. */
export function formatTally(tally: Tally): string {
  const groups = Object.fromEntries(TALLY_GROUPS.map((group) => [group, Object.fromEntries(tally.group(group))]));
  const timeline = { stretches: Object.fromEntries(tally.timeline.stretches), unit: tally.timeline.unit };
  return canonicalize({ ...groups, disclosed: tally.disclosed, entries: tally.entries, erased: tally.erasures.erased, timeline, v: 1 });
}
