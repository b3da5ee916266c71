/**
 * `cession verify`: tells whether an export is what it claims to be. Needs no hub, no database, no network and no settings;
 * never says "verified" unless the key came from somewhere else than the export.
 */
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Command, Option } from 'commander';
import { AccessHistory } from '../audit/access/access-history';
import { renderReport } from '../audit/bundle/render-report';
import { LANGUAGES, type Language } from '../audit/bundle/report-texts';
import { verifyBundle } from '../audit/bundle/verify-bundle';
import { FormatError } from '../audit/log/format-error';
import { parseVkey } from '../audit/log/note-key';
import { parsePolicy } from '../audit/log/policy';
import type { StampVerifier } from '../audit/log/timestamp-file';
import type { Report } from '../audit/log/verdict';
import { renderAccess } from './access-report';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { parseFrom } from './period';
import { openProgress } from './progress';
import { UsageError } from './usage-error';

const load = createRequire(__filename);

interface VerifyChoices {
  readonly key?: string;
  readonly atLeast?: string;
  readonly policy?: string;
  readonly timestampCa?: string;
  readonly heads?: true;
  readonly accessAt?: Date;
  readonly stream?: string;
  readonly json?: true;
  readonly language?: Language;
}

/** A checkpoint is a few hundred bytes; sixteen cosignatures make it a few thousand. */
const CHECKPOINT_BYTES_MAX = 1024 * 1024;
const POLICY_BYTES_MAX = 1_000_000;
const ACCESS_STREAM = /^(borrower|agency):[\x21-\x7e]{1,120}$/;
const VKEY = /^\S+\+[0-9a-f]{8}\+\S+$/;

export function addVerify(parent: Command, line: CommandLine): void {
  parent
    .command('verify')
    .summary('check an export offline')
    .description('Checks an export offline: bytes, hashes, chain, tree, signatures, streams and disclosures, each with its own verdict.')
    .argument('<file>', 'the export')
    .option('--key <vkey>', "the ledger's verifier key, or a file that holds it, obtained from somewhere else than the export")
    .option('--at-least <file>', 'a checkpoint of the same ledger that you saw earlier: the export must contain it')
    .option('--policy <file>', 'a C2SP tlog-policy: which logs you accept and which witnesses have to have cosigned')
    .option('--timestamp-ca <file>', 'certificates in PEM of the time-stamping authorities you trust (RFC 3161)')
    .option('--heads', 'of a whole ledger: also derive what its heads entries commit to; takes some 30 µs and 350 bytes of memory a stream')
    .option('--access-at <time>', 'also recompute from the entries who could see which data at this time (a day of UTC or an instant), and check each disclosure', parseFrom)
    .option('--stream <stream>', 'with --access-at: whose data, borrower:<id>, or through whom, agency:<id>')
    .addOption(new Option('--language <language>', 'of the report').choices([...LANGUAGES]))
    .option('--json', 'print the report as JSON')
    .addHelpText('after', '\nExit codes: 0 verified against the given key or policy, 1 broken, against the policy, with a disclosure that no right covers, or a statement that its agency did not sign (the report says where), 2 consistent but origin not trusted.\n\nExample:\n  cession verify october.cession --key "$(cat ledger-key.txt)" --at-least september.checkpoint\n  cession verify october.cession --key ledger-key.txt --access-at 2026-10-15T09:00:00Z --stream borrower:borrower_…')
    .action(async (file: string, choices: VerifyChoices) => {
      const history = openHistory(choices);
      const verified = await verifyFile(line, file, choices, history);
      const withAccess = history?.addTo(verified) ?? null;
      const report = withAccess ?? verified;
      const language = choices.language ?? line.language;
      if (choices.json) printJson(line.output, report);
      else line.output.print(renderReport(report, language).trimEnd() + (withAccess === null ? '' : `\n\n${renderAccess(withAccess, language)}`));
      line.exitCode = report.exitCode;
    });
}

