/**
 * What agencies signed, verified from the export alone: a receipt or attestation counts by the key its own agency had registered and
 * not revoked. Each case is a log that the operator signed; only what he writes in an agency's name is in question.
 */
import { Readable } from 'node:stream';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { renderReport } from '../../../audit/bundle/render-report';
import { readPublicKey } from '../../../audit/log/agency-key';
import { isSignedBy, statementOf } from '../../../audit/log/agency-signature';
import type { JsonValue } from '../../../audit/log/canonical';
import type { Report } from '../../../audit/log/verdict';
import { decideSignature } from '../../../kernel/agency-keys/signature';
import { AgencySigner } from '../../support/agency-signer';
import { createdEvent, KEY, logBundle, sampleLog, streamBundle, type SampleEvent, type SampleLog } from '../sample-log';

const [AGENCY, OTHER, CREDITOR, BORROWER] = ['agency_1', 'agency_2', 'creditor_1', 'borrower_1'] as const;
const [own, curve, stranger] = [new AgencySigner(), new AgencySigner('P-256'), new AgencySigner()];
const at = (minute: number): string => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString();

type Before = Pick<SampleLog, 'leaves'>;
/** One event of a log, told by what differs; made when everything before it is there. */
type Told = (n: number, before: Before) => Omit<Draft, 'n'>;
interface Draft {
  readonly type: string;
  readonly audience?: string;
  readonly facts?: { readonly [name: string]: JsonValue };
  readonly hidden: { readonly [name: string]: JsonValue };
  readonly streams: readonly string[];
  /** The entry decided on, and when; the one right before unless said. */
  readonly cites?: number;
  readonly citedAt?: string;
}

const seal = (n: number, { type, audience = 'PARTNER', facts = {}, hidden, streams, cites, citedAt }: Omit<Draft, 'n'>): SampleEvent => ({
  draft: {
    type,
    typeVersion: 1,
    id: `event_${String(n).padStart(26, '0')}`,
    occurredAt: at(n),
    actor: { audience, method: 'token' },
    retention: 'SHARE_RECORD',
    facts,
    decision: { at: citedAt ?? at(n), index: cites ?? n - 1, outcome: 'ALLOW', rulePack: 'handover-2026.1', rules: ['HANDOVER-SHARED'] },
    structural: Object.fromEntries(Object.entries(hidden).map(([name, value]) => [name, { value, reveal: null }])),
  },
  streams,
  source: type.endsWith('.DataDisclosed') ? 'debts/direct' : (type.split('.')[0] as string),
});

const registered =
  (signer: AgencySigner, agencyId: string = AGENCY, change: { readonly [name: string]: JsonValue } = {}): Told =>
  () => ({
    type: 'agencies.AgencyKeyRegistered',
    facts: { algorithm: signer.algorithm, validUntil: at(30) },
    hidden: { agencyId, thumbprint: signer.thumbprint, publicKey: signer.pem.replace(/-----[A-Z ]+-----|\n/g, ''), possession: signer.possession(agencyId), ...change },
    streams: [`agency:${agencyId}`],
  });
const revoked =
  (signer: AgencySigner, agencyId: string = AGENCY): Told =>
  () => ({ type: 'agencies.AgencyKeyRevoked', facts: { reason: 'COMPROMISED' }, hidden: { agencyId, thumbprint: signer.thumbprint }, streams: [`agency:${agencyId}`] });
const shared: Told = () => ({
  type: 'debts.DataDisclosed',
  facts: { categories: ['BALANCE'], subjects: 1 },
  hidden: { actorOrg: AGENCY },
  streams: [`agency:${AGENCY}`, `borrower:${BORROWER}`, `creditor:${CREDITOR}`],
});

interface ReceiptChange {
  readonly agencyId?: string;
  readonly said?: (members: { readonly [name: string]: JsonValue }) => { readonly [name: string]: JsonValue };
  readonly signature?: (signature: string) => string;
  readonly payloadHash?: string;
  readonly cites?: number;
  readonly citedAt?: string;
}

/** A receipt for the share at a place; `signer` null: unsigned. */
const receipt =
  (share: number, signer: AgencySigner | null, { agencyId = AGENCY, said = (members) => members, signature = (text) => text, payloadHash, cites, citedAt }: ReceiptChange = {}): Told =>
  (_n, { leaves }) => {
    const facts = { share, payloadHash: payloadHash ?? (leaves[share] as Buffer).toString('hex') };
    const statement = statementOf('HANDOVER_RECEIVED', agencyId, said({ index: share, payloadHash: facts.payloadHash }));
    return {
      type: 'audit.HandoverAcknowledged',
      facts,
      hidden: { agencyId, ...(signer === null ? {} : { thumbprint: signer.thumbprint, signature: signature(signer.sign(statement)) }) },
      streams: [`agency:${AGENCY}`, `borrower:${BORROWER}`, `creditor:${CREDITOR}`],
      ...(cites === undefined ? {} : { cites }),
      ...(citedAt === undefined ? {} : { citedAt }),
    };
  };

