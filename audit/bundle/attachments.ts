/**
 * The optional files before the entries of an export: changes of the log's key, earlier checkpoints with their consistency proofs, time stamps, and the
 * hub's own policy. Refuses one that a verifier would refuse, before it is sealed in.
 */
import { parseCheckpoint } from '../log/checkpoint';
import { CHECKPOINTS_FILE, checkSeries, formatSeries, type SeriesRecord } from '../log/checkpoint-series';
import { OPTIONAL_FILES, type ExportFile, type OptionalFile } from '../log/export-files';
import { followKeyChanges, formatKeyChanges, KEYS_FILE, type KeyChange } from '../log/keys-file';
import { parseNote } from '../log/note';
import { parsePolicy, POLICY_FILE } from '../log/policy';
import { formatTimestamps, TIMESTAMPS_FILE, type TimestampRecord } from '../log/timestamp-file';

export interface Attachments {
  /** The changes of the log's key, in their order. */
  readonly keyChanges?: readonly KeyChange[];
  /** Earlier checkpoints, in ascending order of size. */
  readonly series?: readonly SeriesRecord[];
  /** Time stamps of the export's checkpoint or of those of the series. */
  readonly timestamps?: readonly TimestampRecord[];
  /** A tlog-policy file: by whom the hub has its checkpoints cosigned. */
  readonly policy?: Buffer | null;
}

export interface AttachedFile extends ExportFile {
  readonly name: OptionalFile;
}

/** The files in the order they have to stand in; `checkpoint` is the note of the export. */
export function attachedFiles({ keyChanges = [], series = [], timestamps = [], policy = null }: Attachments, checkpoint: string, vkey: string): AttachedFile[] {
  const last = parseCheckpoint(parseNote(checkpoint).text);
  const sizes = new Set([last, ...checkSeries(series, last, followKeyChanges(keyChanges, last, vkey))].map(({ size }) => size));
  const lost = timestamps.find(({ size }) => !sizes.has(size));
  if (lost !== undefined) throw new RangeError(`a time stamp is of a checkpoint of size ${lost.size}, which the export does not hold`);
  if (policy !== null) parsePolicy(policy);
  const files: Readonly<Record<OptionalFile, Buffer>> = {
    [KEYS_FILE]: Buffer.from(formatKeyChanges(keyChanges), 'utf8'),
    [CHECKPOINTS_FILE]: Buffer.from(formatSeries(series), 'utf8'),
    [TIMESTAMPS_FILE]: Buffer.from(formatTimestamps(timestamps), 'utf8'),
    [POLICY_FILE]: policy ?? Buffer.alloc(0),
  };
  return OPTIONAL_FILES.filter((name) => files[name].length > 0).map((name) => ({ name, bytes: files[name] }));
}
