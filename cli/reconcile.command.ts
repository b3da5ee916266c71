/** `cession reconcile`: both sides of every handover compared, and how long records wait for the ledger, room by room. */
import { createRequire } from 'node:module';
import { Option, type Command } from 'commander';
import type { OpenItems } from '../audit/subgraph';
import type { PreparedConfig } from '../kernel/config';
import { LANGUAGES, type Language } from '../schema/messages';
import type { CommandLine } from './command-line';
import { EXIT } from './exit-code';
import { printJson } from './output';
import { withPreparedHub } from './prepared-hub';
import { readRoomOutboxes, type RoomOutbox } from './room-outboxes';
import { reconcileText, type ReconcileText } from './reconcile-texts';
import { renderTable } from './table';

const load = createRequire(__filename);

interface ReconcileChoices {
  readonly json?: true;
  readonly language?: Language;
}

/** Of each list: a longer one is read page by page from the hub itself. */
const LISTED_MAX = 100;

interface Reconciled extends OpenItems {
  readonly outboxes: readonly RoomOutbox[];
}

export function addReconcile(program: Command, line: CommandLine): void {
  program
    .command('reconcile')
    .summary('compare what was handed to agencies with what they acknowledged')
    .description(
      'Reports shares without receipt, receipts without share, recalls without attestation and refusals by their place in the ledger, and for each room how long its oldest record has waited for the ledger. Changes nothing; may run beside a hub at work.',
    )
    .option('--json', 'print the result as JSON')
    .addOption(new Option('--language <language>', 'of the report').choices([...LANGUAGES]))
    .addHelpText('after', '\nExit codes: 0 nothing is overdue, 1 something is overdue or does not match.')
    .action(async ({ json, language = line.language }: ReconcileChoices) => {
      const reconciled = await withPreparedHub(line, async ({ config }) => ({ ...(await readLedger(config)), outboxes: await readRoomOutboxes(config) }));
      line.exitCode = isOverdue(reconciled) ? EXIT.differs : EXIT.done;
      if (json) printJson(line.output, reconciled);
      else line.output.print(render(reconciled, language));
    });
}

async function readLedger(config: PreparedConfig): Promise<OpenItems> {
  const { AUDIT_DATABASE, readOpenItems } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  const { openRoomDatabase } = load('../kernel/database/room-database') as typeof import('../kernel/database/room-database');
  const database = await openRoomDatabase(config, AUDIT_DATABASE);
  try {
    return await readOpenItems(database.worker, LISTED_MAX);
  } finally {
    await database.close();
  }
}

function isOverdue({ counts, outboxes }: Reconciled): boolean {
  return counts.sharesOverdue > 0 || counts.receiptsWithoutShare > 0 || counts.recallsOverdue > 0 || outboxes.some(({ overdue }) => overdue);
}

interface Section {
  readonly title: ReconcileText;
  readonly head: readonly ReconcileText[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** How many there are in all; the rows are the oldest of them. */
  readonly total: number;
}

const instant = (at: Date | null): string => at?.toISOString() ?? '';

function sectionsOf(reconciled: Reconciled): readonly Section[] {
  const { counts, sharesWithoutReceipt, receiptsWithoutShare, recallsWithoutAttestation, refusals } = reconciled;
  return [
    {
      title: 'sharesWithoutReceipt',
      head: ['entry', 'agency', 'released', 'payloadHash'],
      rows: sharesWithoutReceipt.map(({ index, agencyId, releasedAt, payloadHash }) => [index, agencyId, instant(releasedAt), payloadHash]),
      total: counts.sharesWithoutReceipt,
    },
    {
      title: 'receiptsWithoutShare',
      head: ['entry', 'agency', 'fault', 'namesEntry', 'payloadHash'],
      rows: receiptsWithoutShare.map(({ index, agencyId, fault, shareIndex, payloadHash }) => [index, agencyId, fault, shareIndex, payloadHash]),
      total: counts.receiptsWithoutShare,
    },
    {
      title: 'recallsWithoutAttestation',
      head: ['entry', 'agency', 'placement', 'attestBy'],
      rows: recallsWithoutAttestation.map(({ dueIndex, agencyId, placementId, attestBy }) => [dueIndex, agencyId, placementId, instant(attestBy)]),
      total: counts.recallsWithoutAttestation,
    },
    {
      title: 'refusals',
      head: ['entry', 'room', 'rule', 'count', 'since'],
      rows: refusals.map(({ index, room, ruleId, count, since }) => [index, room, ruleId, count, instant(since)]),
      total: refusals.length,
    },
    { title: 'oldestWaiting', head: ['room', 'oldestWaiting'], rows: reconciled.outboxes.map(({ room, seconds }) => [room, Math.floor(seconds)]), total: reconciled.outboxes.length },
  ];
}

const COUNTED = ['shares', 'sharesWithoutReceipt', 'sharesOverdue', 'receiptsWithoutShare', 'recallsWithoutAttestation', 'recallsOverdue', 'refusals'] as const;

function render(reconciled: Reconciled, language: Language): string {
  const say = (name: ReconcileText, values?: Readonly<Record<string, number>>): string => reconcileText(name, language, values);
  const { asOfIndex, size, counts } = reconciled;
  const lines = [say('asOf', { index: asOfIndex, size }), ...(asOfIndex + 1 < size ? [say('behind')] : []), renderTable(['', ''], COUNTED.map((name) => [say(name), counts[name]]))];
  for (const { title, head, rows, total } of sectionsOf(reconciled)) {
    if (rows.length === 0) continue;
    lines.push('', `${say(title)}:`, renderTable(head.map((name) => say(name)), rows));
    if (total > rows.length) lines.push(say('more', { count: total - rows.length }));
  }
  return [...lines, '', say(isOverdue(reconciled) ? 'overdue' : 'nothingOverdue')].join('\n');
}
