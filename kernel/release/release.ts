/**
 * The gate through which every personal field leaves a room: decide under a right, remember what was released, and let
 * nothing out before the ledger has the disclosure. One release belongs to one fetch; it is never reused.
 */
import DataLoader from 'dataloader';
import type { GraphQLResolveInfo } from 'graphql';
import { sentencesOf, textsOf } from '../../schema/messages';
import type { DataCategory } from '../../schema/vocabulary';
import type { Actor } from '../actor';
import { HubError } from '../errors';
import type { StandingPoint } from '../follower/standing-point';
import type { StreamPosition } from '../ledger';
import { decideRelease, type ReleaseRule, type Right, type Subject } from '../rights/right';
import type { KnownRights } from '../rights/known-rights';
import { knownRightsOver, readAndKeepRights } from '../rights/rights.repository';
import type { Transaction } from '../transaction';

/** An entry holds at most 65,535 bytes and about 110 of them go to each subject (its item and its link). */
export const SUBJECTS_PER_DISCLOSURE_MAX = 300;

/** Of the fetch: its one snapshot. */
export interface ReleaseSnapshot {
  read(): Promise<Transaction>;
  /** null until something was read. */
  opened(): Transaction | null;
}

type ResponsePath = GraphQLResolveInfo['path'];

export interface ReleasedSubject {
  readonly subject: Subject;
  readonly right: Right;
  readonly categories: Set<DataCategory>;
}

export interface WithheldField {
  readonly ruleId: ReleaseRule;
  readonly subject: Subject;
}

export class Release {
  /** As the executor has them: turned into lists of keys only for what is withheld. */
  readonly paths: ResponsePath[] = [];
  readonly fields = new Set<string>();
  readonly subjects = new Map<string, ReleasedSubject>();
  readonly withheld = new Map<string, WithheldField>();
  private readonly rights: DataLoader<Subject, readonly Right[], string>;
  /** By object: the fields of one row carry the same one, and its key is long. */
  private readonly rightsBySubject = new Map<Subject, readonly Right[] | Promise<readonly Right[]>>();
  private readFrom: Transaction | null = null;
  private readonly notedBySubject = new Map<Subject, ReleasedSubject>();
  /** The point every decision of this fetch stood on; null while nothing was asked for. */
  standing: StandingPoint | null = null;

  constructor(
    private readonly actor: Actor,
    private readonly snapshot: ReleaseSnapshot,
    private readonly known: KnownRights,
    private readonly boundMs: number,
  ) {
    this.rights = new DataLoader(
      async (subjects) => {
        this.readFrom = await this.snapshot.read();
        return readAndKeepRights(this.readFrom, this.actor, subjects, this.known);
      },
      { cacheKeyFn: subjectKey },
    );
  }

  get isEmpty(): boolean {
    return this.subjects.size === 0;
  }

  /**
   * The right that allows it, or throws the refusal that GraphQL shows beside the null field. Answers at once when the rights
   * are known: a page has hundreds of personal values, and a promise for each shows in what it costs.
   */
  permit(subject: Subject, category: DataCategory): Right | Promise<Right> {
    const rights = this.rightsBySubject.get(subject) ?? this.findRights(subject);
    if (rights instanceof Promise) return rights.then((standing) => this.decide(standing, subject, category));
    return this.decide(rights, subject, category);
  }

  private findRights(subject: Subject): readonly Right[] | Promise<readonly Right[]> {
    this.readFrom ??= this.snapshot.opened();
    const known = this.readFrom === null ? undefined : knownRightsOver(this.readFrom, this.actor, subject, this.known);
    const rights = known ?? this.rights.load(subject);
    this.rightsBySubject.set(subject, rights);
    return rights;
  }

  private decide(rights: readonly Right[], subject: Subject, category: DataCategory): Right {
    const transaction = this.readFrom!;
    this.standing = transaction.standing;
    if (transaction.standing.behind) {
      throw new HubError('LEDGER_UNAVAILABLE', 'Personal data is withheld: this room has lost touch with the ledger.', { retryAfterMs: this.boundMs });
    }
    const decision = decideRelease(rights, this.actor.purpose, category, transaction.now);
    if (decision.ok) return decision.right;
    this.withheld.set(`${decision.ruleId} ${subject.creditorId}`, { ruleId: decision.ruleId, subject });
    const text = sentencesOf(textsOf(decision.ruleId, 'en'));
    if (decision.ruleId === 'RELEASE-PURPOSE-NAMED') throw new HubError('BAD_INPUT', text, { ruleId: decision.ruleId, argument: 'x-purpose' });
    throw new HubError('NOT_PERMITTED', text, { ruleId: decision.ruleId });
  }

  /** Remembers one field that is about to leave; called for empty values too, for "no phone known" is also data. */
  note(subject: Subject, right: Right, released: { category: DataCategory; coordinate: string; path: ResponsePath }): void {
    let held = this.notedBySubject.get(subject);
    if (held === undefined || held.right !== right) {
      held = this.releasedSubject(subject, right);
      this.notedBySubject.set(subject, held);
    }
    held.categories.add(released.category);
    this.fields.add(released.coordinate);
    this.paths.push(released.path);
  }

  /** One per borrower, debt and right, however many objects stand for them. */
  private releasedSubject(subject: Subject, right: Right): ReleasedSubject {
    const key = `${subjectKey(subject)} ${right.id}`;
    let held = this.subjects.get(key);
    if (held === undefined) {
      if (this.subjects.size === SUBJECTS_PER_DISCLOSURE_MAX) {
        throw new HubError('LIMIT_EXCEEDED', `One fetch releases personal data of at most ${SUBJECTS_PER_DISCLOSURE_MAX} subjects: ask for smaller pages.`);
      }
      this.subjects.set(key, (held = { subject, right, categories: new Set() }));
    }
    return held;
  }

  /** Every stream the decisions relied on, once: the writer refuses the disclosure if one of them has moved on. */
  expected(): StreamPosition[] {
    const positions = new Map<string, StreamPosition>();
    for (const { right } of this.subjects.values()) for (const position of right.positions) positions.set(position.stream, position);
    return [...positions.values()];
  }
}

function subjectKey(subject: Subject): string {
  return `${subject.creditorId} ${subject.borrowerId} ${subject.debtId ?? ''}`;
}

/** Puts null where each released value stood; the rest of the answer stays. */
export function withhold(data: Record<string, unknown> | null, paths: readonly (readonly (string | number)[])[]): void {
  for (const path of paths) {
    let place: unknown = data;
    for (const step of path.slice(0, -1)) place = (place as Record<string | number, unknown> | null | undefined)?.[step];
    const last = path.at(-1);
    if (typeof place === 'object' && place !== null && last !== undefined) (place as Record<string | number, unknown>)[last] = null;
  }
}
