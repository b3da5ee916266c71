/**
 * What of the two sides' records does not match, for who asks, under row scope. Reads what this room has followed and nothing of any other room.
 */
import type { Actor } from '../../kernel/actor';
import type { AskedScope } from '../../kernel/asked-scope';
import { readPage, type KeysetList } from '../../kernel/keyset';
import type { Transaction } from '../../kernel/transaction';
import type { Page } from '../../schema/page';
import { RECEIPT_HOURS, type ReceiptFault } from '../handover/handover';
import { SHARE_COLUMNS, type ShareRow } from '../handover/handover.repository';

export interface UnmatchedRow {
  readonly index: number;
  readonly agencyId: string;
  readonly fault: ReceiptFault;
  readonly shareIndex: number;
  readonly payloadHash: string;
  readonly receivedAt: Date;
}

export interface DutyRow {
  readonly placementId: string;
  readonly agencyId: string;
  readonly dueIndex: number;
  readonly attestBy: Date | null;
  readonly attestedIndex: number | null;
  readonly keptUntil: string | null;
}

export interface RefusalRow {
  readonly index: number;
  readonly agencyId: string | null;
  readonly room: string;
  readonly command: string | null;
  readonly ruleId: string;
  readonly count: number;
  readonly since: Date;
}

export interface Counts {
  readonly shares: number;
  readonly sharesWithoutReceipt: number;
  readonly sharesOverdue: number;
  readonly receiptsWithoutShare: number;
  readonly recallsWithoutAttestation: number;
  readonly recallsOverdue: number;
  readonly refusals: number;
}

const BY_INDEX = [{ name: 'index', type: 'bigint' }] as const;

export const SHARES: KeysetList = { table: 'standing_share', columns: SHARE_COLUMNS, order: BY_INDEX };

export const UNMATCHED: KeysetList = {
  table: 'standing_unmatched_receipt',
  columns: `index, agency_id as "agencyId", fault, share_index as "shareIndex", payload_hash as "payloadHash", received_at as "receivedAt"`,
  order: BY_INDEX,
};

export const DUTIES: KeysetList = {
  table: 'standing_attestation_duty',
  columns: `placement_id as "placementId", agency_id as "agencyId", due_index as "dueIndex", attest_by as "attestBy", attested_index as "attestedIndex",
    fulfilled_until::text as "keptUntil"`,
  order: [
    { name: 'due_index', type: 'bigint' },
    { name: 'placement_id', type: 'text' },
  ],
};

export const REFUSALS: KeysetList = {
  table: 'standing_refusal',
  columns: `index, agency_id as "agencyId", room, command, rule_id as "ruleId", count, since`,
  order: BY_INDEX,
};

export const UNANSWERED = 'receipt_index is null';
/** Days are those of UTC: what the law has kept until a day is missed by hours, and never reported before its time. */
export const UNATTESTED = `(fulfilled_until is null or fulfilled_until < (now() at time zone 'utc')::date)`;

function open({ audience, org }: Actor, condition: string): AskedScope {
  switch (audience) {
    case 'INTERNAL':
      return { condition: `$1 = any(creditor_ids) and ${condition}`, values: [org], shape: 'open_staff' };
    case 'PARTNER':
      return { condition: `agency_id = $1 and ${condition}`, values: [org], shape: 'open_agency' };
    case 'REGULATOR':
      return { condition, values: [], shape: 'open_mandate' };
    case 'BORROWER':
      return { condition: 'false', values: [], shape: 'open_nothing' };
  }
}

export const pageOfShares = (actor: Actor, transaction: Transaction, page: Page): Promise<ShareRow[]> => readPage(transaction, SHARES, open(actor, UNANSWERED), page);
export const pageOfUnmatched = (actor: Actor, transaction: Transaction, page: Page): Promise<UnmatchedRow[]> => readPage(transaction, UNMATCHED, open(actor, 'true'), page);
export const pageOfDuties = (actor: Actor, transaction: Transaction, page: Page): Promise<DutyRow[]> => readPage(transaction, DUTIES, open(actor, UNATTESTED), page);
export const pageOfRefusals = (actor: Actor, transaction: Transaction, page: Page): Promise<RefusalRow[]> => readPage(transaction, REFUSALS, open(actor, 'true'), page);

/** One statement, so that the numbers are of one moment. */
const COUNTS = `select
  (select count(*) from standing_share) as "shares",
  (select count(*) from standing_share where ${UNANSWERED}) as "sharesWithoutReceipt",
  (select count(*) from standing_share where ${UNANSWERED} and released_at < now() - interval '${RECEIPT_HOURS} hours') as "sharesOverdue",
  (select count(*) from standing_unmatched_receipt) as "receiptsWithoutShare",
  (select count(*) from standing_attestation_duty where ${UNATTESTED}) as "recallsWithoutAttestation",
  (select count(*) from standing_attestation_duty where ${UNATTESTED} and (attest_by is null or attest_by <= now())) as "recallsOverdue",
  (select coalesce(sum(count), 0)::bigint from standing_refusal) as "refusals"`;

export interface Statements {
  query<R>(sql: string, values: readonly unknown[]): Promise<{ readonly rows: readonly R[] }>;
}

export async function readCounts(database: Statements): Promise<Counts> {
  const { rows } = await database.query<Counts>(COUNTS, []);
  return rows[0]!;
}
