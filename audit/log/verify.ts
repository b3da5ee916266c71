/**
 * Verifies an export given as named byte streams: no file system, no network, no database. The order of the checks is
 * the order of the files, so that the first thing wrong is named with its place and memory stays constant.
 */
import { AgencyCheck } from './agency-check';
import { readAppended } from './appended-parts';
import { attest, type Attestation } from './attestation';
import { decodeUtf8 } from './canonical';
import { parseCheckpoint, verifyCheckpoint, type Checkpoint } from './checkpoint';
import { ClockCheck, clockSpans } from './clock-check';
import { CHECKPOINTS_FILE, checkSeries, compareKnown, parseSeries, sizeOf, type PastCheckpoint } from './checkpoint-series';
import { watchTogether, type EntryWatch } from './entry-watch';
import { FileSequence, headsFileName, SEGMENT, streamsEnd, streamSegmentNames, type ExportFile } from './export-files';
import { newFingerprintSalt } from './fingerprint-table';
import { parseHeadProofs } from './head-proof';
import { followKeyChanges, KEYS_FILE, parseKeyChanges } from './keys-file';
import { locate } from './locate';
import { LogCheck } from './log-check';
import { LogKeys } from './log-keys';
import type { SegmentRules } from './log-segment';
import { examineHere, walkLog, type OpenExaminer } from './log-walk';
import { parseManifest, type Manifest, type StreamRange } from './manifest';
import { parseNote } from './note';
import { parseVkey, type VerifierKey } from './note-key';
import { parsePolicy, POLICY_FILE, type Policy } from './policy';
import { checkSeal, openOnly } from './seal-check';
import { readSegment } from './segment';
import { parseProofs, type ProofRecord } from './proof-file';
import { StreamCheck } from './stream-check';
import { Tally } from './tally';
import { boundSpans, judgeTime } from './time-bounds';
import { parseTimestamps, TIMESTAMPS_FILE, type StampVerifier, type TimestampRecord } from './timestamp-file';
import { composeReport, fail, verdictsOfFailure, VerificationFailure, type Finding, type Report, type ReportCounts, type ReportSubject, type Verdict, type Verdicts } from './verdict';

export interface VerifyOptions {
  /** The log's verifier key, obtained from somewhere other than the export. Without it nothing is ever "verified". */
  readonly vkey?: string;
  /** A checkpoint note of the same log seen earlier: the export's log must contain it. */
  readonly atLeast?: string;
  /** A C2SP tlog-policy file: a log it names is trusted as by `vkey`, and its quorum has to have cosigned the checkpoint. */
  readonly policy?: Uint8Array;
  /** Reads RFC 3161 tokens and believes certificates given to it; without it time stamps are not checked. */
  readonly verifyStamp?: StampVerifier;
  /** The verifier's own clock, against cosignatures from the future. */
  readonly now?: Date;
  /** Derives what each heads entry of a whole log commits to; costs about as much again as everything else. */
  readonly derivesHeads?: boolean;
  /** Who examines the segments of a whole log; the same findings come out whoever does. */
  readonly openExaminer?: OpenExaminer;
  /** Is handed the entries of some types as they are found to hold; what it makes of them is its own. */
  readonly watch?: EntryWatch;
  readonly onProgress?: (progress: { readonly entries: number; readonly total: number | null }) => void;
}

type Subject = { -readonly [member in keyof ReportSubject]: ReportSubject[member] };

/** What came from outside, read. */
interface Given {
  readonly key: VerifierKey | null;
  readonly policy: Policy | null;
}

/**
 * Reads a whole export; the report says everything about what it contains. Throws FormatError when the key, checkpoint or
 * policy given from outside cannot be read: that is the caller's mistake, not the export's.
 */
export async function verifyExport(files: AsyncIterable<ExportFile>, options: VerifyOptions = {}): Promise<Report> {
  const given = options.vkey === undefined ? null : parseVkey(options.vkey);
  if (options.atLeast !== undefined) parseCheckpoint(parseNote(options.atLeast).text);
  const policy = options.policy === undefined ? null : parsePolicy(options.policy);
  const verification = new Verification(new FileSequence(files), options, { key: given, policy });
  return verification.run();
}

