/**
 * What stood at any point of the ledger, recomputed from entries alone: which rights were open, which engagement was in which
 * state. Keeps every change with its place, so that later questions about earlier points can be answered; decides nothing.
 */
import type { StandingRight } from '../log/release-rule';
import { instantOf, textOf, textsOf, type AccessEntry } from './access-entry';

export type RightKind = 'AUTHORITY' | 'GRANT' | 'MANDATE';

/** Where in the ledger something changed, and when: as its source says, and as it was recorded. */
export interface Change {
  readonly index: number;
  readonly occurredAt: string;
  readonly recordedAt: string;
}

export interface RecordedRight {
  readonly id: string;
  readonly kind: RightKind;
  /** An agency, a member of staff, a regulator; null when the export does not show it, as with all that follows. */
  readonly holder: string | null;
  readonly creditorId: string | null;
  readonly debtId: string | null;
  readonly borrowerId: string | null;
  readonly engagementId: string | null;
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly opened: Change;
  closed: Change | null;
}

interface EngagementState extends Change {
  readonly state: string;
  readonly attestedUntil: Date | null;
}

/** A point of the ledger: everything up to an index, or everything recorded up to an instant. */
export type Point = { readonly index: number } | { readonly recordedAt: string };

const FOR_EVER = new Date(8.64e15);

const OPENS: { readonly [type: string]: readonly [kind: RightKind, id: string, holder: string] } = {
  'creditors.StaffAuthorityGranted': ['AUTHORITY', 'authorityId', 'staffSub'],
  'creditors.SupervisionMandateGranted': ['MANDATE', 'mandateId', 'regulatorId'],
  'debts.GrantOpened': ['GRANT', 'grantId', 'agencyId'],
};
const CLOSES: { readonly [type: string]: string } = { 'creditors.StaffAuthorityRevoked': 'authorityId', 'creditors.SupervisionMandateEnded': 'mandateId', 'debts.GrantClosed': 'grantId' };
const MOVES = ['EngagementProposed', 'SecurityAttested', 'EngagementQualified', 'EngagementSuspended', 'EngagementReinstated', 'EngagementEnded'].map((name) => `agencies.${name}`);
/** Tell which creditor a borrower belongs to. */
const NAMES = ['borrowers.BorrowersRegistered', 'debts.DebtRegistered'];

export const STANDING_TYPES: readonly string[] = [...Object.keys(OPENS), ...Object.keys(CLOSES), ...MOVES, ...NAMES];

export function isBy({ index, recordedAt }: Change, point: Point): boolean {
  return 'index' in point ? index <= point.index : recordedAt <= point.recordedAt;
}

export class Standing {
  private readonly byId = new Map<string, RecordedRight>();
  private readonly engagements = new Map<string, EngagementState[]>();
  private readonly creditors = new Map<string, string>();

  /** In the order of the log. */
  accept(entry: AccessEntry): void {
    const opens = OPENS[entry.type];
    const closes = CLOSES[entry.type];
    if (opens !== undefined) this.open(entry, opens);
    else if (closes !== undefined) this.close(entry, textOf(entry.shown, closes));
    else if (MOVES.includes(entry.type)) this.move(entry);
    for (const members of [entry.shown, ...entry.items]) {
      const [borrower, creditor] = [textOf(members, 'borrowerId'), textOf(members, 'creditorId')];
      if (borrower !== null && creditor !== null && !this.creditors.has(borrower)) this.creditors.set(borrower, creditor);
    }
  }

  right(id: string): RecordedRight | null {
    return this.byId.get(id) ?? null;
  }

  rights(): Iterable<RecordedRight> {
    return this.byId.values();
  }

  creditorOf(borrowerId: string): string | null {
    return this.creditors.get(borrowerId) ?? null;
  }

  /** What the release rule asks about the right at a point; null when its engagement is not known from these entries. */
  at(right: RecordedRight, point: Point): StandingRight | null {
    const { purposes, categories, validFrom, validUntil } = right;
    if (right.kind !== 'GRANT') return { purposes, categories, validFrom, validUntil, engagement: null };
    const moves = right.engagementId === null ? undefined : this.engagements.get(right.engagementId);
    const engagement = moves?.findLast((move) => isBy(move, point));
    return engagement === undefined ? null : { purposes, categories, validFrom, validUntil, engagement };
  }

  private open(entry: AccessEntry, [kind, idName, holderName]: readonly [RightKind, string, string]): void {
    const { shown, facts } = entry;
    const id = textOf(shown, idName);
    if (id === null) return;
    this.byId.set(id, {
      id,
      kind,
      holder: textOf(shown, holderName),
      creditorId: textOf(shown, 'creditorId'),
      debtId: textOf(shown, 'debtId'),
      borrowerId: textOf(shown, 'borrowerId'),
      engagementId: textOf(shown, 'engagementId'),
      purposes: textsOf(facts, 'purposes'),
      categories: textsOf(facts, 'categories'),
      validFrom: instantOf(facts, 'from') ?? new Date(entry.occurredAt),
      validUntil: instantOf(facts, 'until') ?? FOR_EVER,
      opened: changeOf(entry),
      closed: null,
    });
  }

  private close(entry: AccessEntry, id: string | null): void {
    const right = id === null ? undefined : this.byId.get(id);
    if (right !== undefined) right.closed ??= changeOf(entry);
  }

  private move(entry: AccessEntry): void {
    const id = textOf(entry.shown, 'engagementId');
    if (id === null) return;
    const moves = this.engagements.get(id) ?? [];
    this.engagements.set(id, moves);
    // The latest attestation counts; every other move leaves it as it was.
    const attestedUntil = (entry.type === 'agencies.SecurityAttested' ? instantOf(entry.facts, 'validUntil') : null) ?? moves.at(-1)?.attestedUntil ?? null;
    moves.push({ ...changeOf(entry), state: textOf(entry.facts, 'state') ?? 'PROPOSED', attestedUntil });
  }
}

function changeOf({ index, occurredAt, recordedAt }: AccessEntry): Change {
  return { index, occurredAt, recordedAt };
}
