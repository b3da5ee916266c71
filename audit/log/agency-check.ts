/**
 * Verifies, from the entries of an export alone, what agencies stated and signed: with the key that an earlier entry registered, as
 * it stood at the entry that the statement was decided on. What stands on entries the export does not hold is not decidable, never valid.
 */
import { readPublicKey, type AgencyPublicKey } from './agency-key';
import { isSignedBy, readSignature, signatureHolds, statementOf, type StatementKind } from './agency-signature';
import type { JsonValue } from './canonical';
import { parseDisclosure } from './commitment';
import type { DisclosureRecord } from './disclosure-record';
import type { ParsedEntry } from './entry';
import type { EntryWatch, LeafOf } from './entry-watch';
import type { Manifest } from './manifest';
import type { Finding, ReasonCode, StatementCounts, Verdict } from './verdict';

const REGISTERED = 'agencies.AgencyKeyRegistered';
const REVOKED = 'agencies.AgencyKeyRevoked';
const ACKNOWLEDGED = 'audit.HandoverAcknowledged';
const ATTESTED = 'debts.ReturnOrDestructionAttested';

/** A report of more violations than this helps nobody; the rest is counted. */
const MOST_FINDINGS = 100;

type Members = { readonly [name: string]: JsonValue };

interface RegisteredKey extends AgencyPublicKey {
  readonly agencyId: string;
  readonly validUntil: string;
  readonly registeredAt: number;
  revokedAt: number | null;
}

/** What was decided on: everything up to an entry, at an instant. */
interface Cited {
  readonly index: number;
  readonly at: string;
}

type Judgement = 'signed' | 'unsigned' | 'not decidable' | 'ended' | Pick<Finding, 'code' | 'expected' | 'got'>;

export class AgencyCheck implements EntryWatch {
  readonly types: readonly string[] = [REGISTERED, REVOKED, ACKNOWLEDGED, ATTESTED];
  private readonly keys = new Map<string, RegisteredKey>();
  private readonly tally = { signed: 0, unsigned: 0, ended: 0, notDecidable: 0, violations: 0 };
  private readonly findings: Finding[] = [];
  private isLog = false;
  /** Streams held from their first entry on. */
  private streams: ReadonlySet<string> = new Set();

  begin({ kind, streams }: Pick<Manifest, 'kind' | 'streams'>): void {
    this.isLog = kind === 'log';
    this.streams = new Set(streams.filter(({ from }) => from === 1).map(({ stream }) => stream));
  }

  accept(entry: ParsedEntry, record: DisclosureRecord, leafOf: LeafOf): void {
    const shown = membersOf(record);
    const { type } = entry.event;
    if (type === REGISTERED) this.register(entry, shown);
    else if (type === REVOKED) this.revoke(entry, shown);
    else this.note(entry.index, this.judge(entry, shown, leafOf));
  }

  get counts(): StatementCounts {
    return this.tally;
  }

  verdict(): Verdict {
    const { signed, unsigned, ended, notDecidable, violations } = this.tally;
    if (violations > 0) return { state: 'failed', reasons: this.findings };
    const told: readonly (readonly [code: ReasonCode, count: number])[] = [
      ['AGENCY_SIGNATURES_HOLD', signed],
      ['AGENCY_STATEMENTS_UNSIGNED', unsigned],
      ['AGENCY_KEY_ENDED_MEANWHILE', ended],
      ['AGENCY_STATEMENTS_NOT_DECIDABLE', notDecidable],
    ];
    const reasons = told.filter(([, count]) => count > 0).map(([code, count]): Finding => ({ code, got: String(count) }));
    if (reasons.length === 0) return { state: 'not checked', reasons: [{ code: 'AGENCY_STATEMENTS_NONE' }] };
    return { state: ended + notDecidable > 0 ? 'not proven' : 'proven', reasons };
  }

  private note(index: number, judgement: Judgement): void {
    if (judgement === 'not decidable') this.tally.notDecidable += 1;
    else if (typeof judgement === 'string') this.tally[judgement] += 1;
    else {
      this.tally.violations += 1;
      if (this.findings.length < MOST_FINDINGS) this.findings.push({ ...judgement, index });
    }
  }

  /** A key counts from here when the agency showed by its own signature that it holds it, and nobody registered it before. */
  private register({ index, event: { facts } }: ParsedEntry, shown: Members): void {
    const [agencyId, thumbprint, spki, possession] = textsOf(shown, 'agencyId', 'thumbprint', 'publicKey', 'possession');
    if (agencyId === undefined || thumbprint === undefined || spki === undefined || possession === undefined) return this.note(index, 'not decidable');
    const key = readPublicKey(spki);
    const { algorithm, validUntil } = facts;
    const isWellMade = key !== null && key.thumbprint === thumbprint && key.algorithm === algorithm && typeof validUntil === 'string';
    if (!isWellMade || this.keys.has(thumbprint) || !isSignedBy(key, statementOf('AGENCY_KEY', agencyId, { thumbprint }), possession)) {
      return this.note(index, { code: 'AGENCY_KEY_INVALID', expected: 'a key registered once, by who holds it', got: thumbprint });
    }
    this.keys.set(thumbprint, { ...key, agencyId, validUntil, registeredAt: index, revokedAt: null });
  }

  private revoke({ index }: ParsedEntry, shown: Members): void {
    const [agencyId, thumbprint = ''] = textsOf(shown, 'agencyId', 'thumbprint');
    const key = this.keys.get(thumbprint);
    if (key === undefined) return;
    if (key.agencyId !== agencyId) return this.note(index, { code: 'AGENCY_KEY_OF_ANOTHER', expected: key.agencyId, got: agencyId ?? '' });
    key.revokedAt ??= index;
  }