function openHistory({ accessAt, stream }: VerifyChoices): AccessHistory | null {
  if (accessAt === undefined && stream === undefined) return null;
  if (accessAt === undefined || stream === undefined || !ACCESS_STREAM.test(stream)) {
    throw new UsageError('--access-at and --stream go together, and the stream is borrower:<id> or agency:<id>.', 'For example: --access-at 2026-11-21T08:00:00Z --stream borrower:borrower_0123456789abcdefghijklmnop');
  }
  return new AccessHistory({ at: accessAt.toISOString(), stream });
}

/** What `choices` name from outside is read first; a mistake in it is the caller's, not the export's. */
export async function verifyFile({ output }: CommandLine, file: string, { key, atLeast, policy, timestampCa, heads }: VerifyChoices, history: AccessHistory | null): Promise<Report> {
  if (!(await stat(file)).isFile()) throw new UsageError(`${file} is not a file.`, 'Name the export that `cession export` wrote or that was downloaded.');
  const vkey = key === undefined ? null : await readVkey(key);
  const known = atLeast === undefined ? null : await readCheckpoint(atLeast);
  const rules = policy === undefined ? null : await readPolicy(policy);
  const verifyStamp = timestampCa === undefined ? null : await readAuthorities(timestampCa);
  const progress = openProgress(output, 'Verifying');
  try {
    return await verifyBundle(file, {
      ...(heads === true && { derivesHeads: true }),
      ...(vkey !== null && { vkey }),
      ...(known !== null && { atLeast: known }),
      ...(rules !== null && { policy: rules }),
      ...(verifyStamp !== null && { verifyStamp }),
      ...(history !== null && { watch: history }),
      now: new Date(),
      onProgress: ({ entries, total }) => progress.to(entries, total),
    });
  } catch (error) {
    // The key was read before, so what cannot be read is the checkpoint: a mistake of the caller, not of the export.
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(`${atLeast ?? 'The checkpoint'} is not a checkpoint: ${error.message}.`, 'Give the file `checkpoint` of this ledger as you saw it earlier, or the one inside an earlier export.');
  } finally {
    progress.end();
  }
}

async function readVkey(given: string): Promise<string> {
  const isFile = !VKEY.test(given.trim()) && (await stat(given).then((found) => found.isFile() && found.size <= CHECKPOINT_BYTES_MAX, () => false));
  const vkey = (isFile ? await readFile(given, 'utf8') : given).trim();
  try {
    parseVkey(vkey);
    return vkey;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(`--key is not a verifier key: ${error.message}.`, 'Give the line that `cession ledger key` prints (name+id+base64), or a file that holds it.');
  }
}

async function readPolicy(file: string): Promise<Buffer> {
  const { size } = await stat(file);
  const bytes = size > POLICY_BYTES_MAX ? null : await readFile(file);
  try {
    if (bytes === null) throw new FormatError('POLICY_MALFORMED', 'the file is too long');
    parsePolicy(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(`${file} is not a policy: ${error.message}.`, 'Write it by C2SP tlog-policy: lines `log <vkey>`, `witness <name> <vkey>`, `group <name> all|any|<k> <names…>`, and one `quorum <name>|none`.');
  }
}

async function readAuthorities(file: string): Promise<StampVerifier> {
  const { size } = await stat(file);
  if (size > CHECKPOINT_BYTES_MAX) throw new UsageError(`${file} is too large for a file of certificates.`, 'Give the root certificates of the authorities, in PEM.');
  // ASN.1 and certificates are needed by this option only.
  const { openStampVerifier } = load('../audit/time/stamp-verifier') as typeof import('../audit/time/stamp-verifier');
  try {
    return openStampVerifier(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as Error).name !== 'StampRefusal') throw error;
    throw new UsageError(`${file} cannot be used: ${(error as Error).message}.`, 'Give the root certificates of the authorities, in PEM.');
  }
}

async function readCheckpoint(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > CHECKPOINT_BYTES_MAX) throw new UsageError(`${file} is too large to be a checkpoint.`, 'Give the file `checkpoint` of a ledger, or the one inside an earlier export.');
  return readFile(file, 'utf8');
}
