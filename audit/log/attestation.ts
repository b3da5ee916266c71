/**
 * What others say about an export's checkpoints: witnesses by their cosignatures, authorities by their time stamps. Believes
 * only keys of the policy and certificates that came from outside the export.
 */
import type { PastCheckpoint } from './checkpoint-series';
import { locate } from './locate';
import type { LogKeys } from './log-keys';
import { printName, type Policy } from './policy';
import { judgeCheckpoint, type PolicyDecision } from './policy-check';
import type { Attested } from './time-bounds';
import { stampedBytes, TIMESTAMPS_FILE, type StampVerifier, type TimestampRecord } from './timestamp-file';
import { fail, type Finding, type Verdict } from './verdict';

export interface AttestationTrust {
  /** The key that everything in the export is signed with, and those before it. */
  readonly keys: LogKeys;
  /** Whether one of them came from outside. */
  readonly keyGiven: boolean;
  readonly policy: Policy | null;
  /** The exporter's own, in the export: told of, never believed. */
  readonly stated: Policy | null;
  readonly verifyStamp: StampVerifier | null;
  readonly now: Date | undefined;
}

export interface Attestation {
  readonly policy: Verdict;
  readonly attested: readonly Attested[];
  /** Beside the verdict on time. */
  readonly remarks: readonly Finding[];
}

/** `checkpoints`: those of the series and the export's own, in ascending order of size. */
export async function attest(checkpoints: readonly PastCheckpoint[], timestamps: readonly TimestampRecord[], trust: AttestationTrust): Promise<Attestation> {
  const witnessed = judgeAll(checkpoints, trust);
  const stamped = await verifyStamps(checkpoints, timestamps, trust);
  return {
    policy: witnessed.policy,
    attested: [...witnessed.attested, ...stamped],
    remarks: timestamps.length > 0 && trust.verifyStamp === null ? [{ code: 'TIMESTAMPS_NOT_CHECKED' }] : [],
  };
}

/** The policy decides on the last one; cosignatures of the others count for the time they attest. */
function judgeAll(checkpoints: readonly PastCheckpoint[], trust: AttestationTrust): Pick<Attestation, 'policy' | 'attested'> {
  const { keys, keyGiven, policy, now } = trust;
  if (policy === null) return { policy: { state: 'not checked', reasons: [{ code: 'NO_POLICY_GIVEN' }, ...tellStated(checkpoints.at(-1), trust)] }, attested: [] };
  // Without a log in the policy and without a key from outside, no key is anybody's.
  const logKeys = keyGiven || policy.logs.length > 0 ? keys.all : [];
  const surroundings = { logKeys, ...(now !== undefined && { now }) };
  let last: PolicyDecision | null = null;
  const attested: Attested[] = [];
  for (const { size, signed } of checkpoints) {
    last = judgeCheckpoint(signed, policy, surroundings);
    for (const { witness, at } of last.witnessed) attested.push({ size, at, by: 'witness', name: printName(witness.name) });
  }
  return { policy: (last as PolicyDecision).verdict, attested };
}

/** Whoever has no policy of his own learns at least what the exporter asks for, and whether this checkpoint had it. */
function tellStated(checkpoint: PastCheckpoint | undefined, { keys, stated, now }: AttestationTrust): Finding[] {
  if (stated === null || checkpoint === undefined) return [];
  const { verdict, witnessed } = judgeCheckpoint(checkpoint.signed, stated, { logKeys: keys.all, ...(now !== undefined && { now }) });
  const got = witnessed.map(({ witness, at }) => `${printName(witness.name)} ${at.toISOString()}`).join(', ');
  return [{ code: verdict.state === 'proven' ? 'OWN_QUORUM_REACHED' : 'OWN_QUORUM_MISSING', file: 'checkpoint', expected: printName(stated.quorum), got: got === '' ? 'no cosignature' : got }];
}

async function verifyStamps(checkpoints: readonly PastCheckpoint[], timestamps: readonly TimestampRecord[], { keys, verifyStamp }: AttestationTrust): Promise<Attested[]> {
  const attested: Attested[] = [];
  const place = { file: TIMESTAMPS_FILE };
  for (const { size, token } of timestamps) {
    const checkpoint = checkpoints.find((one) => one.size === size);
    if (checkpoint === undefined) return fail('time', { code: 'TIMESTAMPS_MALFORMED', ...place, detail: `there is no checkpoint of size ${size}` });
    if (verifyStamp === null) continue;
    const decision = await verifyStamp(token, locate(place, () => stampedBytes(checkpoint.signed, keys.at(size))));
    if ('problem' in decision) return fail('time', { code: 'TIMESTAMP_INVALID', ...place, detail: `checkpoint of size ${size}: ${decision.problem}` });
    attested.push({ size, at: decision.at, by: 'timestamp', name: decision.authority });
  }
  return attested;
}
