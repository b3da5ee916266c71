/**
 * What a verification says: four separate verdicts, each with reason codes and the place. Decides the outcome and nothing
 * else; texts for people are the bundle's business. Never says "verified" without a key from outside.
 */
import { FORMAT_CODES } from './format-error';

export const ASPECTS = ['integrity', 'completeness', 'time', 'policy'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** Every reason a verdict can have. The first group stops the verification; the last group explains without failing. */
export const REASON_CODES = [
  ...FORMAT_CODES,
  // Container.
  'TRUNCATED',
  'HEADER_ALTERED',
  'PADDING_ALTERED',
  'TRAILER_ALTERED',
  'NAME_UNSAFE',
  'FILE_UNKNOWN',
  'FILE_DUPLICATE',
  'FILE_MISSING',
  'FILE_TOO_LARGE',
  // Signed texts.
  'MANIFEST_MALFORMED',
  'SEAL_MALFORMED',
  'SEAL_MISMATCH',
  'SCHEMA_MISMATCH',
  'REPORT_MISMATCH',
  'CHECKPOINT_MISMATCH',
  'KEY_MISMATCH',
  'SIGNATURE_INVALID',
  'SIGNATURE_MISSING',
  // Entries.
  'LEAF_MISMATCH',
  'INDEX_MISMATCH',
  'PREV_MISMATCH',
  'ROOT_MISMATCH',
  'FIRST_ENTRY_INVALID',
  'SOURCE_FOREIGN',
  'SOURCE_GAP',
  'EVENT_DUPLICATE',
  'INCLUSION_INVALID',
  // Streams and disclosures.
  'LINK_MISSING',
  'LINK_WITHHELD',
  'LINK_FOREIGN',
  'LINK_DUPLICATE',
  'STREAM_GAP',
  'STREAM_PREV_MISMATCH',
  'STREAM_RANGE_MISMATCH',
  'STREAM_TAIL_MISSING',
  'NEIGHBOUR_MISSING',
  'PERIOD_MISMATCH',
  'HEADS_MISSING',
  'HEADS_NOT_LAST',
  'HEADS_MALFORMED',
  'HEADS_WRONG',
  'HEAD_PROOF_MALFORMED',
  'HEAD_PROOF_INVALID',
  'HEAD_MISMATCH',
  'DISCLOSURES_MALFORMED',
  'DISCLOSURE_UNREFERENCED',
  'DISCLOSURE_DUPLICATE',
  'DISCLOSURE_MISPLACED',
  'DISCLOSURE_MISSING',
  'ERASURE_MALFORMED',
  'ERASURE_INVALID',
  'ERASURE_MISSING',
  // Time and earlier checkpoints.
  'TIME_BACKWARDS',
  'OLDER_THAN_KNOWN',
  'FORKED_FROM_KNOWN',
  'CHECKPOINTS_MALFORMED',
  'CONSISTENCY_INVALID',
  // Other parties: policy, witnesses, time stamps.
  'LOG_NOT_IN_POLICY',
  'QUORUM_MISSING',
  'COSIGNATURE_INVALID',
  'TIMESTAMPS_MALFORMED',
  'TIMESTAMP_INVALID',
  // Disclosures against the rights they name.
  'DISCLOSURE_UNFOUNDED',
  'RIGHT_NOT_OPEN',
  'RIGHT_OUT_OF_TERM',
  'RIGHT_OF_OTHERS',
  'ENGAGEMENT_NOT_QUALIFIED',
  'ATTESTATION_NOT_CURRENT',
  'PURPOSE_NOT_COVERED',
  'CATEGORY_NOT_COVERED',
  // What agencies signed.
  'AGENCY_KEY_INVALID',
  'AGENCY_KEY_UNKNOWN',
  'AGENCY_KEY_OF_ANOTHER',
  'AGENCY_KEY_NOT_IN_FORCE',
  'AGENCY_SIGNATURE_INVALID',
  'AGENCY_SIGNATURE_MISSING',
  'HANDOVER_PAYLOAD_MISMATCH',
  // Explanations.
  'ALL_ENTRIES_CHECKED',
  'WHOLE_LOG_PRESENT',
  'KNOWN_CHECKPOINT_CONTAINED',
  'KNOWN_CHECKPOINT_NOT_COMPARED',
  'CHECKPOINTS_CONSISTENT',
  'REPORT_COUNTS_HOLD',
  'ENTRY_INCLUDED',
  'HEADS_DERIVED',
  'HEADS_NOT_DERIVED',
  'STREAMS_COMPLETE',
  'STREAM_EMPTY',
  'PERIOD_COMPLETE',
  'STREAM_HEAD_NOT_IN_EXPORT',
  'OPERATOR_CLOCK_ONLY',
  'ATTESTED_BY_OTHERS',
  'ATTESTED_IN_PART',
  'RECORDED_TIME_CONTRADICTED',
  'TIMESTAMPS_NOT_CHECKED',
  'NO_POLICY_GIVEN',
  'OWN_QUORUM_REACHED',
  'OWN_QUORUM_MISSING',
  'QUORUM_REACHED',
  'QUORUM_NOT_ASKED',
  'COSIGNATURE_IN_FUTURE',
  'DISCLOSURES_COVERED',
  'DISCLOSURES_NOT_DECIDABLE',
  'AGENCY_SIGNATURES_HOLD',
  'AGENCY_STATEMENTS_UNSIGNED',
  'AGENCY_KEY_ENDED_MEANWHILE',
  'AGENCY_STATEMENTS_NOT_DECIDABLE',
  'AGENCY_STATEMENTS_NONE',
  'STOPPED_BEFORE',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** A reason and its place: which file, which entry, what was expected there and what stood there. */
export interface Finding {
  readonly code: ReasonCode;
  readonly file?: string;
  readonly index?: number;
  readonly expected?: string;
  readonly got?: string;
  /** More words where the code alone does not say enough; never content of the export. */
  readonly detail?: string;
}

export interface Verdict {
  readonly state: 'proven' | 'failed' | 'not proven' | 'not checked';
  readonly reasons: readonly Finding[];
}

export type Outcome = 'verified' | 'consistent' | 'broken';

/** Exit codes of `cession verify`. */
export const EXIT_CODES: { readonly [outcome in Outcome]: number } = { verified: 0, broken: 1, consistent: 2 };

/** What the export is about, as far as it could be read. */
export interface ReportSubject {
  readonly kind: 'log' | 'stream' | null;
  readonly origin: string | null;
  readonly size: number | null;
  /** base64, as in the checkpoint. */
  readonly root: string | null;
  readonly createdAt: string | null;
  readonly mandate: string | null;
  /** The id of who asked for it; null for the operator, and where the export does not say. */
  readonly requestedBy: string | null;
  readonly streams: readonly { readonly stream: string; readonly from: number; readonly to: number }[];
  /** Instants; null when the export is not limited to a time. */
  readonly period: { readonly from: string | null; readonly until: string | null } | null;
  /** The key that everything was checked with, and whether it came from outside the export. */
  readonly vkey: string | null;
  readonly keyGiven: boolean;
}

export interface ReportCounts {
  readonly files: number;
  readonly entries: number;
  readonly disclosed: number;
  readonly withheld: { readonly [reason: string]: number };
  /** Called erased, each with the entry that did it. */
  readonly erased: number;
  /** Neither shown nor accounted for: of the entry at which the verification stopped, otherwise 0. */
  readonly missing: number;
  /** Entries whose time of recording others contradict. */
  readonly contradicted: number;
}

/** A time that somebody else attested for the tree of a size; instants as in entries. */
export interface ReportedTime {
  readonly size: number;
  readonly at: string;
  readonly by: 'witness' | 'timestamp';
  readonly name: string;
}

/** Between which times entries `first` to `last` came about, as others attest it; null: nobody says. */
export interface ReportedBounds {
  readonly first: number;
  readonly last: number;
  readonly notBefore: string | null;
  readonly notAfter: string | null;
}

export interface Report extends ReportSubject {
  readonly format: 'cession-report/v1';
  readonly outcome: Outcome;
  readonly exitCode: number;
  readonly counts: ReportCounts;
  readonly attested: readonly ReportedTime[];
  /** For every entry, in the order of the log; an entry in none of them has the operator's clock only. */
  readonly bounds: readonly ReportedBounds[];
  readonly integrity: Verdict;
  readonly completeness: Verdict;
  readonly time: Verdict;
  readonly policy: Verdict;
  /** Whether what agencies stated in it is signed as it has to be. */
  readonly agencies: Verdict & { readonly statements: StatementCounts };
}

/** Statements of agencies. */
export interface StatementCounts {
  /** By a key of the agency in force. */
  readonly signed: number;
  /** By an agency that had no key in force. */
  readonly unsigned: number;
  /** By a key that was revoked between the entry decided on and the statement's own. */
  readonly ended: number;
  readonly notDecidable: number;
  readonly violations: number;
}

/** Ends a verification: one verdict has failed, at this place. */
export class VerificationFailure extends Error {
  constructor(
    readonly aspect: Aspect,
    readonly finding: Finding,
  ) {
    super(`${finding.code}${finding.file === undefined ? '' : ` in ${finding.file}`}${finding.index === undefined ? '' : ` at entry ${finding.index}`}`);
    this.name = 'VerificationFailure';
  }
}

export function fail(aspect: Aspect, finding: Finding): never {
  throw new VerificationFailure(aspect, finding);
}

export type Verdicts = { readonly [aspect in Aspect]: Verdict };

/** What a verification says when it was stopped: one aspect failed, the others were left open. */
export function verdictsOfFailure(failure: VerificationFailure): Verdicts {
  const open: Verdict = { state: 'not checked', reasons: [{ code: 'STOPPED_BEFORE' }] };
  return { integrity: open, completeness: open, time: open, policy: open, [failure.aspect]: { state: 'failed', reasons: [failure.finding] } };
}

export function composeReport(subject: ReportSubject, { attested, bounds, agencies, ...counts }: ReportCounts & Pick<Report, 'agencies' | 'attested' | 'bounds'>, verdicts: Verdicts): Report {
  const failed = agencies.state === 'failed' || ASPECTS.some((aspect) => verdicts[aspect].state === 'failed');
  // Without a key from outside an export proves only that it agrees with itself: whoever made it chose the key, too.
  const outcome = failed ? 'broken' : subject.keyGiven && verdicts.integrity.state === 'proven' ? 'verified' : 'consistent';
  return { format: 'cession-report/v1', outcome, exitCode: EXIT_CODES[outcome], ...subject, counts, attested, bounds, ...verdicts, agencies };
}
