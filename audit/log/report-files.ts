/**
 * The files of the report in an export, in their order: counts for programs, pages for people, tables for spreadsheets. Only the
 * counts are ever read by a verifier, to hold them against the entries.
 */

const FOLDER = 'report/';
export const SUMMARY_FILE = `${FOLDER}summary.json`;
export const PAGE_FILES = { en: `${FOLDER}report.en.html`, zh: `${FOLDER}report.zh.html` } as const;
const REPORT_FILE = /^report\/(summary\.json|report\.(en|zh)\.html|entries(\.([2-9]|[1-9][0-9]{1,5}))?\.csv)$/;

export function isReportFile(name: string): boolean {
  return REPORT_FILE.test(name);
}

/** Of a table that is too long for one file, part `at` from 0. */
export function entriesFileName(at: number): string {
  return at === 0 ? 'entries.csv' : `entries.${at + 1}.csv`;
}

export function inReport(name: string): string {
  return FOLDER + name;
}