class Verification {
  private readonly subject: Subject;
  private readonly tally = new Tally();
  private missing = 0;
  /** When segments are read ahead: how many files had been read up to the one that is being compared. */
  private filesRead: number | null = null;
  private completeness: Verdict = { state: 'not checked', reasons: [] };
  private readonly agencies = new AgencyCheck();
  private readonly watch: EntryWatch;
  private clock = new ClockCheck([]);
  private attestation: Attestation = { policy: { state: 'not checked', reasons: [] }, attested: [], remarks: [] };

  constructor(
    private readonly files: FileSequence,
    private readonly options: VerifyOptions,
    private readonly given: Given,
  ) {
    this.subject = { kind: null, origin: null, size: null, root: null, createdAt: null, mandate: null, requestedBy: null, streams: [], period: null, vkey: options.vkey ?? null, keyGiven: given.key !== null };
    this.watch = watchTogether([this.agencies, ...(options.watch === undefined ? [] : [options.watch])]);
  }

  async run(): Promise<Report> {
    let verdicts: Verdicts;
    try {
      verdicts = await this.check();
    } catch (error) {
      if (!(error instanceof VerificationFailure)) throw error;
      const { code, expected, got } = error.finding;
      if (code === 'DISCLOSURE_MISSING') this.missing = Number(expected) - Number(got);
      verdicts = verdictsOfFailure(error);
    } finally {
      await this.files.close();
    }
    const isWhole = Object.values(verdicts).every(({ state }) => state !== 'failed');
    const agencies: Verdict = isWhole ? this.agencies.verdict() : { state: 'not checked', reasons: [{ code: 'STOPPED_BEFORE' }] };
    const attested = this.attestation.attested.map((one) => ({ ...one, at: one.at.toISOString() }));
    // What others said of a checkpoint is said of these entries only when they are proven to be its own.
    const spans = verdicts.integrity.state === 'proven' ? boundSpans(this.subject.size ?? 0, this.attestation.attested) : [];
    const bounds = spans.map(({ notBefore, notAfter, ...span }) => ({ ...span, notBefore: notBefore?.toISOString() ?? null, notAfter: notAfter?.toISOString() ?? null }));
    return composeReport(this.subject, { files: this.filesRead ?? this.files.hash.count, ...this.counts(), attested, bounds, agencies: { ...agencies, statements: this.agencies.counts } }, verdicts);
  }

  private async check(): Promise<Verdicts> {
    const { manifest, key } = await this.readManifest();
    this.watch.begin(manifest);
    const checkpoint = await this.readCheckpoint(manifest, key);
    const keys = await this.readKeys(manifest, checkpoint);
    const known = this.readKnown(keys);
    if (known !== null && known.size > checkpoint.size) {
      fail('integrity', { code: 'OLDER_THAN_KNOWN', file: 'checkpoint', expected: `at least ${known.size}`, got: String(checkpoint.size) });
    }
    const series = await this.readSeries(manifest, checkpoint, keys);
    await this.attest([...series, checkpoint], manifest, keys);
    const isCompared = known === null ? null : compareKnown(known, [...series, checkpoint]) || manifest.kind === 'log';
    if (manifest.kind === 'log') await this.checkLog(checkpoint, known, keys);
    else await this.checkStreams(checkpoint, manifest);
    await readAppended(this.files, { manifest, checkpoint, tally: this.tally });
    await checkSeal(this.files, key, this.counts());
    return this.conclude(manifest, series.length, isCompared);
  }

  private async readManifest(): Promise<{ manifest: Manifest; key: VerifierKey }> {
    const place = { file: 'manifest' };
    const bytes = await this.files.take('manifest');
    return locate(place, () => {
      const note = decodeUtf8(bytes);
      // The text is read before its signature, because only it names the key when none was given from outside.
      const manifest = parseManifest(note.slice(0, note.lastIndexOf('\n\n') + 1));
      Object.assign(this.subject, { kind: manifest.kind, createdAt: manifest.createdAt, mandate: manifest.mandate, requestedBy: manifest.requestedBy, streams: manifest.streams, period: manifest.period });
      // Whether a key given from outside leads to this one is told by the file of keys, which has to be read first.
      const key = parseVkey(manifest.vkey);
      if (!manifest.files.includes(KEYS_FILE)) this.acceptKeys(new LogKeys(manifest.vkey));
      openOnly(note, key, 'manifest');
      return { manifest, key };
    });
  }

