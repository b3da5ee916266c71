/**
 * RFC 3161 requests and responses: asks for a stamp over bytes, and takes the token out of what comes back. Refuses an answer
 * to another question; whether the token is to be believed is decided by stamp-verifier.ts.
 */
import { hash, randomBytes } from 'node:crypto';
import { Integer, OctetString } from 'asn1js';
import { AlgorithmIdentifier, ContentInfo, MessageImprint, SignedData, TimeStampReq, TimeStampResp, TSTInfo } from 'pkijs';

export const REQUEST_MEDIA_TYPE = 'application/timestamp-query';
export const SHA256_OID = '2.16.840.1.101.3.4.2.1';
const TST_INFO_OID = '1.2.840.113549.1.9.16.1.4';
/** PKIStatus granted and grantedWithMods. */
const GRANTED = [0, 1];

/** An authority's answer that is not the stamp that was asked for. */
export class StampRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StampRefusal';
  }
}

export interface StampRequest {
  /** DER of the TimeStampReq. */
  readonly bytes: Buffer;
  readonly imprint: Buffer;
  readonly nonce: Buffer;
}

/** Asks for the certificate, too: a token has to be verifiable when the authority is gone. */
export function newStampRequest(stamped: Buffer): StampRequest {
  const imprint = hash('sha256', stamped, 'buffer');
  const nonce = randomBytes(16);
  // A positive INTEGER of fixed length, so that the nonce that comes back has the same bytes.
  nonce[0] = ((nonce[0] as number) & 0x7f) | 0x40;
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({ hashAlgorithm: new AlgorithmIdentifier({ algorithmId: SHA256_OID }), hashedMessage: new OctetString({ valueHex: bufferOf(imprint) }) }),
    nonce: new Integer({ valueHex: bufferOf(nonce) }),
    certReq: true,
  });
  return { bytes: Buffer.from(request.toSchema().toBER()), imprint, nonce };
}

/** The DER of the token in a response to this request. Throws StampRefusal. */
export function readStampResponse(bytes: Buffer, request: StampRequest): Buffer {
  const token = readToken(bytes);
  const { messageImprint, nonce } = readStampedContent(token);
  if (!Buffer.from(messageImprint.hashedMessage.valueBlock.valueHexView).equals(request.imprint)) throw new StampRefusal('the stamp is over other bytes');
  if (nonce === undefined || !Buffer.from(nonce.valueBlock.valueHexView).equals(request.nonce)) throw new StampRefusal('the stamp answers another request');
  return token;
}

function readToken(bytes: Buffer): Buffer {
  try {
    const { status, timeStampToken } = TimeStampResp.fromBER(bufferOf(bytes));
    if (!GRANTED.includes(status.status)) throw new StampRefusal(`the authority refused with status ${status.status}`);
    if (timeStampToken === undefined) throw new StampRefusal('the response holds no token');
    return Buffer.from(timeStampToken.toSchema().toBER());
  } catch (error) {
    if (error instanceof StampRefusal) throw error;
    throw new StampRefusal('the response is not one of RFC 3161');
  }
}

/** What a token states, unverified. Throws StampRefusal when it cannot be read. */
export function readStampedContent(token: Buffer): TSTInfo {
  try {
    const { encapContentInfo } = readSignedData(token);
    if (encapContentInfo.eContentType !== TST_INFO_OID || encapContentInfo.eContent === undefined) throw new StampRefusal('the token holds no time stamp');
    return TSTInfo.fromBER(new Uint8Array(encapContentInfo.eContent.getValue()).slice().buffer);
  } catch (error) {
    if (error instanceof StampRefusal) throw error;
    throw new StampRefusal('the token is not one of RFC 3161');
  }
}

export function readSignedData(token: Buffer): SignedData {
  const content = ContentInfo.fromBER(bufferOf(token));
  if (content.contentType !== ContentInfo.SIGNED_DATA) throw new StampRefusal('the token is not signed data');
  return new SignedData({ schema: content.content as unknown });
}

/** A copy, since a Buffer may be a window on bytes of others. */
export function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
