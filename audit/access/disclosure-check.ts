/**
 * Checks each disclosure of an export against the index and instant it cites: the right it names was open there, is the
 * actor's, is over this subject, and covered purpose and categories. What the export cannot show is not decidable, never right.
 */
import { objectionToRelease, OWN_RIGHT, type RightObjection } from '../log/release-rule';
import type { Finding, ReasonCode, Verdict } from '../log/verdict';
import { textOf, textsOf, type AccessEntry } from './access-entry';
import type { ExportScope } from './export-scope';
import { isBy, type RecordedRight, type RightKind, type Standing } from './standing';

export const DISCLOSURE_TYPES = ['borrowers.DataDisclosed', 'debts.DataDisclosed'] as const;

/** A report of more violations than this helps nobody; the rest is counted. */
const MOST_FINDINGS = 100;

const AUDIENCES: { readonly [kind in RightKind]: string } = { AUTHORITY: 'INTERNAL', GRANT: 'PARTNER', MANDATE: 'REGULATOR' };
/** By which hidden member the actor holds a right of the kind. */
const HOLDERS: { readonly [kind in RightKind]: string } = { AUTHORITY: 'actorSub', GRANT: 'actorOrg', MANDATE: 'actorOrg' };

const VIOLATIONS: { readonly [objection in RightObjection]: ReasonCode } = {
  'RELEASE-RIGHT-STANDS': 'RIGHT_OUT_OF_TERM',
  'RELEASE-ENGAGEMENT-QUALIFIED': 'ENGAGEMENT_NOT_QUALIFIED',
  'RELEASE-ATTESTATION-CURRENT': 'ATTESTATION_NOT_CURRENT',
  'RELEASE-PURPOSE-COVERED': 'PURPOSE_NOT_COVERED',
  'RELEASE-CATEGORY-COVERED': 'CATEGORY_NOT_COVERED',
};

type Judgement = 'covered' | 'not decidable' | Pick<Finding, 'code' | 'expected' | 'got'>;

interface Released {
  readonly borrowerId: string | null;
  readonly debtId: string | null;
  readonly rightId: string | null;
  readonly categories: readonly string[];
}

export interface DisclosureCounts {
  /** Each subject of each disclosure. */
  readonly covered: number;
  readonly notDecidable: number;
  readonly violations: number;
}

/** Version 1 named the person that the borrower is. */
function isOwnRight({ typeVersion }: AccessEntry, rightId: string): boolean {
  return typeVersion === 1 ? rightId.startsWith('person_') : rightId === OWN_RIGHT;
}

export class DisclosureCheck {
  private readonly findings: Finding[] = [];
  private readonly tally = { covered: 0, notDecidable: 0, violations: 0 };

  constructor(
    private readonly standing: Standing,
    private readonly scope: ExportScope,
  ) {}

  get counts(): DisclosureCounts {
    return this.tally;
  }

  /** After every entry before it went to the standing. */
  accept(entry: AccessEntry): void {
    this.tally.notDecidable += entry.itemCount - entry.items.length;
    for (const item of entry.items) {
      const [borrowerId, debtId, rightId] = [textOf(item, 'borrowerId'), textOf(item, 'debtId'), textOf(item, 'rightId')];
      this.note(entry, this.judge(entry, { borrowerId, debtId, rightId, categories: textsOf(item, 'categories') }));
    }
  }

  verdict(): Verdict {
    const { covered, notDecidable, violations } = this.tally;
    if (violations > 0) return { state: 'failed', reasons: this.findings };
    const reasons: Finding[] = [{ code: 'DISCLOSURES_COVERED', got: String(covered) }];
    if (notDecidable > 0) reasons.push({ code: 'DISCLOSURES_NOT_DECIDABLE', got: String(notDecidable) });
    return { state: notDecidable > 0 ? 'not proven' : 'proven', reasons };
  }

  private note({ index }: AccessEntry, judgement: Judgement): void {
    if (judgement === 'covered') this.tally.covered += 1;
    else if (judgement === 'not decidable') this.tally.notDecidable += 1;
    else {
      this.tally.violations += 1;
      if (this.findings.length < MOST_FINDINGS) this.findings.push({ ...judgement, index });
    }
  }

