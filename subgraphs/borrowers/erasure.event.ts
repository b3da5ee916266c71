/**
 * What this room says of erasures and legal holds, in the words of the ledger. Grounds and counts in clear; whom they concern is
 * committed. None of them can hold a value of a person.
 */
import type { EventDraft } from '../../kernel/event-draft';
import { ERASED_CATEGORIES } from './erasure';
import type { ErasureRow } from './erasure.row';
import type { LegalHoldRow } from './legal-hold.row';

type DraftBody = Omit<EventDraft, 'actor' | 'occurredAt' | 'purpose' | 'operation' | 'decision'>;

export const BORROWER_ERASED = 'borrowers.BorrowerErased';

export function borrowerErased({ borrowerId, creditorId, basis, backupRetentionDays }: ErasureRow): DraftBody {
  return {
    type: BORROWER_ERASED,
    typeVersion: 1,
    retention: 'STANDING',
    facts: { basis, categories: [...ERASED_CATEGORIES], backupRetentionDays },
    hidden: { borrowerId, creditorId },
    streams: [`borrower:${borrowerId}`, `creditor:${creditorId}`],
  };
}

/**
 * Holds stand in the creditor's stream alone: the borrower reads his own, and an order to preserve may come with a duty of
 * secrecy. A regulator of the creditor sees them.
 */
function ofHold({ id: holdId, borrowerId, creditorId, basis }: LegalHoldRow): Omit<DraftBody, 'type'> {
  return { typeVersion: 1, retention: 'STANDING', facts: { basis }, hidden: { holdId, borrowerId, creditorId }, streams: [`creditor:${creditorId}`] };
}

export const legalHoldPlaced = (row: LegalHoldRow): DraftBody => ({ type: 'borrowers.LegalHoldPlaced', ...ofHold(row) });
export const legalHoldLifted = (row: LegalHoldRow): DraftBody => ({ type: 'borrowers.LegalHoldLifted', ...ofHold(row) });
