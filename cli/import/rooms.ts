/** The two rooms an import writes to, as the import needs them; each room implements its part behind its own door. */
import type { Pool } from 'pg';
import type { KeyStore } from '../../kernel/vault/key-store';
import type { PortfolioDebt } from './portfolio-row';

export interface RoomTools {
  readonly worker: Pool;
  readonly keyStore: KeyStore;
}

export interface ImportRooms {
  readonly borrowers: RoomTools;
  readonly debts: RoomTools;
}

export interface DebtBatch {
  readonly batchId: string;
  readonly creditorId: string;
  readonly isClosed: boolean;
}

export interface DebtToStage extends PortfolioDebt {
  readonly rowNo: number;
  readonly borrowerId: string;
}

export interface ImportCounts {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
}

/** What the debts room does for an import. */
export interface DebtsImport {
  /** The batch of this file, opened now or before; one per creditor and file. */
  openBatch(tools: RoomTools, file: { readonly creditorId: string; readonly fileHash: Buffer }): Promise<DebtBatch>;
  /** Rows staged before are left as they are. */
  stageDebts(tools: RoomTools, batch: DebtBatch, debts: readonly DebtToStage[]): Promise<void>;
  /** How many debts moved, with their ledger records; 0 when none is left. */
  moveChunk(tools: RoomTools, batch: DebtBatch): Promise<number>;
  /** Records that the portfolio was imported, once. */
  closeBatch(tools: RoomTools, batch: DebtBatch, counts: ImportCounts): Promise<void>;
}
