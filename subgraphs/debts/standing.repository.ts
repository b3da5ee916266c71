/**
 * What this room knows of other rooms' facts from the ledger: agreements, engagements, whose borrower somebody is. Reads
 * standing tables only and decides nothing; requests and the relay's worker read the same statements.
 */
import type { StreamPosition } from '../../kernel/ledger';
import type { Transaction } from '../../kernel/transaction';
import type { AgreementStanding, EngagementStanding } from './placement-gate';

/** A statement on whatever connection the caller holds. */
export type Reader = <T>(sql: string, values: readonly unknown[]) => Promise<T[]>;

export function readerOf(transaction: Transaction): Reader {
  return (sql, values) => transaction.query(sql, values);
}

interface AgreementRow extends Omit<AgreementStanding, 'validUntil' | 'isClosed'> {
  /** PostgreSQL's `infinity` arrives as a number. */
  readonly validUntil: Date | number;
  readonly closedAtIndex: number | null;
}

const AGREEMENT = `select r.id, r.creditor_id as "creditorId", r.agency_id as "agencyId", a.products, a.regions, a.days_past_due_min as "daysPastDueMin",
    a.days_past_due_max as "daysPastDueMax", r.purposes, r.categories, r.valid_from as "validFrom", r.valid_until as "validUntil",
    r.closed_at_index as "closedAtIndex", r.stream_n as "streamN"
  from standing_right r join standing_agreement a on a.id = r.id where r.kind = 'AGREEMENT' and r.id = $1`;

export async function readAgreement(read: Reader, id: string): Promise<AgreementStanding | null> {
  const [row] = await read<AgreementRow>(AGREEMENT, [id]);
  if (row === undefined) return null;
  const { closedAtIndex, validUntil, ...rest } = row;
  return { ...rest, validUntil: validUntil instanceof Date ? validUntil : null, isClosed: closedAtIndex !== null };
}

/** The engagement of these two parties that counts: a qualified one before all others, then the latest to have moved. */
const ENGAGEMENT = `select id, state, attested_until as "attestedUntil", stream_n as "streamN" from standing_engagement
  where creditor_id = $1 and agency_id = $2 order by state = 'QUALIFIED' desc, stream_n desc, id limit 1`;

export async function readEngagement(read: Reader, creditorId: string, agencyId: string): Promise<EngagementStanding | null> {
  const [row] = await read<EngagementStanding>(ENGAGEMENT, [creditorId, agencyId]);
  return row ?? null;
}

/** What the ledger is to compare before it accepts what was decided on this standing. */
export function expectedOf(agreement: AgreementStanding, engagement: EngagementStanding): StreamPosition[] {
  return [
    { stream: `grant:${agreement.id}`, n: agreement.streamN },
    { stream: `engagement:${engagement.id}`, n: engagement.streamN },
  ];
}

export async function isBorrowerOf(read: Reader, borrowerId: string, creditorId: string): Promise<boolean> {
  const rows = await read('select 1 from standing_person where borrower_id = $1 and creditor_id = $2', [borrowerId, creditorId]);
  return rows.length > 0;
}
