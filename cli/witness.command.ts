/**
 * `cession witness`: a witness that a regulator runs on a machine of his own. It needs no database, no settings and no hub; what
 * it cosigned once, no ledger can take back without being found.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { originHash } from '../audit/log/add-checkpoint';
import { parseCheckpointClaim } from '../audit/log/checkpoint';
import { parseNote } from '../audit/log/note';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { renderTable } from './table';
import { Witness } from './witness/witness';
import { createWitnessFolder, openWitnessFolder, trustLog } from './witness/witness-folder';
import { serveWitness } from './witness/witness-server';
import { openWitnessStore } from './witness/witness-store';

interface JsonChoice {
  readonly json?: true;
}
interface InitChoices extends JsonChoice {
  readonly name: string;
  readonly log: readonly string[];
}
interface ServeChoices extends JsonChoice {
  readonly host: string;
  readonly port: number;
  readonly prefix: string;
}

const DEFAULT_HOST = '127.0.0.1';
/** Beside the gateway's 4000 and its rooms. */
const DEFAULT_PORT = 4080;

export function addWitness(group: Command, line: CommandLine): void {
  addInit(group, line);
  addTrust(group, line);
  addKey(group, line);
  addServe(group, line);
  addStatus(group, line);
}

function addInit(group: Command, line: CommandLine): void {
  group
    .command('init')
    .summary('make a witness: its folder and its key')
    .description('Makes the folder of a witness with a new key (mode 0600), and prints its verifier key: hubs are told it in CESSION_WITNESSES, examiners in their policy.')
    .argument('<folder>', 'where the witness keeps its key and state')
    .requiredOption('--name <name>', 'of the witness, an address without scheme, for example witness.regulator.example/cession')
    .option('--log <vkey>', 'a ledger to witness; may be given several times', (vkey: string, others: readonly string[]) => [...others, vkey], [])
    .option('--json', 'print as JSON')
    .action(async (folder: string, { name, log, json }: InitChoices) => {
      await createWitnessFolder(folder, name);
      for (const vkey of log) await trustLog(folder, vkey);
      await printKey(line, folder, json);
    });
}

function addTrust(group: Command, line: CommandLine): void {
  group
    .command('trust')
    .summary('witness a further ledger')
    .description('Adds a ledger, or a further key of one after a rotation, to those the witness cosigns. Takes effect when `serve` is started again.')
    .argument('<folder>', 'of the witness')
    .argument('<vkey>', 'what `cession ledger key` prints on that hub')
    .action(async (folder: string, vkey: string) => {
      const { name } = await trustLog(folder, vkey);
      line.output.print(`${name} is witnessed from the next start on.`);
    });
}

function addKey(group: Command, line: CommandLine): void {
  group
    .command('key')
    .summary('print the verifier key of the witness')
    .description('Prints the verifier key of the witness (C2SP form: name+id+base64).')
    .argument('<folder>', 'of the witness')
    .option('--json', 'print key, name and logs as JSON')
    .action(async (folder: string, { json }: JsonChoice) => printKey(line, folder, json));
}

async function printKey({ output }: CommandLine, folder: string, json: true | undefined): Promise<void> {
  const { vkey, logs } = await openWitnessFolder(folder);
  if (json) printJson(output, { vkey, logs: logs.map(({ name }) => name) });
  else output.print(vkey);
}

function addServe(group: Command, line: CommandLine): void {
  group
    .command('serve')
    .summary('cosign checkpoints over HTTP')
    .description('Serves C2SP tlog-witness: POST <prefix>/add-checkpoint, and GET <prefix>/<SHA-256 of origin>/checkpoint for monitors. Put TLS in front when the network is not yours.')
    .argument('<folder>', 'of the witness')
    .option('--host <host>', 'interface', DEFAULT_HOST)
    .option('--port <port>', '0: any free one', parsePort, DEFAULT_PORT)
    .option('--prefix <path>', 'before both paths', parsePrefix, '')
    .option('--json', 'print address and key as JSON')
    .action(async (folder: string, choices: ServeChoices) => serve(line, folder, choices));
}

async function serve(line: CommandLine, folder: string, { json, ...address }: ServeChoices): Promise<void> {
  const { output } = line;
  const interruption = line.interruption();
  const { secret, logs } = await openWitnessFolder(folder);
  const witness = new Witness({ secret, logs, store: openWitnessStore(folder), clock: () => new Date() });
  const served = await serveWitness(witness, address, (error) => output.tell(`A checkpoint could not be cosigned: ${describe(error)}`));
  if (json) printJson(output, { url: served.url, vkey: witness.vkey, logs: logs.map(({ name }) => name) });
  else output.print(`Witnessing ${logs.length === 1 ? 'one ledger' : `${logs.length} ledgers`} at ${served.url} as ${witness.vkey}`);
  if (!interruption.aborted) await new Promise((resolve) => interruption.addEventListener('abort', resolve, { once: true }));
  await served.stop();
}

/** The file system's codes say enough; its messages would name paths to whoever reads the output. */
function describe(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown reason');
}

function addStatus(group: Command, line: CommandLine): void {
  group
    .command('status')
    .summary('show what was cosigned last')
    .description('Shows for each ledger the size and root of the largest checkpoint that this witness cosigned.')
    .argument('<folder>', 'of the witness')
    .option('--json', 'print as JSON')
    .action(async (folder: string, { json }: JsonChoice) => {
      const { logs } = await openWitnessFolder(folder);
      const store = openWitnessStore(folder);
      const rows = [];
      for (const origin of new Set(logs.map(({ name }) => name))) {
        const stored = await store.read(originHash(origin));
        const state = stored === null ? null : parseCheckpointClaim(parseNote(stored.note).text);
        rows.push({ origin, size: state?.size ?? null, root: state?.root.toString('base64') ?? null });
      }
      if (json) return printJson(line.output, rows);
      line.output.print(renderTable(['ledger', 'size', 'root'], rows.map(({ origin, size, root }) => [origin, size === null ? 'nothing yet' : String(size), root ?? ''])).trimStart());
    });
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
}

function parsePrefix(text: string): string {
  const prefix = text.replace(/^\/+|\/+$/g, '');
  if (/^[A-Za-z0-9._~/-]*$/.test(prefix)) return prefix;
  throw new InvalidArgumentError('A prefix is a path of letters, digits and . _ ~ / -.');
}
