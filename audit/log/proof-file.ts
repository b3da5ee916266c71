/**
 * The proofs file of a stream export: for each entry of a segment where in the log it is, and its inclusion proof in the
 * export's checkpoint.
 */
import { canonicalize, parseCanonicalText, type JsonValue } from './canonical';
import { isExactly } from './event-shape';
import { SEGMENT } from './export-files';
import { decodeBase64 } from './note';
import { HASH_BYTES } from './tree';
import { fail } from './verdict';

/** One line. */
export interface ProofRecord {
  readonly index: number;
  readonly proof: readonly Buffer[];
}

export function formatProof({ index, proof }: ProofRecord): string {
  return `${canonicalize({ index, proof: proof.map((hash) => hash.toString('base64')) })}\n`;
}

/** 1 to 256 lines. */
export function parseProofs(text: string, file: string): ProofRecord[] {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > SEGMENT) fail('integrity', { code: 'PROOF_MALFORMED', file, detail: 'a segment has 1 to 256 lines' });
  return lines.map((line, at) => parseProof(line, file, at));
}

function parseProof(line: string, file: string, at: number): ProofRecord {
  const refuse = (): never => fail('integrity', { code: 'PROOF_MALFORMED', file, detail: `line ${at + 1}` });
  const value = parseCanonicalText(line);
  if (!isExactly(value, ['index', 'proof'])) return refuse();
  const { index, proof } = value;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0 || !Array.isArray(proof)) return refuse();
  return {
    index,
    proof: (proof as readonly JsonValue[]).map((step) => {
      const hash = typeof step === 'string' ? decodeBase64(step) : null;
      return hash?.length === HASH_BYTES ? hash : refuse();
    }),
  };
}
