/** A time-stamping authority in JavaScript: a root, a certificate for stamping, and answers to RFC 3161 requests. Lies on demand. */
import { createHash, webcrypto } from 'node:crypto';
import { BitString, Integer, ObjectIdentifier, OctetString, Sequence, Utf8String } from 'asn1js';
import {
  Accuracy,
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  Extension,
  ExtKeyUsage,
  IssuerAndSerialNumber,
  MessageImprint,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { bufferOf } from '../../../audit/time/stamp-request';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** What a dishonest or careless authority does differently. */
export interface AuthorityFlaws {
  readonly purposes?: readonly string[];
  readonly isCritical?: boolean;
  readonly namesCertificate?: boolean;
  readonly namesOtherCertificate?: boolean;
  readonly contentType?: string;
  readonly status?: number;
  readonly imprint?: (imprint: Buffer) => Buffer;
  readonly nonce?: (nonce: ArrayBuffer) => ArrayBuffer | null;
  readonly certificates?: 'none';
  readonly validUntil?: Date;
}

export interface TestAuthority {
  readonly rootPem: string;
  /** DER of a TimeStampResp. */
  answer(request: Buffer, at: Date): Promise<Buffer>;
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']));
}

interface Subject {
  readonly name: string;
  readonly serial: number;
  readonly issuer: string;
  readonly extensions: readonly Extension[];
  readonly until: Date;
}

async function certificateOf({ name, serial, issuer, extensions, until }: Subject, keys: webcrypto.CryptoKeyPair, signer: webcrypto.CryptoKeyPair): Promise<Certificate> {
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new Integer({ value: serial });
  certificate.issuer.typesAndValues.push(new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: issuer }) }));
  certificate.subject.typesAndValues.push(new AttributeTypeAndValue({ type: '2.5.4.3', value: new Utf8String({ value: name }) }));
  certificate.notBefore.value = new Date('2020-01-01T00:00:00Z');
  certificate.notAfter.value = until;
  certificate.extensions = [...extensions];
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  await certificate.sign(signer.privateKey, 'SHA-256');
  return certificate;
}

const derOf = (certificate: Certificate): Buffer => Buffer.from(certificate.toSchema(false).toBER());
const constraints = (cA: boolean): Extension => new Extension({ extnID: '2.5.29.19', critical: true, extnValue: new BasicConstraints({ cA }).toSchema().toBER(), parsedValue: new BasicConstraints({ cA }) });
/** keyCertSign for a root, digitalSignature for the rest. */
const usage = (bits: number): Extension => new Extension({ extnID: '2.5.29.15', critical: true, extnValue: new BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits: bits === 0x80 ? 7 : 2 }).toBER() });

function purposesOf({ purposes = ['1.3.6.1.5.5.7.3.8'], isCritical = true }: AuthorityFlaws): Extension {
  const usages = new ExtKeyUsage({ keyPurposes: [...purposes] });
  return new Extension({ extnID: '2.5.29.37', critical: isCritical, extnValue: usages.toSchema().toBER(), parsedValue: usages });
}

export async function testAuthority(flaws: AuthorityFlaws = {}): Promise<TestAuthority> {
  const [rootKeys, keys] = [await newKeys(), await newKeys()];
  const until = new Date('2045-01-01T00:00:00Z');
  const root = await certificateOf({ name: 'Test Root', serial: 1, issuer: 'Test Root', extensions: [constraints(true), usage(0x04)], until }, rootKeys, rootKeys);
  const stamping = await certificateOf({ name: 'Test Authority', serial: 2, issuer: 'Test Root', extensions: [constraints(false), usage(0x80), purposesOf(flaws)], until: flaws.validUntil ?? until }, keys, rootKeys);
  const rootPem = `-----BEGIN CERTIFICATE-----\n${(derOf(root).toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
  let serial = 0;
  return {
    rootPem,
    async answer(bytes, at) {
      const request = TimeStampReq.fromBER(bufferOf(bytes));
      if (flaws.status !== undefined) return Buffer.from(new TimeStampResp({ status: new PKIStatusInfo({ status: flaws.status }) }).toSchema().toBER());
      const stamp = stampFor(request, at, (serial += 1), flaws);
      const content = await signedBy(stamp, { certificate: stamping, keys, flaws });
      return Buffer.from(new TimeStampResp({ status: new PKIStatusInfo({ status: 0 }), timeStampToken: content }).toSchema().toBER());
    },
  };
}

function stampFor(request: TimeStampReq, at: Date, serial: number, flaws: AuthorityFlaws): TSTInfo {
  const imprint = Buffer.from(request.messageImprint.hashedMessage.valueBlock.valueHexView);
  const nonce = request.nonce === undefined ? null : bufferOf(request.nonce.valueBlock.valueHexView);
  const answered = nonce === null || flaws.nonce === undefined ? nonce : flaws.nonce(nonce);
  return new TSTInfo({
    version: 1,
    policy: '1.2.3.4',
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: request.messageImprint.hashAlgorithm.algorithmId }),
      hashedMessage: new OctetString({ valueHex: bufferOf(flaws.imprint?.(imprint) ?? imprint) }),
    }),
    serialNumber: new Integer({ value: serial }),
    genTime: at,
    accuracy: new Accuracy({ seconds: 1 }),
    ...(answered !== null && { nonce: new Integer({ valueHex: answered }) }),
  });
}

interface Means {
  readonly certificate: Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly flaws: AuthorityFlaws;
}

async function signedBy(stamp: TSTInfo, { certificate, keys, flaws }: Means): Promise<ContentInfo> {
  const content = Buffer.from(stamp.toSchema().toBER());
  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: TST_INFO });
  // Given to the constructor, the library would cut it into pieces, which DER does not allow.
  encapContentInfo.eContent = new OctetString({ valueHex: bufferOf(content) });
  const signed = new SignedData({
    version: 3,
    encapContentInfo,
    signerInfos: [new SignerInfo({ version: 1, sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }) })],
    ...(flaws.certificates !== 'none' && { certificates: [certificate] }),
  });
  (signed.signerInfos[0] as SignerInfo).signedAttrs = new SignedAndUnsignedAttributes({ type: 0, attributes: attributesOf(content, certificate, flaws) });
  await signed.sign(keys.privateKey, 0, 'SHA-256', bufferOf(content));
  return new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signed.toSchema(true) });
}

function attributesOf(content: Buffer, certificate: Certificate, { namesCertificate = true, namesOtherCertificate = false, contentType = TST_INFO }: AuthorityFlaws): Attribute[] {
  const digest = (bytes: Buffer): OctetString => new OctetString({ valueHex: bufferOf(createHash('sha256').update(bytes).digest()) });
  const named = new Sequence({ value: [new Sequence({ value: [new Sequence({ value: [digest(namesOtherCertificate ? Buffer.from('another') : derOf(certificate))] })] })] });
  return [
    new Attribute({ type: '1.2.840.113549.1.9.3', values: [new ObjectIdentifier({ value: contentType })] }),
    new Attribute({ type: '1.2.840.113549.1.9.4', values: [digest(content)] }),
    ...(namesCertificate ? [new Attribute({ type: '1.2.840.113549.1.9.16.2.47', values: [named] })] : []),
  ];
}
