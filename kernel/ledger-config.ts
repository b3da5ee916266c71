/**
 * The settings of the ledger: its name, who signs for it, who attests it, and how long its parts wait. Read from the variables
 * that config.ts hands over; refuses by adding to their list of problems.
 */
import { FormatError } from '../audit/log/format-error';
import { parseVkey } from '../audit/log/note-key';
import { parseHttpUrl, type Environment } from './environment';
import type { Secret } from './secret';

/** Milliseconds between signed checkpoints: what a verifier may lag behind the head. */
export const DEFAULT_CHECKPOINT_INTERVAL_MS = 1_000;
/** Milliseconds between time stamps of checkpoints: public authorities ask not to be asked more often. */
export const DEFAULT_TIMESTAMP_INTERVAL_MS = 600_000;
/** Milliseconds from one check of the whole stored ledger to the next: what was changed behind its back shows within a day. */
export const DEFAULT_SELF_CHECK_INTERVAL_MS = 86_400_000;
/** Milliseconds a follower may go without confirming the head before gates refuse (DESIGN: 2 s). */
export const DEFAULT_FOLLOWER_BOUND_MS = 2_000;
/** Milliseconds an answer waits for its ledger receipt before LEDGER_UNAVAILABLE or `pending: true`. */
export const DEFAULT_RECEIPT_DEADLINE_MS = 2_000;
/** Origin line of checkpoints; part of every signature, so it cannot change once the ledger exists. */
export const DEFAULT_LEDGER_ORIGIN = 'cession.local/ledger';

/** Somebody who cosigns checkpoints; see `cession witness`. */
export interface WitnessConfig {
  /** C2SP verifier key of signature type 0x04. */
  readonly vkey: string;
  readonly url: string;
}

/** A command that signs in the hub's place, and the verifier key of what it signs. */
export interface SignCommandConfig {
  /** Program and arguments; run without a shell. */
  readonly command: readonly string[];
  readonly vkey: string;
}

export interface LedgerConfig {
  readonly origin: string;
  /** A PEM text or the path of a PEM file; null: the key kept in the home folder. */
  readonly key: Secret | null;
  /** Set: no private key of the ledger is in this process. */
  readonly signCommand: SignCommandConfig | null;
  readonly checkpointIntervalMs: number;
  readonly witnesses: readonly WitnessConfig[];
  /** An RFC 3161 authority; null: checkpoints are not stamped. */
  readonly timestampUrl: string | null;
  readonly timestampIntervalMs: number;
  readonly selfCheckIntervalMs: number;
  readonly followerBoundMs: number;
  readonly receiptDeadlineMs: number;
}

export function readLedger(from: Environment): LedgerConfig {
  return {
    origin: from.origin('CESSION_LEDGER_ORIGIN', DEFAULT_LEDGER_ORIGIN),
    key: from.secret('CESSION_LEDGER_KEY'),
    signCommand: readSignCommand(from),
    checkpointIntervalMs: from.integer('CESSION_CHECKPOINT_INTERVAL_MS', DEFAULT_CHECKPOINT_INTERVAL_MS, 50, 3_600_000),
    witnesses: readWitnesses(from),
    timestampUrl: from.httpUrl('CESSION_TIMESTAMP_URL'),
    timestampIntervalMs: from.integer('CESSION_TIMESTAMP_INTERVAL_MS', DEFAULT_TIMESTAMP_INTERVAL_MS, 1_000, 86_400_000),
    selfCheckIntervalMs: from.integer('CESSION_SELF_CHECK_INTERVAL_MS', DEFAULT_SELF_CHECK_INTERVAL_MS, 1_000, 2_592_000_000),
    followerBoundMs: from.integer('CESSION_FOLLOWER_BOUND_MS', DEFAULT_FOLLOWER_BOUND_MS, 100, 60_000),
    receiptDeadlineMs: from.integer('CESSION_RECEIPT_DEADLINE_MS', DEFAULT_RECEIPT_DEADLINE_MS, 50, 60_000),
  };
}

function readSignCommand(from: Environment): SignCommandConfig | null {
  const command = from.words('CESSION_LEDGER_SIGN_COMMAND');
  const vkey = from.text('CESSION_LEDGER_VKEY', '');
  if ((command.length === 0) !== (vkey === '')) from.refuse('CESSION_LEDGER_SIGN_COMMAND and CESSION_LEDGER_VKEY belong together: who signs, and the verifier key of it');
  if (command.length > 0 && from.has('CESSION_LEDGER_KEY')) from.refuse('CESSION_LEDGER_KEY and CESSION_LEDGER_SIGN_COMMAND exclude each other: the key is here or it is not');
  return command.length === 0 ? null : { command, vkey };
}

/** Pairs of key and address. Neither holds white space; a key may hold every other separator there is. Words are not repeated: one may be a secret. */
function readWitnesses(from: Environment): WitnessConfig[] {
  const name = 'CESSION_WITNESSES';
  const words = from.words(name);
  const witnesses: WitnessConfig[] = [];
  const keys = new Set<string>();
  if (words.length % 2 === 1) from.refuse(`${name} must be pairs of a verifier key and an address, all separated by spaces`);
  for (let at = 0; at + 1 < words.length; at += 2) {
    const [vkey, address] = [words[at] ?? '', words[at + 1] ?? ''];
    const key = readWitnessKey(vkey);
    const url = parseHttpUrl(address);
    if (key === null) from.refuse(`${name} must name witnesses by the keys that \`cession witness key\` prints; word ${at + 1} is none`);
    else if (keys.has(key)) from.refuse(`${name} names one key twice: a witness counts once`);
    if (url === null) from.refuse(`${name} must give each witness an http or https address without user and password; word ${at + 2} is none`);
    if (key !== null && url !== null) witnesses.push({ vkey, url });
    if (key !== null) keys.add(key);
  }
  return witnesses;
}

/** The public key in hex; null when the text is no witness's key. */
function readWitnessKey(vkey: string): string | null {
  try {
    const { role, publicKey } = parseVkey(vkey);
    return role === 'witness' ? publicKey.toString('hex') : null;
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
