/**
 * What this room says happened, in the words of the ledger: which borrowers were registered, which contact points were
 * added. Ids are committed, never in clear; values of persons are in no event at all.
 */
import type { EventDraft } from '../../kernel/event-draft';
import type { StreamName } from '../../schema/vocabulary';
import type { ContactPointRow } from './contact-point.row';

type DraftBody = Omit<EventDraft, 'actor' | 'occurredAt' | 'purpose' | 'operation'>;

/** Two items and one link per borrower: 170 of them fill half of an entry's 65,535 bytes and half of its 360 links. */
export const BORROWERS_PER_EVENT_MAX = 170;

export interface RegisteredBorrower {
  readonly borrowerId: string;
  readonly personId: string;
}

/** All of one creditor. The person's item is shown to no stream: nobody outside the hub learns whom two creditors share. */
export function borrowersRegistered(creditorId: string, borrowers: readonly RegisteredBorrower[], batchId: string | null): DraftBody {
  const creditor: StreamName = `creditor:${creditorId}`;
  return {
    type: 'borrowers.BorrowersRegistered',
    typeVersion: 1,
    retention: 'DEBT_RECORD',
    facts: { batch: batchId === null ? 'SINGLE' : 'IMPORT', count: borrowers.length },
    hidden: batchId === null ? {} : { batchId },
    ...(batchId === null ? {} : { revealTo: { batchId: [creditor] } }),
    items: borrowers.flatMap(({ borrowerId, personId }) => [
      { value: { borrowerId, creditorId }, reveal: [`borrower:${borrowerId}`, creditor] },
      { value: { borrowerId, personId }, reveal: [] },
    ]),
    streams: [creditor, ...borrowers.map(({ borrowerId }): StreamName => `borrower:${borrowerId}`)],
  };
}

export function contactPointAdded(row: ContactPointRow): DraftBody {
  const { id: contactId, borrowerId, creditorId, kind, source } = row;
  return {
    type: 'borrowers.ContactPointAdded',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    facts: { kind, source },
    hidden: { borrowerId, creditorId, contactId },
    streams: [`borrower:${borrowerId}`, `creditor:${creditorId}`],
  };
}