  private judge(entry: ParsedEntry, shown: Members, leafOf: LeafOf): Judgement {
    const { index, event, recordedAt } = entry;
    const cited: Cited = event.decision === null ? { index: index - 1, at: recordedAt } : event.decision;
    const [agencyId, signature] = textsOf(shown, 'agencyId', 'signature');
    if (agencyId === undefined) return 'not decidable';
    if (event.type === ACKNOWLEDGED) {
      const mismatch = otherPayload(entry, leafOf);
      if (mismatch !== null) return mismatch;
    }
    // A member that the export withholds could be the signature, or part of what was signed.
    const isWithheld = Object.keys(shown).length < event.sd.length;
    if (signature === undefined) return isWithheld ? 'not decidable' : this.judgeUnsigned(agencyId, cited);
    const judgement = this.judgeSigned(agencyId, statementIn(entry, agencyId, shown), signature, cited);
    if (judgement === 'signed') return this.isRevokedBefore(signature, index) ? 'ended' : 'signed';
    return isWithheld && typeof judgement === 'object' && judgement.code === 'AGENCY_SIGNATURE_INVALID' ? 'not decidable' : judgement;
  }

  private judgeUnsigned(agencyId: string, cited: Cited): Judgement {
    for (const key of this.keys.values()) {
      if (key.agencyId === agencyId && isInForce(key, cited)) return { code: 'AGENCY_SIGNATURE_MISSING', expected: `signed by ${key.thumbprint}`, got: 'no signature' };
    }
    return this.holdsAgency(agencyId) ? 'unsigned' : 'not decidable';
  }

  private judgeSigned(agencyId: string, statement: string, signature: string, cited: Cited): Judgement {
    const read = readSignature(signature);
    if (read === null) return { code: 'AGENCY_SIGNATURE_INVALID', expected: 'a detached JWS', got: 'something else' };
    const key = this.keys.get(read.thumbprint);
    if (key === undefined) return this.holdsAgency(agencyId) ? { code: 'AGENCY_KEY_UNKNOWN', expected: 'a key registered before', got: read.thumbprint } : 'not decidable';
    if (key.agencyId !== agencyId) return { code: 'AGENCY_KEY_OF_ANOTHER', expected: agencyId, got: key.agencyId };
    if (!signatureHolds(read, statement, key)) return { code: 'AGENCY_SIGNATURE_INVALID', expected: `signed by ${key.thumbprint}`, got: 'not signed by it' };
    if (!isInForce(key, cited)) return { code: 'AGENCY_KEY_NOT_IN_FORCE', expected: `in force at entry ${cited.index}, ${cited.at}`, got: termOf(key) };
    return 'signed';
  }

  private isRevokedBefore(signature: string, index: number): boolean {
    const revokedAt = this.keys.get(readSignature(signature)?.thumbprint ?? '')?.revokedAt ?? null;
    return revokedAt !== null && revokedAt < index;
  }

  /** Keys are registered and revoked in the agency's stream alone: whoever holds it from its beginning has every key up to here. */
  private holdsAgency(agencyId: string): boolean {
    return this.isLog || this.streams.has(`agency:${agencyId}`);
  }
}

function isInForce({ registeredAt, revokedAt, validUntil }: RegisteredKey, { index, at }: Cited): boolean {
  return registeredAt <= index && (revokedAt === null || revokedAt > index) && validUntil > at;
}

function termOf({ registeredAt, revokedAt, validUntil }: RegisteredKey): string {
  return `registered by entry ${registeredAt}, until ${validUntil}${revokedAt === null ? '' : `, revoked by entry ${revokedAt}`}`;
}

/** The receipt is of exactly the entry that shared, wherever the export holds that one. */
function otherPayload({ index, event: { facts } }: ParsedEntry, leafOf: LeafOf): Judgement | null {
  const { share, payloadHash } = facts;
  const isBefore = typeof share === 'number' && Number.isSafeInteger(share) && share >= 0 && share < index;
  const leaf = isBefore ? leafOf(share) : null;
  if (isBefore && leaf === null) return null;
  const expected = leaf === null ? 'the hash of an earlier entry' : Buffer.from(leaf, 'base64url').toString('hex');
  return expected === payloadHash ? null : { code: 'HANDOVER_PAYLOAD_MISMATCH', expected, got: typeof payloadHash === 'string' ? payloadHash : 'no hash' };
}

function statementIn({ event: { type, facts } }: ParsedEntry, agencyId: string, shown: Members): string {
  const said = (members: Members, name: string): JsonValue => members[name] ?? null;
  const kind: StatementKind = type === ACKNOWLEDGED ? 'HANDOVER_RECEIVED' : 'RETURN_OR_DESTRUCTION';
  if (kind === 'HANDOVER_RECEIVED') return statementOf(kind, agencyId, { index: said(facts, 'share'), payloadHash: said(facts, 'payloadHash') });
  return statementOf(kind, agencyId, {
    basis: said(facts, 'basis'),
    evidenceHash: said(shown, 'evidenceHash'),
    method: said(facts, 'method'),
    placementId: said(shown, 'placementId'),
    retainedUntil: said(facts, 'retainedUntil'),
  });
}

function membersOf({ disclosed }: DisclosureRecord): Members {
  const shown: { [name: string]: JsonValue } = {};
  for (const text of disclosed) {
    const disclosure = parseDisclosure(text);
    if (disclosure.form === 'member') shown[disclosure.name] = disclosure.value;
  }
  return shown;
}

function textsOf(members: Members, ...names: readonly string[]): readonly (string | undefined)[] {
  return names.map((name) => (typeof members[name] === 'string' ? members[name] : undefined));
}
