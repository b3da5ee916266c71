/**
 * Decides whether an RFC 3161 token is believed: its imprint, its signature, the purpose of its certificate, and a chain up to
 * certificates that came from outside. Needs no network; a certificate that has expired since was valid when it stamped.
 */
import { hash, X509Certificate } from 'node:crypto';
import { fromBER, ObjectIdentifier, OctetString, Sequence, type BaseBlock } from 'asn1js';
import { Certificate, type SignedData, type TSTInfo } from 'pkijs';
import type { StampDecision, StampVerifier } from '../log/timestamp-file';
import { bufferOf, readSignedData, readStampedContent, StampRefusal } from './stamp-request';

/** SHA-256, SHA-384 and SHA-512: imprints by anything older can be made to fit other bytes. */
const IMPRINT_OIDS = ['2.16.840.1.101.3.4.2.1', '2.16.840.1.101.3.4.2.2', '2.16.840.1.101.3.4.2.3'];
const TST_INFO_OID = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE_OID = '1.2.840.113549.1.9.3';
const EXTENDED_KEY_USAGE_OID = '2.5.29.37';
const TIME_STAMPING_OID = '1.3.6.1.5.5.7.3.8';
/** ESSCertID (RFC 2634) and ESSCertIDv2 (RFC 5816): which certificate signed is itself signed. */
const SIGNING_CERTIFICATE_OID = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2_OID = '1.2.840.113549.1.9.16.2.47';
const HASHES: Readonly<Record<string, string>> = { [IMPRINT_OIDS[0] as string]: 'sha256', [IMPRINT_OIDS[1] as string]: 'sha384', [IMPRINT_OIDS[2] as string]: 'sha512' };

/** `trusted`: PEM certificates of the authorities believed. Throws StampRefusal when there is none in it. */
export function openStampVerifier(trusted: string): StampVerifier {
  const blocks = trusted.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new StampRefusal('the file holds no certificate in PEM');
  const trustedCerts = blocks.map(readPem);
  return async (token, stamped) => {
    try {
      return await decide(token, stamped, trustedCerts);
    } catch (error) {
      // The library's errors carry a message of its own; nothing in it comes from the token's author but names.
      return { problem: error instanceof StampRefusal ? error.message : 'the signature or the chain of certificates does not hold' };
    }
  };
}

function readPem(pem: string): Certificate {
  try {
    return Certificate.fromBER(bufferOf(new X509Certificate(pem).raw));
  } catch {
    throw new StampRefusal('a certificate cannot be read');
  }
}

async function decide(token: Buffer, stamped: Buffer, trustedCerts: Certificate[]): Promise<StampDecision> {
  // Bytes after the token are covered by no signature.
  if (fromBER(bufferOf(token)).offset !== token.length) throw new StampRefusal('something follows the token');
  const stamp = readStampedContent(token);
  if (!IMPRINT_OIDS.includes(stamp.messageImprint.hashAlgorithm.algorithmId)) throw new StampRefusal('the imprint is by a hash that is not accepted');
  const signed = readSignedData(token);
  if (signed.signerInfos.length !== 1) throw new StampRefusal('the token has not exactly one signer');
  const { signatureVerified, signerCertificate } = await signed.verify({ signer: 0, data: bufferOf(stamped), trustedCerts, checkChain: true, passedWhenNotRevValues: true, extendedMode: true });
  if (signatureVerified !== true || !signerCertificate) throw new StampRefusal('the signature does not hold');
  assertPurpose(signerCertificate);
  assertSignedAttributes(signed, signerCertificate);
  return { at: latestTime(stamp), authority: commonName(new X509Certificate(derOf(signerCertificate)).subject) };
}

/** As it was issued, not as the library would encode it again. */
function derOf(certificate: Certificate): Buffer {
  return Buffer.from(certificate.toSchema(false).toBER());
}

/** RFC 3161 section 2.3: one purpose, and critical, so that no other certificate of a trusted chain can stamp. */
function assertPurpose(certificate: Certificate): void {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE_OID);
  const purposes = (usage?.parsedValue as { keyPurposes?: readonly string[] } | undefined)?.keyPurposes ?? [];
  if (usage?.critical !== true || purposes.length !== 1 || purposes[0] !== TIME_STAMPING_OID) throw new StampRefusal('the certificate is not one for time stamping alone');
}

function assertSignedAttributes({ signerInfos }: SignedData, certificate: Certificate): void {
  const attributes = signerInfos[0]?.signedAttrs?.attributes ?? [];
  const valueOf = (oid: string): BaseBlock | undefined => (attributes.find(({ type }) => type === oid)?.values as BaseBlock[] | undefined)?.[0];
  const contentType = valueOf(CONTENT_TYPE_OID);
  if (!(contentType instanceof ObjectIdentifier) || contentType.valueBlock.toString() !== TST_INFO_OID) throw new StampRefusal('the signature is over another kind of content');
  const v2 = valueOf(SIGNING_CERTIFICATE_V2_OID);
  const named = v2 === undefined ? readCertificateId(valueOf(SIGNING_CERTIFICATE_OID), 'sha1') : readCertificateId(v2, 'sha256');
  if (named === null || !hash(named.algorithm, derOf(certificate), 'buffer').equals(named.digest)) throw new StampRefusal('the token does not name the certificate that signed it');
}

/** The first certificate id of a SigningCertificate or SigningCertificateV2 attribute. */
function readCertificateId(value: BaseBlock | undefined, byDefault: string): { readonly algorithm: string; readonly digest: Buffer } | null {
  const certs = value instanceof Sequence ? value.valueBlock.value[0] : undefined;
  const first = certs instanceof Sequence ? certs.valueBlock.value[0] : undefined;
  if (!(first instanceof Sequence)) return null;
  const [head, next] = first.valueBlock.value;
  const oid = head instanceof Sequence ? head.valueBlock.value[0] : undefined;
  const algorithm = oid instanceof ObjectIdentifier ? HASHES[oid.valueBlock.toString()] : byDefault;
  const digest = head instanceof OctetString ? head : next;
  return algorithm === undefined || !(digest instanceof OctetString) ? null : { algorithm, digest: Buffer.from(digest.valueBlock.valueHexView) };
}

/** The end of the interval that the authority states: what was stamped existed then at the latest. */
function latestTime({ genTime, accuracy }: TSTInfo): Date {
  const { seconds = 0, millis = 0, micros = 0 } = accuracy ?? {};
  return new Date(genTime.getTime() + seconds * 1000 + millis + Math.ceil(micros / 1000));
}

function commonName(subject: string): string {
  return /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
}
