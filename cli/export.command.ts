/**
 * `cession export`: the operator's own export of the ledger to a file: all of it, or one stream and a period of it. Exports for
 * a regulator are requested through the hub, where they are entries; this one is made beside it.
 */
import { createRequire } from 'node:module';
import { rm } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { StartError } from '../kernel/start-error';
import { idPrefix } from '../schema/ids';
import { STREAM_KINDS, type StreamName } from '../schema/vocabulary';
import { withLedger } from './ledger-access';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { parseFrom, parseUntil } from './period';
import { openProgress } from './progress';
import { renderTable } from './table';
import { UsageError } from './usage-error';

const load = createRequire(__filename);

interface ExportChoices {
  readonly out: string;
  readonly stream?: StreamName;
  readonly from?: Date;
  readonly to?: Date;
  readonly json?: true;
}

export function addExport(parent: Command, line: CommandLine): void {
  parent
    .command('export')
    .summary('write the ledger, or a stream of it, to a file')
    .description('Writes an export that `cession verify` checks offline: the whole ledger, or one stream of it or a period of that, which reveals nothing of any other. Either proves that nothing is missing, and that there is nothing.')
    .requiredOption('--out <file>', 'where to; replaced when it is there')
    .option('--stream <stream>', 'one stream only, for example agency:agency_… or debt:debt_…', parseStream)
    .option('--from <when>', 'of a stream: not before this day or instant', parseFrom)
    .option('--to <when>', 'of a stream: up to this day, or before this instant', parseUntil)
    .option('--json', 'print what was written as JSON')
    .action(async (choices: ExportChoices) => writeOut(line, choices));
}

function parseStream(text: string): StreamName {
  const [kind = '', ...rest] = text.split(':');
  const id = rest.join(':');
  const isKnown = (STREAM_KINDS as readonly string[]).includes(kind) && id !== '' && (kind === 'source' || idPrefix(id) !== null);
  if (!isKnown) throw new InvalidArgumentError(`A stream is a kind and an id, for example agency:agency_…; the kinds are ${STREAM_KINDS.join(', ')}.`);
  return text as StreamName;
}

async function writeOut(line: CommandLine, { out, json, ...choices }: ExportChoices): Promise<void> {
  const [stream, from, to] = [choices.stream ?? null, choices.from ?? null, choices.to ?? null];
  if (stream === null && (from !== null || to !== null)) throw new UsageError('--from and --to choose a part of a stream; a whole ledger has no part that proves itself.', 'Add --stream, or leave the period out.');
  if (from !== null && to !== null && from >= to) throw new UsageError('--from is not before --to.', 'Exchange the two.');
  const { writeExport } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  const progress = openProgress(line.output, 'Exporting');
  const written = await withLedger(line, ({ pool, signer, policy }) =>
    writeExport({ pool, signer, policy, clock: () => new Date(), onProgress: ({ done, total }) => progress.to(done, total) }, { stream, from, until: to, mandate: null, requestedBy: null }, out),
  ).finally(() => progress.end());
  if (written.entries === 0 && !written.isComplete) {
    await rm(written.file, { force: true });
    throw new StartError('There is no entry in this stream and period as of the last checkpoint, and no heads entry that would prove it, so nothing was written.', 'Start the hub: it writes one before its next checkpoint.');
  }
  if (json) return printJson(line.output, written);
  const { file, treeSize, entries, bytes, sha256 } = written;
  line.output.print(renderTable(['', ''], [['file', file], ['entries', `${entries} of a ledger of ${treeSize}`], ['proves', provenBy(written)], ...cosignedRow(written), ['bytes', String(bytes)], ['SHA-256', sha256]]).trimStart());
  line.output.print(`\nCheck it anywhere:  cession verify ${file} --key "<what cession ledger key prints>"\nRead it:            cession report ${file} --out ${file}-report`);
}

function provenBy({ entries, isComplete }: { readonly entries: number; readonly isComplete: boolean }): string {
  if (!isComplete) return 'the entries; not that there are no later ones';
  return entries === 0 ? 'that there is none' : 'that none is missing';
}

function cosignedRow({ isCosigned, newerEntries }: { readonly isCosigned: boolean | null; readonly newerEntries: number }): string[][] {
  if (isCosigned === null) return [];
  const since = newerEntries === 0 ? '' : `; ${newerEntries} newer entries are not under it, for they are not cosigned yet`;
  return [['cosigned', isCosigned ? `by every witness of this hub${since}` : 'not by every witness of this hub: a policy may ask for more']];
}
