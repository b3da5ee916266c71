/** A row of a portfolio after its mapping: one debt and the person who owes it, in the words of the two rooms. */
import type { Registration } from '../../subgraphs/borrowers/subgraph';

export interface PortfolioDebt {
  /** The creditor's own name for the debt. */
  readonly reference: string;
  readonly product: string;
  readonly region: string;
  readonly currency: string;
  /** Business date of the amounts. */
  readonly asOf: string;
  readonly daysPastDue: number;
  /** Minor units; what is absent is 0. */
  readonly components: { readonly [C in DebtComponent]: number };
  readonly payments: readonly { readonly amountMinor: number; readonly receivedOn: string }[];
}

export const DEBT_COMPONENTS = ['principal', 'interest', 'penaltyInterest', 'fee', 'cost'] as const;
export type DebtComponent = (typeof DEBT_COMPONENTS)[number];

export interface PortfolioRow {
  /** Counted from 1 over the data rows of the file; with the file's hash it names the row for ever. */
  readonly rowNo: number;
  readonly borrower: Registration;
  readonly debt: PortfolioDebt;
}

export type RowOutcome =
  | { readonly kind: 'accepted'; readonly row: PortfolioRow }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'rejected'; readonly reason: string; readonly place: string };
