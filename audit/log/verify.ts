/**
 * Verifies an export given as named byte streams: no file system, no network, no database. The order of the checks is
 * the order of the files, so that the first thing wrong is named with its place and memory stays constant.
 */
import { decodeUtf8 } from './canonical';
import { parseCheckpoint, verifyCheckpoint, type Checkpoint } from './checkpoint';
import type { DisclosureRecord } from './disclosure-record';
import { FileSequence, logSegmentNames, SEGMENT, streamSegmentNames, type ExportFile } from './export-files';
import { locate } from './locate';
import { LogCheck } from './log-check';
import { parseManifest, parseSeal, type Manifest } from './manifest';
import { openNote, parseNote } from './note';
import { parseVkey, type VerifierKey } from './note-key';
import { readSegment } from './segment';
import { parseProofs, StreamCheck, type ProofRecord } from './stream-check';
import { decodeTile } from './tiles';
import { composeReport, fail, verdictsOfFailure, VerificationFailure, type Finding, type Report, type ReportSubject, type Verdicts } from './verdict';

export interface VerifyOptions {
  /** The log's verifier key, obtained from somewhere other than the export. Without it nothing is ever "verified". */
  readonly vkey?: string;
  /** A checkpoint note of the same log seen earlier: the export's log must contain it. */
  readonly atLeast?: string;
  readonly onProgress?: (progress: { readonly entries: number; readonly total: number | null }) => void;
}

type Subject = { -readonly [member in keyof ReportSubject]: ReportSubject[member] };

interface Counts {
  entries: number;
  disclosed: number;
  withheld: Record<string, number>;
}

/**
 * Reads a whole export; the report says everything about what it contains. Throws FormatError when the key or checkpoint
 * given from outside cannot be read: that is the caller's mistake, not the export's.
 */
export async function verifyExport(files: AsyncIterable<ExportFile>, options: VerifyOptions = {}): Promise<Report> {
  const given = options.vkey === undefined ? null : parseVkey(options.vkey);
  if (options.atLeast !== undefined) parseCheckpoint(parseNote(options.atLeast).text);
  const verification = new Verification(new FileSequence(files), options, given);
  return verification.run();
}

class Verification {
  private readonly subject: Subject;
  private readonly counts: Counts = { entries: 0, disclosed: 0, withheld: {} };

  constructor(
    private readonly files: FileSequence,
    private readonly options: VerifyOptions,
    private readonly given: VerifierKey | null,
  ) {
    this.subject = { kind: null, origin: null, size: null, root: null, createdAt: null, mandate: null, streams: [], vkey: options.vkey ?? null, keyGiven: given !== null };
  }

  async run(): Promise<Report> {
    let verdicts: Verdicts;
    try {
      verdicts = await this.check();
    } catch (error) {
      if (!(error instanceof VerificationFailure)) throw error;
      verdicts = verdictsOfFailure(error);
    } finally {
      await this.files.close();
    }
    return composeReport(this.subject, { files: this.files.hash.count, ...this.counts }, verdicts);
  }

  private async check(): Promise<Verdicts> {
    const { manifest, key } = await this.readManifest();
    const checkpoint = await this.readCheckpoint(manifest, key);
    const known = this.readKnown(key);
    if (known !== null && known.size > checkpoint.size) {
      fail('integrity', { code: 'OLDER_THAN_KNOWN', file: 'checkpoint', expected: `at least ${known.size}`, got: String(checkpoint.size) });
    }
    const compared = manifest.kind === 'log' ? await this.checkLog(checkpoint, known, manifest) : await this.checkStreams(checkpoint, known, manifest);
    await this.checkSeal(key);
    return this.conclude(manifest, known === null ? null : compared);
  }

  private async readManifest(): Promise<{ manifest: Manifest; key: VerifierKey }> {
    const place = { file: 'manifest' };
    const bytes = await this.files.take('manifest');
    return locate(place, () => {
      const note = decodeUtf8(bytes);
      // The text is read before its signature, because only it names the key when none was given from outside.
      const manifest = parseManifest(note.slice(0, note.lastIndexOf('\n\n') + 1));
      Object.assign(this.subject, { kind: manifest.kind, createdAt: manifest.createdAt, mandate: manifest.mandate, streams: manifest.streams });
      if (this.given !== null && this.options.vkey !== manifest.vkey) fail('integrity', { code: 'KEY_MISMATCH', ...place, expected: this.options.vkey ?? '', got: manifest.vkey });
      const key = this.given ?? parseVkey(manifest.vkey);
      this.subject.vkey = manifest.vkey;
      openOnly(note, key, 'manifest');
      return { manifest, key };
    });
  }

  private async readCheckpoint(manifest: Manifest, key: VerifierKey): Promise<Checkpoint> {
    const place = { file: 'checkpoint' };
    const bytes = await this.files.take('checkpoint');
    const checkpoint = locate(place, () => verifyCheckpoint(decodeUtf8(bytes), key));
    const { origin, size, root } = checkpoint;
    const stated = manifest.checkpoint;
    if (origin !== stated.origin || size !== stated.size || root.toString('base64') !== stated.root) {
      fail('integrity', { code: 'CHECKPOINT_MISMATCH', ...place, expected: `${stated.origin} ${stated.size} ${stated.root}`, got: `${origin} ${size} ${root.toString('base64')}` });
    }
    Object.assign(this.subject, { origin, size, root: stated.root });
    return checkpoint;
  }

