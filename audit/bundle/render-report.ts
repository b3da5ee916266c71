/**
 * A verification report as text for people. Everything that came out of the export is cut and stripped of control
 * characters first: a report must not be a way to write to somebody's terminal.
 */
import { ASPECTS, type Finding, type Report, type Verdict } from '../log/verdict';
import { AGENCIES_TEXT, ASPECT_TEXTS, LABEL_TEXTS, OUTCOME_TEXTS, REASON_TEXTS, STATE_TEXTS, WITHHELD_TEXTS, type Language } from './report-texts';

const LONGEST_VALUE = 160;
/** The others are in the report as JSON: after a year there are hundreds. */
const LATEST_BOUNDS = 8;

/** Cut, and without anything that a terminal could take for more than a character. */
export function plain(value: string): string {
  const clean = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
  return clean.length <= LONGEST_VALUE ? clean : `${clean.slice(0, LONGEST_VALUE)}…`;
}

export function renderReport(report: Report, language: Language = 'en'): string {
  const label = (name: keyof typeof LABEL_TEXTS): string => LABEL_TEXTS[name][language];
  const lines = [OUTCOME_TEXTS[report.outcome][language], ''];
  const row = (name: keyof typeof LABEL_TEXTS, value: string | null): void => {
    if (value !== null) lines.push(`  ${label(name)}: ${value}`);
  };
  row('export', report.kind === null ? null : label(report.kind));
  for (const { stream, from, to } of report.streams) lines.push(`    ${plain(stream)} ${from}–${to}`);
  row('period', report.period === null ? null : `${report.period.from ?? label('fromOpen')} – ${report.period.until ?? label('untilOpen')}`);
  row('origin', report.origin === null ? null : plain(report.origin));
  row('tree', report.size === null ? null : `${report.size} ${label('entries')}, ${plain(report.root ?? '')}`);
  row('created', report.createdAt);
  row('requestedBy', report.requestedBy === null ? null : plain(report.requestedBy));
  row('mandate', report.mandate === null ? null : plain(report.mandate));
  row('key', report.vkey === null ? null : `${plain(report.vkey)} (${label(report.keyGiven ? 'keyGiven' : 'keyNamed')})`);
  row('disclosed', `${report.counts.disclosed} ${label('values')}, ${report.counts.entries} ${label('entries')}`);
  for (const [reason, count] of Object.entries(report.counts.withheld)) row('withheld', `${count} ${label('values')}, ${WITHHELD_TEXTS[reason]?.[language] ?? plain(reason)}`);
  row('erased', `${report.counts.erased} ${label('values')}`);
  row('missing', `${report.counts.missing} ${label('values')}`);
  for (const bounds of report.bounds.slice(-LATEST_BOUNDS)) row('bounds', `${label('entries')} ${bounds.first}–${bounds.last}: ${bounds.notBefore ?? '…'} – ${bounds.notAfter ?? '…'}`);
  for (const aspect of ASPECTS) lines.push('', ...renderVerdict(ASPECT_TEXTS[aspect][language], report[aspect], language));
  if (report.agencies.state !== 'not checked') lines.push('', ...renderVerdict(AGENCIES_TEXT[language], report.agencies, language));
  return `${lines.join('\n')}\n`;
}

export function renderVerdict(title: string, { state, reasons }: Verdict, language: Language): string[] {
  return [`${title}: ${STATE_TEXTS[state][language]}`, ...reasons.flatMap((reason) => renderFinding(reason, language))];
}

function renderFinding(finding: Finding, language: Language): string[] {
  const { code, file, index, expected, got, detail } = finding;
  const place = [file === undefined ? '' : plain(file), index === undefined ? '' : `${LABEL_TEXTS.entry[language]} ${index}`].filter((part) => part !== '');
  const lines = [`  ${REASON_TEXTS[code][language]} [${code}]`];
  if (place.length > 0) lines.push(`    → ${place.join(', ')}`);
  if (detail !== undefined) lines.push(`      ${plain(detail)}`);
  if (expected !== undefined) lines.push(`      ${LABEL_TEXTS.expected[language]}: ${plain(expected)}`);
  if (got !== undefined) lines.push(`      ${LABEL_TEXTS.got[language]}: ${plain(got)}`);
  return lines;
}