const attested =
  (signer: AgencySigner, evidenceHash: string | null, saidMethod = 'DESTROYED'): Told =>
  () => {
    const statement = statementOf('RETURN_OR_DESTRUCTION', AGENCY, { basis: null, evidenceHash, method: saidMethod, placementId: 'placement_1', retainedUntil: null });
    return {
      type: 'debts.ReturnOrDestructionAttested',
      facts: { method: 'DESTROYED', late: false },
      hidden: { agencyId: AGENCY, placementId: 'placement_1', ...(evidenceHash === null ? {} : { evidenceHash }), thumbprint: signer.thumbprint, signature: signer.sign(statement) },
      streams: [`agency:${AGENCY}`, `borrower:${BORROWER}`, `creditor:${CREDITOR}`],
    };
  };

const logOf = (...told: readonly Told[]): Promise<SampleLog> =>
  sampleLog(told.length + 1, {}, [createdEvent(), ...told.map((one, i) => (before: Before) => seal(i + 1, one(i + 1, before)))]);
const verify = (bytes: Buffer): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey: KEY.vkey });
const whole = async (...told: readonly Told[]): Promise<Report> => verify(await logBundle(await logOf(...told)));

/** Everything up to the n-th entry of a stream; the log itself knows how many there are. */
async function ofStream(stream: string, to: number, ...told: readonly Told[]): Promise<Report> {
  return verify(await streamBundle(await logOf(...told), [{ stream, from: 1, to }]));
}

const NONE = { signed: 0, unsigned: 0, ended: 0, notDecidable: 0, violations: 0 };

describe('a statement of an agency', () => {
  it('signed by its key in force is proven, with Ed25519 and with P-256, in a whole log', async () => {
    const report = await whole(registered(own), registered(curve), shared, receipt(3, own), shared, receipt(5, curve), attested(own, 'ab'.repeat(32)), attested(own, null));
    expect(report).toMatchObject({ outcome: 'verified', agencies: { state: 'proven', reasons: [{ code: 'AGENCY_SIGNATURES_HOLD', got: '4' }], statements: { ...NONE, signed: 4 } } });
    expect(renderReport(report)).toContain('Statements of agencies: proven');
  });

  it("is proven from the agency's own stream alone", async () => {
    expect(await ofStream(`agency:${AGENCY}`, 4, registered(own), shared, receipt(2, own), attested(own, null))).toMatchObject({ outcome: 'verified', agencies: { state: 'proven', statements: { ...NONE, signed: 2 } } });
  });

  it("is not decidable from a creditor's or a borrower's stream, which do not hold the agency's keys", async () => {
    for (const stream of [`creditor:${CREDITOR}`, `borrower:${BORROWER}`]) {
      expect(await ofStream(stream, 2, registered(own), shared, receipt(2, own))).toMatchObject({
        outcome: 'verified',
        agencies: { state: 'not proven', reasons: [{ code: 'AGENCY_STATEMENTS_NOT_DECIDABLE', got: '1' }], statements: { ...NONE, notDecidable: 1 } },
      });
    }
  });

  it('unsigned by an agency without a key in force is that', async () => {
    const report = await whole(shared, receipt(1, null), registered(own), revoked(own), shared, receipt(5, null), registered(curve), shared, receipt(8, null, { citedAt: at(30) }), shared, receipt(10, null, { cites: 6 }));
    expect(report).toMatchObject({ outcome: 'verified', agencies: { state: 'proven', reasons: [{ code: 'AGENCY_STATEMENTS_UNSIGNED', got: '4' }] } });
  });

  it('signed by a key that was revoked while it was on its way breaks nothing, and does not count', async () => {
    expect(await whole(registered(own), shared, revoked(own), receipt(2, own, { cites: 2 }))).toMatchObject({
      outcome: 'verified',
      agencies: { state: 'not proven', reasons: [{ code: 'AGENCY_KEY_ENDED_MEANWHILE', got: '1' }], statements: { ...NONE, ended: 1 } },
    });
  });

  it('is not looked for where there is none', async () => {
    expect(await whole(shared)).toMatchObject({ outcome: 'verified', agencies: { state: 'not checked', reasons: [{ code: 'AGENCY_STATEMENTS_NONE' }], statements: NONE } });
  });
});

const flipped = (text: string): string => `${text.slice(0, -20)}${text.at(-20) === 'A' ? 'B' : 'A'}${text.slice(-19)}`;

