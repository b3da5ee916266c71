/**
 * What the tour does on this machine instead of through the gateway, each as the command a person would type: the import, the
 * ledger's key, and the offline verification. Given to the steps, so that they hold nothing but the story.
 */
import type { Report } from '../../audit/log/verdict';
import type { StreamName } from '../../schema/vocabulary';

export interface ImportTold {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly skipped: number;
  /** null: nobody appended within the time that was waited. */
  readonly ledgerIndex: number | null;
}

export interface TourWitness {
  readonly url: string;
  submit(checkpoint: string): Promise<{ readonly status: number; readonly text: string }>;
}

export interface LocalWork {
  /** A small generated portfolio for the creditor of this tour. */
  importPortfolio(): Promise<{ readonly command: string; readonly told: ImportTold }>;
  /** The verifier key, from somewhere else than the export. */
  readLedgerKey(): Promise<string>;
  verify(file: string, vkey: string): Promise<Report>;
  /** An operator's export of one stream. */
  exportStream(stream: StreamName, name: string): Promise<string>;
  /** A witness of its own that trusts the log of this key, as long as `work` runs; `submit` is its add-checkpoint over HTTP. */
  withWitness(vkey: string, work: (witness: TourWitness) => Promise<void>): Promise<void>;
  /** Keeps bytes under a name in the tour's own folder; answers with the path. */
  keep(name: string, bytes: Buffer): Promise<string>;
  read(file: string): Promise<Buffer>;
  /** The parties that exist before the tour begins. */
  readonly creditorId: string;
  readonly regulatorId: string;
}
