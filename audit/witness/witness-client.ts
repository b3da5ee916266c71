/**
 * One witness as the hub sees it, by C2SP tlog-witness over HTTP: submit a checkpoint, ask for the latest it cosigned. Believes
 * nothing that is not signed; short answers only, within a deadline.
 */
import { ADD_CHECKPOINT_PATH, formatAddCheckpoint, monitoringPath, SIZE_MEDIA_TYPE, type AddCheckpoint } from '../log/add-checkpoint';
import { parseDecimal, verifyCheckpointByAny, type Checkpoint } from '../log/checkpoint';
import { cosignersOf } from '../log/cosigner';
import { formatSignature, openNote } from '../log/note';
import { parseVkey, type VerifierKey } from '../log/note-key';

export interface WitnessAddress {
  /** Of signature type 0x04. */
  readonly vkey: string;
  /** Submission and monitoring prefix, without a slash at its end. */
  readonly url: string;
}

export type SubmissionAnswer =
  | { readonly kind: 'COSIGNED'; readonly line: string; readonly at: Date }
  /** The witness is at this size, says it. */
  | { readonly kind: 'OTHER_SIZE'; readonly size: number }
  | { readonly kind: 'REFUSED'; readonly status: number };

const DEADLINE_MS = 10_000;
/** A cosignature line has some 200 characters, a cosigned checkpoint some 2,000. */
const ANSWER_BYTES_MAX = 65_536;

export class WitnessClient {
  readonly name: string;
  readonly vkey: string;
  private readonly key: VerifierKey;

  constructor(private readonly address: WitnessAddress) {
    this.key = parseVkey(address.vkey);
    this.name = this.key.name;
    this.vkey = address.vkey;
  }

  /** Throws when the witness cannot be reached or answers what is no cosignature of this checkpoint by its key. */
  async add(request: AddCheckpoint, stop: AbortSignal): Promise<SubmissionAnswer> {
    const response = await this.fetch(ADD_CHECKPOINT_PATH, stop, { method: 'POST', body: formatAddCheckpoint(request), headers: { 'content-type': 'text/plain; charset=utf-8' } });
    const body = await readShort(response);
    if (response.status === 200) return this.readCosignature(request.checkpoint, body);
    const size = response.status === 409 && response.headers.get('content-type') === SIZE_MEDIA_TYPE ? parseDecimal(body.replace(/\n$/, '')) : null;
    return size === null ? { kind: 'REFUSED', status: response.status } : { kind: 'OTHER_SIZE', size };
  }

  /** The largest checkpoint the witness shows for this log, if a key the log has had signed it: that no witness can make up. */
  async latest(logKeys: readonly VerifierKey[], stop: AbortSignal): Promise<Checkpoint | null> {
    const response = await this.fetch(monitoringPath(logKeys[0]?.name ?? ''), stop, {});
    const body = await readShort(response);
    if (response.status === 404) return null;
    if (response.status !== 200) throw new Error(`the witness answered ${response.status}`);
    const { origin, size, root } = verifyCheckpointByAny(body, logKeys);
    return { origin, size, root };
  }

  private readCosignature(checkpoint: string, body: string): SubmissionAnswer {
    const opened = openNote(checkpoint + body, [this.key]);
    const [cosigned] = cosignersOf(opened, [this.key]);
    const [signature] = opened.verified;
    if (cosigned === undefined || signature === undefined) throw new Error('the witness did not cosign the checkpoint');
    return { kind: 'COSIGNED', line: formatSignature(signature), at: cosigned.at };
  }

  private async fetch(path: string, stop: AbortSignal, init: RequestInit): Promise<Response> {
    return fetch(`${this.address.url}/${path}`, { ...init, redirect: 'error', signal: AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MS)]) });
  }
}

/** The whole body, or an error as soon as it is longer than any honest answer. */
async function readShort(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer of the witness is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
