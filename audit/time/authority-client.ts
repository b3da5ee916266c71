/** A time-stamping authority over HTTP (RFC 3161 section 3.4): one question, one short answer, within a deadline. */
import { newStampRequest, readStampResponse, REQUEST_MEDIA_TYPE, StampRefusal } from './stamp-request';

const DEADLINE_MS = 15_000;
/** A token with a chain of RSA certificates has some 6,000. */
const ANSWER_BYTES_MAX = 65_536;

/** The token over these bytes. Throws StampRefusal for an answer that is not the stamp asked for. */
export async function requestStamp(url: string, stamped: Buffer, stop: AbortSignal): Promise<Buffer> {
  const request = newStampRequest(stamped);
  const response = await fetch(url, {
    method: 'POST',
    body: new Uint8Array(request.bytes),
    headers: { 'content-type': REQUEST_MEDIA_TYPE },
    redirect: 'error',
    signal: AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MS)]),
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new StampRefusal('the answer is too long');
    chunks.push(chunk);
  }
  if (response.status !== 200) throw new StampRefusal(`the authority answered ${response.status}`);
  return readStampResponse(Buffer.concat(chunks), request);
}
