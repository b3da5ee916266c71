/**
 * Whether what an export does not show of a right does not exist: only of streams that it holds from their first entry to their
 * proven end. Everything else may stand in entries that are somewhere else.
 */
import type { Manifest } from '../log/manifest';
import type { RecordedRight } from './standing';

type Claim = Pick<Manifest, 'completeness' | 'kind' | 'period' | 'streams'>;

export class ExportScope {
  private readonly whole: ReadonlySet<string>;

  constructor(private readonly claim: Claim) {
    const isComplete = claim.completeness === 'proven by this export' && claim.period === null;
    this.whole = new Set(isComplete ? claim.streams.filter(({ from }) => from === 1).map(({ stream }) => stream) : []);
  }

  holds(stream: string): boolean {
    return this.claim.kind === 'log' || this.whole.has(stream);
  }

  /** Every change of the right is here, and of the engagement it stands under. */
  covers(right: RecordedRight): boolean {
    return this.coversRight(right) && (right.kind !== 'GRANT' || this.coversEngagement(right));
  }

  /** Opening and closing of a right stand in the same streams. */
  private coversRight({ id, kind, creditorId, holder, borrowerId, debtId }: RecordedRight): boolean {
    const streams = [`grant:${id}`, `creditor:${creditorId}`];
    if (kind === 'GRANT') streams.push(`agency:${holder}`, `borrower:${borrowerId}`, `debt:${debtId}`);
    return streams.some((stream) => this.holds(stream));
  }

  private coversEngagement({ creditorId, engagementId, holder }: RecordedRight): boolean {
    return [`engagement:${engagementId}`, `creditor:${creditorId}`, `agency:${holder}`].some((stream) => this.holds(stream));
  }

  /** Had the right ever been opened, the export would show it. */
  coversUnknown(rightId: string, borrowerId: string | null): boolean {
    return this.holds(`grant:${rightId}`) || (rightId.startsWith('grant_') && borrowerId !== null && this.holds(`borrower:${borrowerId}`));
  }
}
