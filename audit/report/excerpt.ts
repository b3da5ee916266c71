/** The first and the last entries of an export in their order, as a page lists them; however many there are, it keeps a bounded number. */
import type { HiddenMember } from '../log/disclosure-record';
import type { ParsedEntry } from '../log/entry';

/** As many from the beginning, and as many from the end. */
export const EXCERPT_SIDE = 100;

export interface ExcerptLine {
  readonly index: number;
  readonly recordedAt: string;
  /** Type and version, as a tally names them. */
  readonly event: string;
  readonly audience: string;
  /** The organisation that acted, when the export shows it. */
  readonly actor: string | null;
  readonly purpose: string | null;
  readonly outcome: string | null;
}

export class Excerpt {
  readonly first: ExcerptLine[] = [];
  private readonly latest: ExcerptLine[] = [];
  private total = 0;

  add({ index, recordedAt, event }: ParsedEntry, members: readonly HiddenMember[]): void {
    const actor = members.find(({ name }) => name === 'actorOrg')?.value;
    const line: ExcerptLine = {
      index,
      recordedAt,
      event: `${event.type}/${event.typeVersion}`,
      audience: event.actor.audience,
      actor: typeof actor === 'string' ? actor : null,
      purpose: event.purpose,
      outcome: event.decision?.outcome ?? null,
    };
    if (this.first.length < EXCERPT_SIDE) this.first.push(line);
    else this.latest[(this.total - EXCERPT_SIDE) % EXCERPT_SIDE] = line;
    this.total += 1;
  }

  /** Those after `first`, as many as are kept. */
  get last(): readonly ExcerptLine[] {
    const oldest = this.total <= 2 * EXCERPT_SIDE ? 0 : (this.total - EXCERPT_SIDE) % EXCERPT_SIDE;
    return [...this.latest.slice(oldest), ...this.latest.slice(0, oldest)];
  }

  /** How many between the two are not kept. */
  get omitted(): number {
    return Math.max(0, this.total - 2 * EXCERPT_SIDE);
  }
}
