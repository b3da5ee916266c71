/**
 * What an agency earns: a share of what it recovers, by how long the debt was overdue, under a cap. Shares are whole basis
 * points, so a commission is exact; refuses bands that overlap, leave a gap or exceed their cap.
 */
import { HubError } from '../../kernel/errors';

export interface FeeTier {
  /** The band begins here and ends where the next tier begins. */
  readonly daysPastDueFrom: number;
  readonly basisPoints: number;
}

export interface FeeSchedule {
  readonly tiers: readonly FeeTier[];
  /** No commission exceeds this share of what was recovered, whatever its tier and extras say. */
  readonly capBasisPoints: number;
}

const BASIS_POINTS_MAX = 10_000;

function refuse(ruleId: string, argument: string, message: string): never {
  throw new HubError('BAD_INPUT', message, { ruleId, argument: `input.feeSchedule.${argument}` });
}

/** `daysPastDueMin`: the agreement covers debts from this many days on, so the first tier must begin there or earlier. */
export function checkFeeSchedule({ tiers, capBasisPoints }: FeeSchedule, daysPastDueMin: number): void {
  const isShare = (share: number) => Number.isInteger(share) && share >= 0 && share <= BASIS_POINTS_MAX;
  const [first] = tiers;
  if (first === undefined || first.daysPastDueFrom > daysPastDueMin) {
    refuse('AGREEMENT-FEE-COVERS-SCOPE', 'tiers', 'The first tier must begin where the agreement begins to cover debts.');
  }
  if (!isShare(capBasisPoints)) refuse('AGREEMENT-FEE-BOUNDED', 'capBasisPoints', `A share is 0 to ${BASIS_POINTS_MAX} basis points.`);
  tiers.forEach(({ daysPastDueFrom, basisPoints }, at) => {
    const earlier = tiers[at - 1];
    if (daysPastDueFrom < 0 || (earlier !== undefined && daysPastDueFrom <= earlier.daysPastDueFrom)) {
      refuse('AGREEMENT-FEE-TIERS-ASCEND', `tiers.${at}.daysPastDueFrom`, 'Each tier begins later than the one before it.');
    }
    if (!isShare(basisPoints) || basisPoints > capBasisPoints) {
      refuse('AGREEMENT-FEE-BOUNDED', `tiers.${at}.basisPoints`, `A share is 0 to ${BASIS_POINTS_MAX} basis points and not above the cap.`);
    }
  });
}