  /** One of the keys that lead to the export's own has to be the one given; a policy may name one. */
  private acceptKeys(keys: LogKeys): void {
    const { vkey } = this.options;
    if (vkey !== undefined && !keys.includes(vkey)) fail('integrity', { code: 'KEY_MISMATCH', file: 'manifest', expected: vkey, got: keys.current.vkey });
    this.subject.vkey = keys.current.vkey;
    this.subject.keyGiven = vkey !== undefined || this.given.policy?.logs.some((log) => keys.includes(log.vkey)) === true;
  }

  private async readKeys(manifest: Manifest, checkpoint: Checkpoint): Promise<LogKeys> {
    if (!manifest.files.includes(KEYS_FILE)) return new LogKeys(manifest.vkey);
    const bytes = await this.files.take(KEYS_FILE);
    const keys = locate({ file: KEYS_FILE }, () => followKeyChanges(parseKeyChanges(decodeUtf8(bytes)), checkpoint, manifest.vkey));
    this.acceptKeys(keys);
    return keys;
  }

  private async readCheckpoint(manifest: Manifest, key: VerifierKey): Promise<PastCheckpoint> {
    const place = { file: 'checkpoint' };
    const bytes = await this.files.take('checkpoint');
    const signed = locate(place, () => decodeUtf8(bytes));
    const { origin, size, root } = locate(place, () => verifyCheckpoint(signed, key));
    const stated = manifest.checkpoint;
    if (origin !== stated.origin || size !== stated.size || root.toString('base64') !== stated.root) {
      fail('integrity', { code: 'CHECKPOINT_MISMATCH', ...place, expected: `${stated.origin} ${stated.size} ${stated.root}`, got: `${origin} ${size} ${root.toString('base64')}` });
    }
    Object.assign(this.subject, { origin, size, root: stated.root });
    return { origin, size, root, signed };
  }

  private async readSeries(manifest: Manifest, checkpoint: Checkpoint, keys: LogKeys): Promise<PastCheckpoint[]> {
    if (!manifest.files.includes(CHECKPOINTS_FILE)) return [];
    const bytes = await this.files.take(CHECKPOINTS_FILE);
    return checkSeries(locate({ file: CHECKPOINTS_FILE }, () => parseSeries(decodeUtf8(bytes))), checkpoint, keys);
  }

  private async attest(checkpoints: readonly PastCheckpoint[], manifest: Manifest, keys: LogKeys): Promise<void> {
    let timestamps: TimestampRecord[] = [];
    if (manifest.files.includes(TIMESTAMPS_FILE)) {
      const bytes = await this.files.take(TIMESTAMPS_FILE);
      timestamps = locate({ file: TIMESTAMPS_FILE }, () => parseTimestamps(decodeUtf8(bytes)));
    }
    const stated = await this.readPolicy(manifest);
    const { verifyStamp = null, now } = this.options;
    this.attestation = await attest(checkpoints, timestamps, { keys, keyGiven: this.given.key !== null, policy: this.given.policy, stated, verifyStamp, now });
    this.clock = new ClockCheck(clockSpans(manifest.checkpoint.size, this.attestation.attested));
  }

  /** The exporter's own: readable, never believed. Whoever made the export chose it. */
  private async readPolicy(manifest: Manifest): Promise<Policy | null> {
    if (!manifest.files.includes(POLICY_FILE)) return null;
    const bytes = await this.files.take(POLICY_FILE);
    return locate({ file: POLICY_FILE }, () => parsePolicy(bytes));
  }

  /** The caller's own checkpoint; signed by the log's key of its time, so a wrong file cannot pass as an old state of this log. */
  private readKnown(keys: LogKeys): Checkpoint | null {
    const { atLeast } = this.options;
    return atLeast === undefined ? null : locate({ file: 'the checkpoint given' }, () => verifyCheckpoint(atLeast, keys.at(sizeOf(atLeast))));
  }

