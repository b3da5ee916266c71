/**
 * The download of an export, by who asked for it and only while what he asked under stands. Each request is an entry before a byte
 * leaves; without its receipt there is no download. Ranges resume a broken one.
 */
import { Router, type Request, type Response } from 'express';
import { actorOf, sendRouteError, type AuthenticatedRoute } from '../../kernel/authenticated-route';
import type { Actor } from '../../kernel/actor';
import type { RoomServices } from '../../kernel/context';
import type { Diagnostics } from '../../kernel/diagnostics';
import { HubError } from '../../kernel/errors';
import { composeSubmission } from '../../kernel/event-draft';
import { readTransaction } from '../../kernel/read-transaction';
import { requesterOf, streamsOfExport } from './export-right';
import { readExport, type ExportRow } from './export.repository';
import { exportFile } from './export-runner';

async function findReady(services: RoomServices, actor: Actor, id: string): Promise<ExportRow> {
  const place = { database: services.database, now: services.clock(), boundMs: services.followerBoundMs };
  return readTransaction(place, actor, async (transaction) => {
    const row = await readExport(transaction, id);
    // A mandate that ended a moment ago must not be missed because this room has not heard of it.
    if (transaction.standing.behind) throw new HubError('UNAVAILABLE', 'This room has lost touch with the ledger.', { retryAfterMs: services.followerBoundMs });
    if (row?.state === 'EXPIRED') throw new HubError('NOT_FOUND', 'The days of this export are over and its file was deleted; ask for it again.');
    if (row?.state !== 'READY') throw new HubError('NOT_FOUND', 'There is no such export in your scope.');
    return row;
  });
}

async function recordDownload(services: RoomServices, actor: Actor, row: ExportRow, offset: number): Promise<void> {
  const isOwn = row.mandate_id === null;
  const submission = composeSubmission(
    {
      type: 'audit.ExportDownloaded',
      typeVersion: 1,
      retention: 'SHARE_RECORD',
      actor,
      occurredAt: services.clock(),
      facts: { sha256: row.sha256, offset },
      hidden: { exportId: row.id, stream: row.stream, ...requesterOf(row.stream, row.org, isOwn) },
      streams: streamsOfExport({ stream: row.stream, creditorIds: row.creditor_ids, isOwn }),
    },
    null,
  );
  const [result] = await services.ledger.append('direct', [submission], services.receiptDeadlineMs);
  if (!result?.ok) throw new HubError('LEDGER_UNAVAILABLE', 'The download could not be recorded.');
}

/** Where a resumed download begins; the file server itself judges the whole header. */
function offsetOf(request: Request): number {
  return Number(/^bytes=(\d{1,15})-/.exec(request.headers.range ?? '')?.[1] ?? 0);
}

export function exportRoute(services: RoomServices, directory: string, diagnostics: Diagnostics): AuthenticatedRoute {
  const router = Router().get('/:id', async (request: Request<{ id: string }>, response: Response) => {
    try {
      const actor = actorOf(response);
      const row = await findReady(services, actor, request.params.id);
      await recordDownload(services, actor, row, offsetOf(request));
      response.setHeader('cache-control', 'no-store');
      response.type('application/x-tar').attachment(`${row.id}.tar`);
      response.sendFile(exportFile(directory, row.id), { acceptRanges: true, cacheControl: false, dotfiles: 'allow' });
    } catch (error) {
      sendRouteError(response, error, diagnostics);
    }
  });
  return { path: '/exports', audiences: ['PARTNER', 'REGULATOR', 'BORROWER'], router };
}
