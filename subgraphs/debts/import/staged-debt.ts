/** What an import brings: one row of a portfolio, already validated, and the batch it belongs to. */
import type { Pool } from 'pg';
import type { KeyStore } from '../../../kernel/vault/key-store';
import type { Components } from '../components';

/** What an import works with: the room's worker, whom no row scope binds, and the keys of borrowers. */
export interface ImportTools {
  readonly worker: Pool;
  readonly keyStore: KeyStore;
  readonly clock: () => Date;
}

export interface HistoricPayment {
  readonly amountMinor: number;
  readonly receivedOn: string;
}

export interface StagedDebt {
  /** Counts from 1 in the file; rows are staged in ascending order. */
  readonly rowNo: number;
  readonly debtId: string;
  readonly borrowerId: string;
  readonly reference: string;
  readonly product: string;
  readonly region: string;
  readonly currency: string;
  readonly components: Components;
  readonly daysPastDue: number;
  readonly asOf: string;
  /** Already counted in the balance. */
  readonly payments: readonly HistoricPayment[];
}

export interface ImportBatch {
  readonly id: string;
  readonly creditorId: string;
  /** SHA-256 of the file in hex: one batch for each file of a creditor. */
  readonly fileHash: string;
  readonly state: 'OPEN' | 'CLOSED';
  readonly stagedRows: number;
  /** The last row staged: an interrupted import goes on behind it. */
  readonly stagedThrough: number;
  readonly movedRows: number;
  readonly rejectedRows: number;
}

/** A row that could not become a debt, and the rule against it. */
export interface RejectedRow {
  readonly rowNo: number;
  readonly ruleId: string;
}

export interface MovedChunk {
  readonly moved: number;
  readonly rejected: readonly RejectedRow[];
  /** True when nothing is left in staging. */
  readonly isDone: boolean;
}
