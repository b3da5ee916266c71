/** `cession ledger fsck`: derives every hash, link, head, tile and checkpoint again from the stored bytes, beside a running hub. */
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import type { SelfCheckMark, SelfCheckReport } from '../audit/subgraph';
import { FsckPlace } from './fsck-place';
import { withLedger, type LedgerAccess } from './ledger-access';
import type { CommandLine } from './command-line';
import { EXIT } from './exit-code';
import { printJson } from './output';
import { openProgress } from './progress';
import { renderTable } from './table';

const load = createRequire(__filename);

interface CheckChoices {
  readonly json?: true;
  readonly fromStart?: true;
}

interface Checked extends SelfCheckReport {
  /** The first entry this run looked at, and the links before it. */
  readonly from: number;
  readonly linksBefore: number;
  /** When the run began that checked the entries before it. */
  readonly begunAt: string;
}

/** How much an interruption may cost. */
const KEEP_MS = 2_000;

export function addLedgerFsck(parent: Command, line: CommandLine): void {
  parent
    .command('fsck')
    .summary('check the stored ledger against its own bytes')
    .description(
      'Derives every hash, chain, link, stream head, tile, checkpoint, cosignature and time stamp again from the stored bytes and compares. Changes nothing in the database and locks nothing; may run beside a hub at work. An interrupted check goes on where it was and says what it covers: a byte of an earlier entry that was changed since is found by --from-start.',
    )
    .option('--from-start', 'check everything, even if an earlier check was interrupted')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExit codes: 0 everything holds, 1 something differs (it says what and where).')
    .action(async ({ json, fromStart }: CheckChoices) => {
      const checked = await withLedger(line, (ledger) => check(line, ledger, fromStart === true));
      line.exitCode = checked.difference === null ? EXIT.done : EXIT.differs;
      if (json) return printJson(line.output, { size: checked.size, from: checked.from, links: checked.mark.links - checked.linksBefore, ...(checked.from > 0 && { earlierCheckedSince: checked.begunAt }), difference: checked.difference });
      show(line, checked);
    });
}

async function check(line: CommandLine, { pool, signer, home }: LedgerAccess, isFromStart: boolean): Promise<Checked> {
  const { checkLedger, START_MARK } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  const { parseVkey } = load('../audit/log/note-key') as typeof import('../audit/log/note-key');
  const place = new FsckPlace(home, signer.vkey);
  const progress = openProgress(line.output, 'Checking');
  const { mark: from, begunAt } = (isFromStart ? null : await place.read()) ?? { mark: START_MARK, begunAt: new Date().toISOString() };
  if (from.next > 0) line.output.tell(`Going on at entry ${from.next}, where the last check was interrupted; --from-start checks everything.`);
  let keptAt = performance.now();
  const onProgress = async (mark: SelfCheckMark, total: number): Promise<void> => {
    progress.to(mark.next, total);
    const isOver = line.interruption().aborted;
    if (!isOver && performance.now() - keptAt < KEEP_MS) return;
    await place.keep({ mark, begunAt });
    keptAt = performance.now();
  };
  try {
    const report = await checkLedger({ pool, key: parseVkey(signer.vkey), from, signal: line.interruption(), onProgress });
    await place.forget();
    return { ...report, from: from.next, linksBefore: from.links, begunAt };
  } finally {
    progress.end();
  }
}

function show(line: CommandLine, { size, from, linksBefore, begunAt, mark, difference }: Checked): void {
  if (difference === null && from === 0) return line.output.print(`Everything holds: ${size} entries and ${mark.links} links were derived again from their bytes.`);
  if (difference === null) {
    const checked = from === size ? 'no entry was left to check' : `entries ${from} to ${size - 1} and their ${mark.links - linksBefore} links were derived again from their bytes`;
    return line.output.print(`Everything holds from entry ${from} on: ${checked}.\nEntries 0 to ${from - 1} held when the interrupted check, begun ${begunAt}, derived them; what was changed in them since, --from-start finds.`);
  }
  const { table, check: promise, at, expected, got } = difference;
  line.output.print(`The stored ledger contradicts itself.\n\n${renderTable(['', ''], [['promise', promise], ['table', table], ['place', at], ['expected', expected], ['got', got]])}`);
  line.output.print('\n→ Stop the hub, keep this database as it is, and compare with a backup and with exports that others hold.');
}
