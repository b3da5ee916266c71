/**
 * The messages of C2SP tlog-witness, for those who send and those who receive them: a checkpoint submitted with its proof, and
 * the names of what is answered. Knows nothing of HTTP beyond a path and a media type.
 */
import { hash } from 'node:crypto';
import { parseCheckpointClaim, parseDecimal, type Checkpoint } from './checkpoint';
import { FormatError } from './format-error';
import { decodeBase64, parseNote } from './note';
import { HASH_BYTES } from './tree';

export const ADD_CHECKPOINT_PATH = 'add-checkpoint';
/** Of an answer 409: the size the witness has, and LF. */
export const SIZE_MEDIA_TYPE = 'text/x.tlog.size';
/** 63 proof lines and a checkpoint with some hundred signatures. */
export const ADD_CHECKPOINT_BYTES_MAX = 65_536;
const MAX_PROOF_LINES = 63;

export interface AddCheckpoint {
  /** Of the last checkpoint that the witness cosigned, as the sender believes; 0 before the first. */
  readonly oldSize: number;
  readonly consistency: readonly Buffer[];
  /** The note of the new one. */
  readonly checkpoint: string;
}

function malformed(message: string): never {
  throw new FormatError('PROOF_MALFORMED', message);
}

export function formatAddCheckpoint({ oldSize, consistency, checkpoint }: AddCheckpoint): string {
  return `${[`old ${oldSize}`, ...consistency.map((step) => step.toString('base64'))].join('\n')}\n\n${checkpoint}`;
}

/** The request and what its checkpoint claims; nothing is verified yet. */
export function parseAddCheckpoint(body: string): AddCheckpoint & { readonly claim: Checkpoint } {
  const cut = body.indexOf('\n\n');
  if (cut < 0) return malformed('there is no empty line before the checkpoint');
  const [first = '', ...lines] = body.slice(0, cut).split('\n');
  const oldSize = first.startsWith('old ') ? parseDecimal(first.slice('old '.length)) : null;
  if (oldSize === null) return malformed('the first line is not old and a decimal size');
  if (lines.length > MAX_PROOF_LINES) malformed(`there are more than ${MAX_PROOF_LINES} proof lines`);
  const consistency = lines.map((line) => {
    const step = decodeBase64(line);
    return step?.length === HASH_BYTES ? step : malformed('a proof line is not a hash in base64');
  });
  const checkpoint = body.slice(cut + 2);
  return { oldSize, consistency, checkpoint, claim: parseCheckpointClaim(parseNote(checkpoint).text) };
}

/** How a log is named in the path below a witness's monitoring prefix. */
export function originHash(origin: string): string {
  return hash('sha256', origin, 'hex');
}

/** Below a witness's monitoring prefix. */
export function monitoringPath(origin: string): string {
  return `${originHash(origin)}/checkpoint`;
}