  private judge(entry: AccessEntry, released: Released): Judgement {
    const { decision, purpose, index } = entry;
    const { rightId } = released;
    if (decision === null || decision.outcome !== 'ALLOW' || rightId === null || purpose === null) return { code: 'DISCLOSURE_UNFOUNDED', expected: 'a decision, a purpose and a right', got: 'none' };
    if (decision.index >= index) return { code: 'DISCLOSURE_UNFOUNDED', expected: `an index before ${index}`, got: String(decision.index) };
    if (isOwnRight(entry, rightId)) return this.judgeOwn(entry, rightId);
    const right = this.standing.right(rightId);
    if (right === null) {
      if (!this.scope.coversUnknown(rightId, released.borrowerId)) return 'not decidable';
      return { code: 'RIGHT_NOT_OPEN', expected: `${rightId} open at entry ${decision.index}`, got: 'no entry opened it' };
    }
    return this.judgeRight(entry, released, right, decision);
  }

  /** A borrower's right to his own data: no entry opens it, and who is whom is shown to nobody. */
  private judgeOwn({ audience, purpose, shown }: AccessEntry, rightId: string): Judgement {
    if (audience !== 'BORROWER') return { code: 'RIGHT_OF_OTHERS', expected: 'BORROWER', got: audience };
    if (purpose !== 'OWN_RIGHTS') return { code: 'PURPOSE_NOT_COVERED', expected: 'OWN_RIGHTS', got: purpose ?? '' };
    const actor = textOf(shown, 'actorSub');
    const isNamed = rightId !== OWN_RIGHT && actor !== null;
    return isNamed && actor !== rightId ? { code: 'RIGHT_OF_OTHERS', expected: rightId, got: actor } : 'not decidable';
  }

  private judgeRight(entry: AccessEntry, released: Released, right: RecordedRight, { index, at }: NonNullable<AccessEntry['decision']>): Judgement {
    const cited = { index };
    if (!isBy(right.opened, cited)) return { code: 'RIGHT_NOT_OPEN', expected: `${right.id} open at entry ${index}`, got: `opened by entry ${right.opened.index}` };
    // The ledger takes a disclosure only while the streams it relied on stand as cited, so up to the entry itself nothing may have closed it.
    if (right.closed !== null) return { code: 'RIGHT_NOT_OPEN', expected: `${right.id} open at entries ${index} to ${entry.index}`, got: `closed by entry ${right.closed.index}` };
    const foreign = this.ofOthers(entry, released, right);
    if (foreign !== null && foreign !== 'not decidable') return foreign;
    for (const point of [cited, { index: entry.index }]) {
      const standing = this.standing.at(right, point) ?? { ...right, engagement: null };
      for (const category of released.categories) {
        const objection = objectionToRelease(standing, entry.purpose as string, category, new Date(at));
        if (objection !== null) return { code: VIOLATIONS[objection], expected: `${right.id} covering ${entry.purpose} of ${category} at entry ${point.index}, ${at}`, got: objection };
      }
    }
    const isShown = this.scope.covers(right) && this.standing.at(right, cited) !== null;
    return isShown && foreign === null ? 'covered' : 'not decidable';
  }

  private ofOthers({ audience, shown }: AccessEntry, { borrowerId, debtId }: Released, right: RecordedRight): Judgement | null {
    const { kind } = right;
    const others = (expected: string | null, got: string | null): Judgement => ({ code: 'RIGHT_OF_OTHERS', expected: `${right.id} over ${expected ?? ''}`, got: got ?? '' });
    if (audience !== AUDIENCES[kind]) return others(AUDIENCES[kind], audience);
    const pairs: (readonly [of: string | null, here: string | null])[] = [[right.holder, textOf(shown, HOLDERS[kind])]];
    if (kind === 'GRANT') pairs.push([right.borrowerId, borrowerId], [right.debtId, debtId ?? right.debtId]);
    else pairs.push([right.creditorId, borrowerId === null ? null : this.standing.creditorOf(borrowerId)]);
    const foreign = pairs.find(([of, here]) => of !== null && here !== null && of !== here);
    if (foreign !== undefined) return others(...foreign);
    return pairs.some(([of, here]) => of === null || here === null) ? 'not decidable' : null;
  }
}
