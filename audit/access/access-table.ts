/**
 * Who could see which categories of a borrower's, or of an agency's debtors', data at a moment: one row for every right recorded
 * by then, with the reason why it opened nothing. What the export cannot show is not decidable.
 */
import { objectionToStanding, type RightObjection } from '../log/release-rule';
import type { ExportScope } from './export-scope';
import { isBy, type RecordedRight, type RightKind, type Standing } from './standing';

/** Standing is what was recorded by the moment; terms and attestations run by the moment itself. */
export interface AccessQuestion {
  readonly at: string;
  /** `borrower:<id>` or `agency:<id>`. */
  readonly stream: string;
}

export interface AccessRow {
  readonly right: string;
  readonly kind: RightKind;
  readonly holder: string | null;
  readonly creditorId: string | null;
  readonly borrowerId: string | null;
  readonly debtId: string | null;
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly from: string;
  readonly until: string | null;
  /** Ledger indexes. */
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly access: 'open' | 'shut' | 'not decidable';
  /** The rule that was in the way, or what the export does not show. */
  readonly reason: RightObjection | 'CLOSED' | 'NOT_IN_EXPORT' | null;
  /** Its end had come about by then, by its source's clock, but was recorded later only. */
  readonly endedUnrecorded: boolean;
}

export interface AccessTable extends AccessQuestion {
  readonly rows: readonly AccessRow[];
  /** Rights of these kinds over the subject may stand in entries that the export does not hold. */
  readonly notDecidable: readonly RightKind[];
}

const KINDS: readonly RightKind[] = ['GRANT', 'AUTHORITY', 'MANDATE'];
const FOR_EVER = 8.64e15;

export function tabulateAccess({ at, stream }: AccessQuestion, standing: Standing, scope: ExportScope): AccessTable {
  const id = stream.slice(stream.indexOf(':') + 1);
  const isAgency = stream.startsWith('agency:');
  const creditorId = isAgency ? null : standing.creditorOf(id);
  const concerns = ({ kind, holder, borrowerId, creditorId: over }: RecordedRight): boolean => {
    if (kind === 'GRANT') return isAgency ? holder === id : borrowerId === id;
    return !isAgency && creditorId !== null && over === creditorId;
  };
  const rows: AccessRow[] = [];
  for (const right of standing.rights()) if (concerns(right) && isBy(right.opened, { recordedAt: at })) rows.push(rowOf(right, at, standing, scope));
  const isShown = (kind: RightKind): boolean => (kind !== 'GRANT' && isAgency) || (kind === 'GRANT' && scope.holds(stream)) || scope.holds(`creditor:${creditorId}`);
  return { at, stream, rows, notDecidable: KINDS.filter((kind) => !isShown(kind)) };
}

function rowOf(right: RecordedRight, at: string, standing: Standing, scope: ExportScope): AccessRow {
  const { id, kind, holder, creditorId, borrowerId, debtId, purposes, categories, validFrom, validUntil, opened, closed } = right;
  const isClosed = closed !== null && isBy(closed, { recordedAt: at });
  return {
    right: id,
    kind,
    holder,
    creditorId,
    borrowerId,
    debtId,
    purposes,
    categories,
    from: validFrom.toISOString(),
    until: validUntil.getTime() === FOR_EVER ? null : validUntil.toISOString(),
    openedAt: opened.index,
    closedAt: isClosed ? closed.index : null,
    ...judge(right, at, standing, scope, isClosed),
    endedUnrecorded: closed !== null && !isClosed && closed.occurredAt <= at,
  };
}

function judge(right: RecordedRight, at: string, standing: Standing, scope: ExportScope, isClosed: boolean): Pick<AccessRow, 'access' | 'reason'> {
  if (isClosed) return { access: 'shut', reason: 'CLOSED' };
  const known = standing.at(right, { recordedAt: at });
  const objection = objectionToStanding(known ?? { ...right, engagement: null }, new Date(at));
  if (objection !== null) return { access: 'shut', reason: objection };
  return known !== null && scope.covers(right) ? { access: 'open', reason: null } : { access: 'not decidable', reason: 'NOT_IN_EXPORT' };
}
