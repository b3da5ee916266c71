/**
 * C2SP tlog-proof files: one entry's place in a log, its inclusion proof and the cosigned checkpoint, in a text that is
 * verified offline by a policy. The extra line is carried and never believed.
 */
import { parseCheckpointHead, parseDecimal, type Checkpoint } from './checkpoint';
import { FormatError } from './format-error';
import { decodeBase64, parseNote } from './note';
import type { Policy } from './policy';
import { judgeCheckpoint, type PolicyDecision, type PolicySurroundings } from './policy-check';
import { HASH_BYTES, verifyInclusion } from './tree';
import type { Verdict } from './verdict';

export const TLOG_PROOF_LINE = 'c2sp.org/tlog-proof@v1';
/** A path in a tree whose size a 64-bit number holds. */
const MAX_PROOF_LINES = 63;
const MAX_EXTRA_BYTES = 65_536;

export interface TlogProof {
  readonly index: number;
  /** From the leaf's sibling up to the root's child. */
  readonly proof: readonly Buffer[];
  /** The checkpoint note, verbatim. */
  readonly checkpoint: string;
  /** Authenticated by nothing. */
  readonly extra: Buffer | null;
}

function malformed(message: string): never {
  throw new FormatError('PROOF_MALFORMED', message);
}

export function formatTlogProof({ index, proof, checkpoint, extra }: TlogProof): string {
  const lines = [TLOG_PROOF_LINE, ...(extra === null ? [] : [`extra ${extra.toString('base64')}`]), `index ${index}`, ...proof.map((hash) => hash.toString('base64'))];
  return `${lines.join('\n')}\n\n${checkpoint}`;
}

export function parseTlogProof(text: string): TlogProof {
  const cut = text.indexOf('\n\n');
  if (cut < 0) return malformed('there is no empty line before the checkpoint');
  const [first, ...lines] = text.slice(0, cut).split('\n');
  if (first !== TLOG_PROOF_LINE) malformed(`the first line is not ${TLOG_PROOF_LINE}`);
  const extra = lines[0]?.startsWith('extra ') === true ? readExtra(lines.shift() ?? '') : null;
  const line = lines.shift() ?? '';
  const index = line.startsWith('index ') ? parseDecimal(line.slice('index '.length)) : null;
  if (index === null) return malformed('there is no index where it is due');
  if (lines.length > MAX_PROOF_LINES) malformed(`a proof has more than ${MAX_PROOF_LINES} lines`);
  const checkpoint = text.slice(cut + 2);
  parseCheckpointHead(parseNote(checkpoint).text);
  return { index, proof: lines.map(readHash), checkpoint, extra };
}

function readExtra(line: string): Buffer {
  const extra = decodeBase64(line.slice('extra '.length));
  if (extra === null || extra.length > MAX_EXTRA_BYTES) return malformed('the extra line is not base64, or too long');
  return extra;
}

function readHash(line: string): Buffer {
  const hash = decodeBase64(line);
  if (hash?.length !== HASH_BYTES) return malformed('a line of the proof is not a hash in base64');
  return hash;
}

export interface TlogProofReport {
  readonly integrity: Verdict;
  readonly policy: PolicyDecision;
  readonly index: number;
  /** null when the policy does not accept the log. */
  readonly checkpoint: Checkpoint | null;
}

/** Throws FormatError when the file cannot be read; everything else is in the verdicts. */
export function verifyTlogProof(text: string, leaf: Buffer, policy: Policy, surroundings: PolicySurroundings = {}): TlogProofReport {
  const { index, proof, checkpoint: note } = parseTlogProof(text);
  const decision = judgeCheckpoint(note, policy, surroundings);
  const { root, size } = parseCheckpointHead(parseNote(note).text);
  const isIncluded = verifyInclusion(index, size, leaf, proof, root);
  const integrity: Verdict = isIncluded ? { state: 'proven', reasons: [{ code: 'ENTRY_INCLUDED', index }] } : { state: 'failed', reasons: [{ code: 'INCLUSION_INVALID', index, expected: root.toString('base64') }] };
  return { integrity, policy: decision, index, checkpoint: decision.checkpoint };
}
