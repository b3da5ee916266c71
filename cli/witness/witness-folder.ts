/**
 * The folder of a witness: its one key (mode 0600), the logs it trusts as a C2SP tlog-policy, and its state. A key is made
 * once and never replaced: whoever trusts the witness trusts that key.
 */
import path from 'node:path';
import { createCosignerKey, openCosigner } from '../../audit/log/cosigner';
import { FormatError } from '../../audit/log/format-error';
import { isKeyName } from '../../audit/log/note';
import { parseVkey, type VerifierKey } from '../../audit/log/note-key';
import { formatPolicy, NO_QUORUM, parsePolicy, type Policy } from '../../audit/log/policy';
import { createPrivateFile, exists, makeHome, readPrivateFile, replacePrivateFile } from '../../kernel/home';
import { StartError } from '../../kernel/start-error';
import { UsageError } from '../usage-error';

const KEY_FILE = 'witness.key';
const LOGS_FILE = 'logs.policy';

export interface WitnessFolder {
  readonly secret: string;
  readonly vkey: string;
  readonly logs: readonly VerifierKey[];
}

export async function createWitnessFolder(folder: string, name: string): Promise<void> {
  if (!isKeyName(name)) throw new UsageError('The name of a witness is empty or holds a space or +.', 'Use an address without scheme, for example witness.regulator.example/cession.');
  const file = path.join(folder, KEY_FILE);
  if (await exists(file)) throw new StartError(`${file} is there already.`, 'Another key would be another witness: use this one, or choose another folder.');
  await makeHome(folder);
  await createPrivateFile(path.join(folder, LOGS_FILE), formatLogs([]));
  await createPrivateFile(file, `${createCosignerKey(name).secret}\n`);
}

export async function openWitnessFolder(folder: string): Promise<WitnessFolder> {
  const file = path.join(folder, KEY_FILE);
  const text = await readPrivateFile(file);
  if (text === null) throw new StartError(`${folder} is not the folder of a witness: ${KEY_FILE} is not in it.`, 'Make one with `cession witness init`, or restore the folder from its backup.');
  const secret = text.trim();
  const { logs } = await readLogs(folder);
  try {
    return { secret, vkey: openCosigner(secret, () => new Date()).vkey, logs: logs.map(({ key }) => key) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StartError(`${file} does not hold the key of a witness.`, 'Restore it from its backup.');
  }
}

/** Adds a log, or a further key of one; a log known already is left as it is. */
export async function trustLog(folder: string, vkey: string): Promise<VerifierKey> {
  const policy = await readLogs(folder);
  const key = readVkey(vkey);
  if (policy.logs.some((log) => log.vkey === vkey)) return key;
  const text = formatLogs([...policy.logs.map((log) => log.vkey), vkey]);
  readPolicy(text, '--log');
  await replacePrivateFile(path.join(folder, LOGS_FILE), text);
  return key;
}

async function readLogs(folder: string): Promise<Policy> {
  const file = path.join(folder, LOGS_FILE);
  const text = await readPrivateFile(file);
  if (text === null) throw new StartError(`${folder} is not the folder of a witness: ${LOGS_FILE} is not in it.`, 'Make one with `cession witness init`, or restore the folder from its backup.');
  return readPolicy(text, file);
}

function readPolicy(text: string, from: string): Policy {
  try {
    return parsePolicy(Buffer.from(text, 'utf8'));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(`${from} cannot be used: ${error.message}.`, 'It is a C2SP tlog-policy with one line `log <vkey>` per trusted log.');
  }
}

function readVkey(vkey: string): VerifierKey {
  try {
    return parseVkey(vkey);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UsageError(`The key of the log cannot be read: ${error.message}.`, 'Give the line that `cession ledger key` prints (name+id+base64).');
  }
}

function formatLogs(vkeys: readonly string[]): string {
  const logs = vkeys.map((vkey) => ({ vkey, key: parseVkey(vkey), url: null }));
  return formatPolicy({ logs, witnesses: [], groups: [], quorum: NO_QUORUM }).toString('utf8');
}