  private async checkLog(checkpoint: Checkpoint, known: Checkpoint | null, keys: LogKeys): Promise<void> {
    const { derivesHeads = false, openExaminer = examineHere, onProgress } = this.options;
    const rules: SegmentRules = { origin: checkpoint.origin, vkey: keys.first.vkey, keyChanges: keys.changes, derivesHeads, salt: newFingerprintSalt(), clock: this.clock.spans, watched: this.watch.types };
    const examiner = openExaminer(rules, Math.ceil(checkpoint.size / SEGMENT));
    const check = new LogCheck({ known, derivesHeads, watch: this.watch, clock: this.clock }, this.tally);
    const onTurn = (filesRead: number | null): void => void (this.filesRead = filesRead);
    const onAccepted = (): void => onProgress?.({ entries: this.tally.entries, total: checkpoint.size });
    try {
      await walkLog({ files: this.files, size: checkpoint.size, examiner, check, onTurn, onAccepted });
    } finally {
      await examiner.close();
    }
    check.finish(checkpoint);
    const heads: Finding[] = check.headsEntries === 0 ? [] : [{ code: derivesHeads ? 'HEADS_DERIVED' : 'HEADS_NOT_DERIVED' }];
    this.completeness = { state: 'proven', reasons: [{ code: 'WHOLE_LOG_PRESENT' }, ...heads] };
  }

  private async checkStreams(checkpoint: Checkpoint, manifest: Manifest): Promise<void> {
    const check = new StreamCheck(checkpoint, manifest, this.tally, { watch: this.watch, clock: this.clock });
    const isEnd = streamsEnd(check.hasHeads, manifest.files);
    const total = entriesAsked(manifest);
    let last = SEGMENT;
    for (let n = 0; !isEnd(await this.files.peek()); n += 1) {
      const names = streamSegmentNames(n);
      const text = await this.files.take(names.proofs);
      if (last !== SEGMENT) fail('integrity', { code: 'PROOF_MALFORMED', file: names.proofs, detail: 'only the last segment may have fewer than 256 entries' });
      const proofs = locate({ file: names.proofs }, () => parseProofs(decodeUtf8(text), names.proofs));
      last = proofs.length;
      const indexes = proofs.map((proof) => proof.index);
      let i = 0;
      for (const entry of await readSegment(this.files, names, indexes)) {
        const proof = proofs[i++] as ProofRecord;
        locate(entry.place, () => check.accept({ ...entry, proof }));
      }
      this.options.onProgress?.(total === null ? { entries: this.tally.entries, total } : { entries: Math.min(this.tally.entries, total), total });
    }
    check.finish();
    if (check.hasHeads) await this.checkHeads(check, manifest);
    this.completeness = { state: check.hasHeads ? 'proven' : 'not proven', reasons: check.reasons() };
  }

  private async checkHeads(check: StreamCheck, { streams }: Manifest): Promise<void> {
    for (let first = 0; first < streams.length; first += SEGMENT) {
      const file = headsFileName(first / SEGMENT);
      const bytes = await this.files.take(file);
      const due = streams.slice(first, first + SEGMENT);
      const proofs = locate({ file }, () => parseHeadProofs(decodeUtf8(bytes), due.length, file));
      proofs.forEach((proof, i) => check.acceptHead(proof, (due[i] as StreamRange).stream, file));
    }
  }

  private counts(): Omit<ReportCounts, 'files'> {
    const { entries, disclosed, erasures } = this.tally;
    return { entries, disclosed, withheld: Object.fromEntries(this.tally.group('withheld')), erased: erasures.erased, missing: this.missing, contradicted: this.clock.count };
  }

  private conclude(manifest: Manifest, series: number, isCompared: boolean | null): Verdicts {
    const integrity: Finding[] = [{ code: 'ALL_ENTRIES_CHECKED' }];
    if (series > 0) integrity.push({ code: 'CHECKPOINTS_CONSISTENT', got: String(series) });
    if (manifest.files.includes('report')) integrity.push({ code: 'REPORT_COUNTS_HOLD' });
    if (isCompared !== null) integrity.push({ code: isCompared ? 'KNOWN_CHECKPOINT_CONTAINED' : 'KNOWN_CHECKPOINT_NOT_COMPARED' });
    const { policy, attested, remarks } = this.attestation;
    return {
      integrity: { state: 'proven', reasons: integrity },
      completeness: this.completeness,
      time: judgeTime(manifest.checkpoint.size, attested, this.clock.findings(), remarks),
      policy,
    };
  }
}

/** How many entries were asked for: those of one stream; null for several, because an entry may stand in more than one. */
function entriesAsked({ streams: [one, ...others] }: Manifest): number | null {
  return one === undefined || others.length > 0 ? null : one.to - one.from + 1;
}