describe('an operator who writes in the name of an agency', () => {
  it.each<[name: string, told: readonly Told[], code: string, index: number]>([
    ['a flipped signature', [registered(own), shared, receipt(2, own, { signature: flipped })], 'AGENCY_SIGNATURE_INVALID', 3],
    ['a signature that is no JWS', [registered(own), shared, receipt(2, own, { signature: () => 'signed' })], 'AGENCY_SIGNATURE_INVALID', 3],
    ['a signature over another share', [registered(own), shared, shared, receipt(3, own, { said: (members) => ({ ...members, index: 2 }) })], 'AGENCY_SIGNATURE_INVALID', 4],
    ['a signature over another payload', [registered(own), shared, receipt(2, own, { said: (members) => ({ ...members, payloadHash: 'ab'.repeat(32) }) })], 'AGENCY_SIGNATURE_INVALID', 3],
    ['a signature made for an attestation of another method', [registered(own), attested(own, null, 'RETURNED')], 'AGENCY_SIGNATURE_INVALID', 2],
    ["another key's signature under the name of the agency's key", [registered(own), shared, receipt(2, own, { signature: () => stranger.sign('x', { alg: 'EdDSA', kid: own.thumbprint }) })], 'AGENCY_SIGNATURE_INVALID', 3],
    ['the key of another agency', [registered(own), registered(curve, OTHER), shared, receipt(3, curve)], 'AGENCY_KEY_OF_ANOTHER', 4],
    ['a key that nobody registered', [registered(own), shared, receipt(2, stranger)], 'AGENCY_KEY_UNKNOWN', 3],
    ['a key registered after', [shared, receipt(1, own), registered(own)], 'AGENCY_KEY_UNKNOWN', 2],
    ['a key registered after what was decided on', [shared, registered(own), receipt(1, own, { cites: 1 })], 'AGENCY_KEY_NOT_IN_FORCE', 3],
    ['a key revoked before', [registered(own), shared, revoked(own), receipt(2, own)], 'AGENCY_KEY_NOT_IN_FORCE', 4],
    ['a key whose term was over', [registered(own), shared, receipt(2, own, { citedAt: at(30) })], 'AGENCY_KEY_NOT_IN_FORCE', 3],
    ['no signature although a key is in force', [registered(own), shared, receipt(2, null)], 'AGENCY_SIGNATURE_MISSING', 3],
    ['a key that the agency never showed to hold', [registered(own, AGENCY, { possession: stranger.possession(AGENCY) })], 'AGENCY_KEY_INVALID', 1],
    ['a key under the name of another', [registered(own, AGENCY, { thumbprint: stranger.thumbprint })], 'AGENCY_KEY_INVALID', 1],
    ['a key that is none', [registered(own, AGENCY, { publicKey: 'AAAA' })], 'AGENCY_KEY_INVALID', 1],
    ['a key registered a second time', [registered(own), registered(own, OTHER)], 'AGENCY_KEY_INVALID', 2],
    ['the revocation of a key that is not its own', [registered(own), revoked(own, OTHER)], 'AGENCY_KEY_OF_ANOTHER', 2],
    ['a receipt of something that was never shared', [shared, receipt(1, null, { payloadHash: 'ab'.repeat(32) })], 'HANDOVER_PAYLOAD_MISMATCH', 2],
    ['a receipt of what is yet to come', [shared, receipt(40, null, { payloadHash: 'ab'.repeat(32) })], 'HANDOVER_PAYLOAD_MISMATCH', 2],
  ])('is found by %s, and the report is broken at the entry', async (_name, told, code, index) => {
    const report = await whole(...told);
    expect(report).toMatchObject({ outcome: 'broken', exitCode: 1, integrity: { state: 'proven' }, agencies: { state: 'failed', reasons: [{ code, index }], statements: { violations: 1 } } });
    expect(renderReport(report)).toContain(`[${code}]`);
  });

  it("is found in the agency's stream as in the whole log", async () => {
    expect(await ofStream(`agency:${AGENCY}`, 3, registered(own), shared, receipt(2, own, { signature: flipped }))).toMatchObject({ outcome: 'broken', agencies: { reasons: [{ code: 'AGENCY_SIGNATURE_INVALID', index: 3 }] } });
    expect(await ofStream(`agency:${AGENCY}`, 3, registered(own), shared, receipt(2, own, { payloadHash: 'ab'.repeat(32) }))).toMatchObject({ outcome: 'broken', agencies: { reasons: [{ code: 'HANDOVER_PAYLOAD_MISMATCH', index: 3 }] } });
  });

  it('fills no report: a hundred violations are named, all are counted', async () => {
    const report = await whole(shared, ...Array.from({ length: 120 }, () => receipt(1, stranger)));
    expect(report.agencies.reasons).toHaveLength(100);
    expect(report.agencies.statements.violations).toBe(120);
  });
});

describe('a public key in an entry', () => {
  it.each([['Ed25519', own], ['P-256', curve]] as const)('of %s is read as the hub read its PEM, and both take the same signatures', (_kind, signer) => {
    const key = readPublicKey(signer.pem.replace(/-----[A-Z ]+-----|\n/g, ''));
    expect(key?.thumbprint).toBe(signer.thumbprint);
    const standing = { ...key!, validUntil: new Date(at(30)), revoked: false };
    for (const signature of [signer.sign('said'), flipped(signer.sign('said')), signer.sign('unsaid')]) {
      const isTaken = 'thumbprint' in decideSignature({ statement: 'said', signature, keys: [standing], now: new Date(at(0)) });
      expect(isSignedBy(key!, 'said', signature)).toBe(isTaken);
    }
  });

  it.each(['', 'AAAA', 'A'.repeat(2_000), `${Buffer.from('x').toString('base64')}=`])('%# is none', (spki) => expect(readPublicKey(spki)).toBeNull());
});
