/**
 * A signer outside this process: a command gets the bytes to be signed on its standard input and answers the signature in
 * base64 on its standard output, for example in front of a key-management service. The key is never here. An answer is believed
 * only if it verifies: a command with another key could otherwise publish what nobody can check.
 */
import { execFile } from 'node:child_process';
import { commandEnvironment } from '../../kernel/config';
import { HubError } from '../../kernel/errors';
import type { SignCommandConfig } from '../../kernel/ledger-config';
import { StartError } from '../../kernel/start-error';
import { FormatError } from '../log/format-error';
import { decodeBase64 } from '../log/note';
import { parseVkey, type VerifierKey } from '../log/note-key';
import type { LedgerSigner } from './ledger-signer';

/** A service across a network answers in a tenth of it; what takes longer hangs. */
export const SIGN_TIMEOUT_MS = 10_000;
/** A signature has some hundred characters, with post-quantum algorithms some thousand. */
const ANSWER_BYTES_MAX = 65_536;

export function openCommandSigner(origin: string, { command, vkey }: SignCommandConfig, timeoutMs = SIGN_TIMEOUT_MS): LedgerSigner {
  const key = readKey(vkey);
  if (key.name !== origin) throw new StartError('CESSION_LEDGER_VKEY names another origin than this ledger has.', 'Give the verifier key under the name of CESSION_LEDGER_ORIGIN.');
  return {
    name: key.name,
    keyId: key.keyId,
    vkey,
    async sign(text) {
      const signature = readAnswer(await run(command, text, timeoutMs));
      if (signature === null || !key.verify(text, signature)) throw failed('did not answer the signature of this ledger’s key');
      return signature;
    },
  };
}

function readKey(vkey: string): VerifierKey {
  try {
    return parseVkey(vkey);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StartError(`CESSION_LEDGER_VKEY is not a verifier key: ${error.message}.`, 'Give it as name+id+base64 (C2SP signed-note).', error);
  }
}

/** Only the text and one line end: a command that prints anything else is not the one that was meant. */
function readAnswer(answer: Buffer): Buffer | null {
  return decodeBase64(answer.toString('latin1').replace(/\n$/, ''));
}

/** Without a shell, so that nothing in a path or argument is read as a command. */
function run(command: readonly string[], text: string, timeout: number): Promise<Buffer> {
  const [file = '', ...arguments_] = command;
  return new Promise((resolve, reject) => {
    const options = { timeout, killSignal: 'SIGKILL', maxBuffer: ANSWER_BYTES_MAX, encoding: 'buffer', env: commandEnvironment(), windowsHide: true } as const;
    const child = execFile(file, arguments_, options, (error, stdout) => (error === null ? resolve(stdout) : reject(whyFailed(error))));
    // A command that ends without reading is told by its exit code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(text);
  });
}

/** Never with what the command printed: it may quote a credential. */
function whyFailed({ code, killed }: Error & { readonly code?: unknown; readonly killed?: boolean }): HubError {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return failed('answered more than any signature is long');
  if (killed === true) return failed('did not answer in time');
  return failed(typeof code === 'number' ? `ended with exit code ${code}` : `could not be run (${String(code)})`);
}

function failed(how: string): HubError {
  return new HubError('UNAVAILABLE', `The command that signs for the ledger ${how}.`);
}
