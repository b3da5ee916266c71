/**
 * Whether somebody may have an export of a stream, and under what: a regulator of what his standing mandates cover, an agency of its
 * own stream, a borrower of the stream of each record that is about him. Another's stream is as one that does not exist.
 */
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import type { Json } from '../../kernel/event-draft';
import type { Transaction } from '../../kernel/transaction';
import type { StreamName } from '../../schema/vocabulary';
import { ownStreams } from '../ledger-entry.repository';
import { creditorOfBorrower, hasVisibleEntry, standingMandates, uncoveredEntries, type Mandate } from './export.repository';

export const MANDATE_RULE = 'EXPORT-MANDATE-COVERS';
export const OWN_STREAM_RULE = 'EXPORT-OWN-STREAM';

/** Where requests for an export and its downloads are entries, and whose they are in them. */
export interface ExportStanding {
  /** null: the own stream, which needs no mandate. */
  readonly mandates: readonly Mandate[] | null;
  readonly creditorIds: readonly string[];
}

/** What covers the export; or, when mandates leave an entry uncovered, null. Throws NOT_FOUND when nothing of the stream is in scope. */
export async function rightToExport(context: RoomContext, transaction: Transaction, stream: StreamName): Promise<ExportStanding | null> {
  if (context.actor.audience === 'REGULATOR') return underMandates(transaction, await standingMandates(transaction, context.actor.org), stream);
  const own = await ownStreams(transaction, context);
  if (!own.includes(stream)) throw absent();
  const creditorId = stream.startsWith('borrower:') ? await creditorOfBorrower(transaction, stream.slice('borrower:'.length)) : null;
  return { mandates: null, creditorIds: creditorId === null ? [] : [creditorId] };
}

async function underMandates(transaction: Transaction, standing: readonly Mandate[], stream: StreamName): Promise<ExportStanding | null> {
  if (!(await hasVisibleEntry(transaction, stream))) throw absent();
  const byCreditor = new Map(standing.map((mandate) => [mandate.creditorId, mandate]));
  if ((await uncoveredEntries(transaction, stream, [...byCreditor.keys()])) > 0) return null;
  const needed = stream.startsWith('creditor:') ? [stream.slice('creditor:'.length)] : [...byCreditor.keys()];
  const mandates = needed.map((creditorId) => byCreditor.get(creditorId)).filter((mandate) => mandate !== undefined);
  return mandates.length === 0 ? null : { mandates, creditorIds: mandates.map((mandate) => mandate.creditorId) };
}

function absent(): HubError {
  return new HubError('NOT_FOUND', 'There is nothing by this id in your scope.', { argument: 'input.subjectId' });
}

/** Of an export, whoever asked for it: its request and its downloads are entries here. Of a right of one's own, in the own stream, too. */
export function streamsOfExport({ stream, creditorIds, isOwn }: { readonly stream: StreamName; readonly creditorIds: readonly string[]; readonly isOwn: boolean }): StreamName[] {
  const creditors = [...new Set(creditorIds)].map((id): StreamName => `creditor:${id}`);
  return isOwn ? [stream, ...creditors] : creditors;
}

/** Whom the file names as who asked. A borrower takes his home under the record it is about: who sees the files of two creditors must not learn that they are one person's. */
export function namedRequester(stream: StreamName, org: string): string {
  const [kind, id = ''] = stream.split(':');
  return kind === 'borrower' && org.startsWith('person_') ? id : org;
}

/** Who asked, under the name that the entry knows them by. A person is in no entry that a creditor reads. */
export function requesterOf(stream: StreamName, org: string, isOwn: boolean): { readonly [name: string]: Json } {
  if (!isOwn) return { regulatorId: org };
  const [kind, id = ''] = stream.split(':');
  return kind === 'agency' ? { agencyId: id } : { borrowerId: id };
}
