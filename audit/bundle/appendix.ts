/**
 * What an export holds after its entries: made while they pass, added when the last one has. The container knows no more of it
 * than the parts it is announced by.
 */
import type { DisclosureRecord } from '../log/disclosure-record';
import type { AppendedPart, ExportFile } from '../log/export-files';
import type { Manifest } from '../log/manifest';

export interface Appendix {
  /** Which parts the manifest has to announce, in the order of APPENDED_PARTS. */
  readonly parts: readonly AppendedPart[];
  /** The next entry, and what the export shows of it. */
  accept(bytes: Buffer, record: DisclosureRecord): Promise<void>;
  /** In the order in which a verifier expects them. */
  members(manifest: Manifest): AsyncIterable<ExportFile>;
}
