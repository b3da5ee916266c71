/**
 * Access recomputed from an export alone: who could see what at a moment, and whether each disclosure in it stood on the right it
 * names. Watches the entries as they are verified; says nothing of an export that does not hold.
 */
import type { DisclosureRecord } from '../log/disclosure-record';
import type { ParsedEntry } from '../log/entry';
import type { EntryWatch } from '../log/entry-watch';
import type { Manifest } from '../log/manifest';
import { EXIT_CODES, type Report, type Verdict } from '../log/verdict';
import { readAccessEntry } from './access-entry';
import { tabulateAccess, type AccessQuestion, type AccessTable } from './access-table';
import { DISCLOSURE_TYPES, DisclosureCheck, type DisclosureCounts } from './disclosure-check';
import { ExportScope } from './export-scope';
import { Standing, STANDING_TYPES } from './standing';

export interface AccessReport extends Report {
  readonly access: Verdict & { readonly disclosures: DisclosureCounts; readonly table: AccessTable | null };
}

const NONE: DisclosureCounts = { covered: 0, notDecidable: 0, violations: 0 };

export class AccessHistory implements EntryWatch {
  readonly types: readonly string[] = [...STANDING_TYPES, ...DISCLOSURE_TYPES];
  private readonly standing = new Standing();
  private readonly disclosureTypes: ReadonlySet<string> = new Set(DISCLOSURE_TYPES);
  private scope: ExportScope | null = null;
  private check: DisclosureCheck | null = null;

  constructor(private readonly question: AccessQuestion) {}

  begin(manifest: Manifest): void {
    this.scope = new ExportScope(manifest);
    this.check = new DisclosureCheck(this.standing, this.scope);
  }

  accept(entry: ParsedEntry, record: DisclosureRecord): void {
    const read = readAccessEntry(entry, record);
    if (this.disclosureTypes.has(read.type)) this.check?.accept(read);
    else this.standing.accept(read);
  }

  /** The report of the export with what it shows of access; a disclosure without a right makes it broken. */
  addTo(report: Report): AccessReport {
    if (report.outcome === 'broken' || this.scope === null || this.check === null) {
      return { ...report, access: { state: 'not checked', reasons: [{ code: 'STOPPED_BEFORE' }], disclosures: NONE, table: null } };
    }
    const access = { ...this.check.verdict(), disclosures: this.check.counts, table: tabulateAccess(this.question, this.standing, this.scope) };
    return access.state === 'failed' ? { ...report, outcome: 'broken', exitCode: EXIT_CODES.broken, access } : { ...report, access };
  }
}
