/**
 * A checkpoint judged by a policy from outside: is the log accepted, did it sign, and did enough witnesses cosign. Says which
 * of these fails; never counts a signature that does not hold, a key twice, or a time that has not come yet.
 */
import { parseCheckpointHead, type Checkpoint } from './checkpoint';
import { cosignersOf } from './cosigner';
import { NoteRefusal, openNote, parseNote, type OpenedNote } from './note';
import type { VerifierKey } from './note-key';
import { NO_QUORUM, printName, reachesQuorum, type Policy, type PolicyWitness } from './policy';
import { CLOCK_LEEWAY_MS } from './time-bounds';
import type { Finding, Verdict } from './verdict';

export interface PolicySurroundings {
  /** The keys a log has had, one of them known otherwise: for a policy that names no log, or this log by another of its keys. */
  readonly logKeys?: readonly VerifierKey[];
  /** The verifier's own clock; without it no time is too late. */
  readonly now?: Date;
}

export interface WitnessedAt {
  readonly witness: PolicyWitness;
  readonly at: Date;
}

export interface PolicyDecision {
  readonly verdict: Verdict;
  /** null when no accepted log signed it. */
  readonly checkpoint: Checkpoint | null;
  /** The cosignatures that count, in the policy's order of witnesses. */
  readonly witnessed: readonly WitnessedAt[];
}

function failed(finding: Finding): PolicyDecision {
  return { verdict: { state: 'failed', reasons: [finding] }, checkpoint: null, witnessed: [] };
}

/** Throws FormatError when the note cannot be read at all. */
export function judgeCheckpoint(note: string, policy: Policy, { logKeys: known = [], now }: PolicySurroundings = {}): PolicyDecision {
  const checkpoint = parseCheckpointHead(parseNote(note).text);
  const logKeys = acceptedKeys(policy, known).filter((key) => key.name === checkpoint.origin);
  const place = { file: 'checkpoint' };
  if (logKeys.length === 0) return failed({ code: 'LOG_NOT_IN_POLICY', ...place, got: checkpoint.origin });
  const opened = open(note, logKeys, policy);
  if ('code' in opened) return failed({ ...opened, ...place });
  const { reasons, witnessed } = count(opened, policy, now);
  return { verdict: reasons, checkpoint, witnessed };
}

/** A log that the policy names by one of its keys is accepted under all of them: each was signed for by the one before. */
function acceptedKeys({ logs }: Policy, known: readonly VerifierKey[]): readonly VerifierKey[] {
  const named = logs.map(({ key }) => key);
  const isNamed = (key: VerifierKey): boolean => named.some((one) => one.publicKey.equals(key.publicKey) && one.name === key.name);
  if (named.length === 0) return known;
  return known.some(isNamed) ? [...named, ...known.filter((key) => !isNamed(key))] : named;
}

/** Known are the log's and the witnesses' keys; one signature by any of them that does not hold spoils the note. */
function open(note: string, logKeys: readonly VerifierKey[], policy: Policy): OpenedNote | Finding {
  const witnessKeys = policy.witnesses.map(({ key }) => key);
  try {
    const opened = openNote(note, [...logKeys, ...witnessKeys]);
    if (opened.verified.some(({ name, keyId }) => logKeys.some((key) => key.name === name && key.keyId === keyId))) return opened;
    return { code: 'SIGNATURE_MISSING', expected: logKeys[0]?.name ?? '' };
  } catch (error) {
    if (!(error instanceof NoteRefusal)) throw error;
    const isWitness = witnessKeys.some((key) => key.name === error.keyName);
    return { code: error.code === 'SIGNATURE_INVALID' && isWitness ? 'COSIGNATURE_INVALID' : error.code, expected: error.keyName };
  }
}

function count(opened: OpenedNote, policy: Policy, now: Date | undefined): { reasons: Verdict; witnessed: WitnessedAt[] } {
  const byKey = new Map(cosignersOf(opened, policy.witnesses.map(({ key }) => key)).map(({ key, at }) => [key, at]));
  const all = policy.witnesses.flatMap((witness) => {
    const at = byKey.get(witness.key);
    return at === undefined ? [] : [{ witness, at }];
  });
  const witnessed = all.filter(({ at }) => now === undefined || at.getTime() <= now.getTime() + CLOCK_LEEWAY_MS);
  const early = all.filter((cosigned) => !witnessed.includes(cosigned));
  const reasons: Finding[] = early.map(({ witness, at }) => ({ code: 'COSIGNATURE_IN_FUTURE', file: 'checkpoint', expected: `not after ${now?.toISOString() ?? ''}`, got: `${witness.key.name} ${at.toISOString()}` }));
  const names = witnessed.map(({ witness, at }) => `${printName(witness.name)} ${at.toISOString()}`).join(', ');
  const isReached = reachesQuorum(policy, new Set(witnessed.map(({ witness }) => witness.key.publicKey.toString('hex'))));
  if (!isReached) reasons.unshift({ code: 'QUORUM_MISSING', file: 'checkpoint', expected: printName(policy.quorum), got: names === '' ? 'no cosignature' : names });
  else reasons.unshift(policy.quorum === NO_QUORUM ? { code: 'QUORUM_NOT_ASKED' } : { code: 'QUORUM_REACHED', expected: printName(policy.quorum), got: names });
  return { reasons: { state: isReached ? 'proven' : 'failed', reasons }, witnessed };
}
