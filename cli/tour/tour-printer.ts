/** Shows a tour to a person as it goes: who asks what, what came back, on which ledger index, and whether it was as expected. */
import { renderCompactJson } from '../compact-json';
import type { Output } from '../output';
import { renderTable } from '../table';
import { endpointOf } from './hub-client';
import type { CallerName, Exchange, StepReport } from './step';

export interface TourPrinter {
  begin(position: number, count: number, title: string): void;
  exchange(exchange: Exchange): void;
  claim(claim: string, holds: boolean): void;
  end(report: StepReport): void;
}

/** For `--json`: the reports are printed when the tour is over. */
export const SILENT_PRINTER: TourPrinter = { begin: () => undefined, exchange: () => undefined, claim: () => undefined, end: () => undefined };

const SPEAKERS: Readonly<Record<CallerName, string>> = {
  operator: `the creditor's operator → POST ${endpointOf('INTERNAL')}`,
  agency: `the agency → POST ${endpointOf('PARTNER')}`,
  otherAgency: `another agency → POST ${endpointOf('PARTNER')}`,
  regulator: `the regulator → POST ${endpointOf('REGULATOR')}`,
};

/** Characters of a line of JSON: what a terminal of usual width shows without wrapping. */
const WIDTH = 108;
/** An answer longer than this says nothing more to a person. */
const ANSWER_LINES_MAX = 40;

export function tourPrinter(output: Output): TourPrinter {
  return {
    begin: (position, count, title) => output.print(`\n━━ ${position}/${count}  ${title}`),
    exchange: (exchange) => output.print(renderExchange(exchange)),
    claim: (claim, holds) => output.print(`  ${holds ? '✓' : '✗'} ${claim}`),
    end: ({ problem }) => {
      if (problem !== null) output.print(`  ✗ ${problem}`);
    },
  };
}

function renderExchange({ caller, asked, variables, purpose, status, answer, ledgerIndex }: Exchange): string {
  const speaker = caller === null ? 'on this machine' : asked.startsWith('GET ') ? SPEAKERS[caller].replace(/ → .*/, '') : SPEAKERS[caller];
  const lines = [`  ${speaker}${purpose === undefined ? '' : `   x-purpose: ${purpose}`}`, indent(asked.trim(), '    ')];
  if (variables !== undefined && Object.keys(variables).length > 0) lines.push(indent(`variables ${renderCompactJson(variables, WIDTH)}`, '    '));
  const index = ledgerIndex === null ? '' : `   ledger index ${ledgerIndex}`;
  lines.push(`  ←${status === undefined ? '' : ` HTTP ${status}`}${index}`, indent(shorten(answer), '    '));
  return lines.join('\n');
}

function shorten(answer: unknown): string {
  const text = typeof answer === 'string' ? answer : renderCompactJson(answer, WIDTH);
  const lines = text.split('\n');
  return lines.length <= ANSWER_LINES_MAX ? text : [...lines.slice(0, ANSWER_LINES_MAX), `… ${lines.length - ANSWER_LINES_MAX} more lines`].join('\n');
}

function indent(text: string, by: string): string {
  return text.replaceAll(/^/gm, by);
}

export function renderClosing(reports: readonly StepReport[]): string {
  return renderTable(
    ['', 'step', 'ledger index', 'outcome'],
    reports.map(({ title, outcome, ledgerIndex }, position) => [position + 1, title, ledgerIndex === null ? '—' : String(ledgerIndex), `${outcome === 'as expected' ? '✓' : '✗'} ${outcome}`]),
  );
}