  /** The caller's own checkpoint; signed by the same key, so a wrong file cannot pass as an old state of this log. */
  private readKnown(key: VerifierKey): Checkpoint | null {
    const { atLeast } = this.options;
    return atLeast === undefined ? null : locate({ file: 'the checkpoint given' }, () => verifyCheckpoint(atLeast, key));
  }

  private async checkLog(checkpoint: Checkpoint, known: Checkpoint | null, manifest: Manifest): Promise<boolean> {
    const check = new LogCheck({ origin: checkpoint.origin, vkey: manifest.vkey, known });
    for (let n = 0; n * SEGMENT < checkpoint.size; n += 1) {
      const width = Math.min(SEGMENT, checkpoint.size - n * SEGMENT);
      const names = logSegmentNames(n, width);
      const tile = await this.files.take(names.leaves);
      const leaves = locate({ file: names.leaves }, () => decodeTile(tile, width));
      const indexes = leaves.map((_, i) => n * SEGMENT + i);
      for (const entry of await readSegment(this.files, names, indexes)) {
        const listed = leaves[entry.place.index % SEGMENT] as Buffer;
        locate(entry.place, () => check.accept({ ...entry, listed }));
        this.count(entry.record);
      }
      this.options.onProgress?.({ entries: this.counts.entries, total: checkpoint.size });
    }
    check.finish(checkpoint);
    return true;
  }

  private async checkStreams(checkpoint: Checkpoint, known: Checkpoint | null, manifest: Manifest): Promise<boolean> {
    const check = new StreamCheck(checkpoint, manifest.streams);
    let last = SEGMENT;
    for (let n = 0; (await this.files.peek()) !== 'seal'; n += 1) {
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
        this.count(entry.record);
      }
      this.options.onProgress?.({ entries: this.counts.entries, total: null });
    }
    check.finish();
    if (known === null || known.size !== checkpoint.size) return false;
    if (!known.root.equals(checkpoint.root)) fail('integrity', { code: 'FORKED_FROM_KNOWN', file: 'checkpoint', expected: known.root.toString('base64'), got: checkpoint.root.toString('base64') });
    return true;
  }

  private count(record: DisclosureRecord): void {
    this.counts.entries += 1;
    this.counts.disclosed += record.disclosed.length + record.links.length;
    for (const [reason, digests] of Object.entries(record.withheld)) this.counts.withheld[reason] = (this.counts.withheld[reason] ?? 0) + digests.length;
  }

  private async checkSeal(key: VerifierKey): Promise<void> {
    const place = { file: 'seal' };
    const note = await this.files.take('seal');
    const seal = locate(place, () => parseSeal(openOnly(decodeUtf8(note), key, 'seal')));
    await this.files.end();
    const { hash } = this.files;
    const differs = (expected: string, got: string): void => (expected === got ? undefined : fail('integrity', { code: 'SEAL_MISMATCH', ...place, expected, got }));
    differs(seal.sha256, hash.digest());
    const tally = (sum: { files: number; entries: number; disclosed: number }): string => `${sum.files} files, ${sum.entries} entries, ${sum.disclosed} disclosed`;
    differs(tally(seal), tally({ files: hash.count, ...this.counts }));
    const reasons = (sum: { readonly [reason: string]: number }): string => Object.keys(sum).sort().map((reason) => `${reason} ${sum[reason]}`).join(', ');
    differs(reasons(seal.withheld), reasons(this.counts.withheld));
  }

  private conclude(manifest: Manifest, compared: boolean | null): Verdicts {
    const whole = manifest.kind === 'log';
    const integrity: Finding[] = [{ code: 'ALL_ENTRIES_CHECKED' }];
    if (compared !== null) integrity.push({ code: compared ? 'KNOWN_CHECKPOINT_CONTAINED' : 'KNOWN_CHECKPOINT_NOT_COMPARED' });
    return {
      integrity: { state: 'proven', reasons: integrity },
      completeness: whole ? { state: 'proven', reasons: [{ code: 'WHOLE_LOG_PRESENT' }] } : { state: 'not proven', reasons: [{ code: 'STREAM_HEAD_NOT_IN_EXPORT' }] },
      time: { state: 'not proven', reasons: [{ code: 'OPERATOR_CLOCK_ONLY' }] },
      policy: { state: 'not checked', reasons: [{ code: 'NO_POLICY_GIVEN' }] },
    };
  }
}

/** The text of a note that this key signed and nobody else: a further line would be bytes that no signature covers. */
function openOnly(note: string, key: VerifierKey, file: string): string {
  const opened = openNote(note, [key]);
  if (opened.unverified.length > 0) fail('integrity', { code: 'NOTE_MALFORMED', file, detail: 'a manifest or seal has exactly one signature' });
  return opened.text;
}
