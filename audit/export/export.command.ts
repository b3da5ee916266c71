/**
 * Somebody asks for an export of a stream: a regulator when every entry of it that is about a creditor is about one that a standing
 * mandate of his covers, an agency and a borrower of their own. The request is an entry in the streams it concerns.
 */
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import { newId } from '../../schema/ids';
import { InputError } from '../../schema/input-error';
import { refusalOf } from '../../schema/messages';
import type { StreamName } from '../../schema/vocabulary';
import { ownStreams } from '../ledger-entry.repository';
import { streamOf } from '../stream-of';
import { MANDATE_RULE, OWN_STREAM_RULE, requesterOf, rightToExport, streamsOfExport } from './export-right';
import { insertExport, standingMandates } from './export.repository';
import type { RequestExportInput, RequestOwnExportsInput } from './export.type';

export const EXPORT_SCOPE = 'exports:write';
const RULE_PACK = 'export-2026.1';

export function requestExport(context: RoomContext, input: RequestExportInput): Promise<CommandOutcome> {
  const stream = streamOf(input.subjectId, 'input.subjectId');
  const { from = null, until = null } = input;
  if (from !== null && until !== null && from >= until) throw new InputError('input.until', 'The period ends before it begins.');
  return runCommand(context, {
    name: 'requestExport',
    scope: EXPORT_SCOPE,
    clientKey: input.clientKey,
    input,
    execute: (work) => execute(context, work, { stream, from, until }),
  });
}

/**
 * A borrower asks once for an export of each record about him, with whichever creditor: each is a command of its own, with an entry in
 * the streams of that record alone, so that no creditor learns from it of another.
 */
export async function requestOwnExports(context: RoomContext, { clientKey, from, until }: RequestOwnExportsInput): Promise<CommandOutcome[]> {
  if (context.actor.audience !== 'BORROWER') throw new HubError('NOT_PERMITTED', 'Only a borrower may do this.', { ruleId: 'SCOPE-GRANTED' });
  const streams = await ownStreams(await context.read(), context);
  const outcomes: CommandOutcome[] = [];
  for (const subjectId of streams.map(idOf).sort()) outcomes.push(await requestExport(context, { clientKey: `${clientKey}/${subjectId}`, subjectId, from: from ?? null, until: until ?? null }));
  return outcomes;
}

function idOf(stream: StreamName): string {
  return stream.slice(stream.indexOf(':') + 1);
}

interface Asked {
  readonly stream: StreamName;
  readonly from: Date | null;
  readonly until: Date | null;
}

async function execute(context: RoomContext, work: CommandWork, asked: Asked): Promise<{ id: string } | RefusedCommand> {
  work.requireCurrentStanding();
  const { transaction } = work;
  const { org, sub } = context.actor;
  const right = await rightToExport(context, transaction, asked.stream);
  if (right === null) {
    const standing = await standingMandates(transaction, org);
    const streams = streamsOfExport({ stream: asked.stream, creditorIds: standing.map((mandate) => mandate.creditorId), isOwn: false });
    return { refusal: refusalOf({ ruleId: MANDATE_RULE, rulePack: RULE_PACK }), hidden: { regulatorId: org }, streams };
  }
  const { mandates, creditorIds } = right;
  const isOwn = mandates === null;
  const id = newId('export');
  await insertExport(transaction, {
    id,
    org,
    sub,
    mandate_id: mandates?.[0]?.id ?? null,
    creditor_ids: creditorIds,
    stream: asked.stream,
    recorded_from: asked.from,
    recorded_until: asked.until,
    requested_at: transaction.now,
  });
  await work.record({
    type: 'audit.ExportRequested',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    decision: work.allowedBy(RULE_PACK, [isOwn ? OWN_STREAM_RULE : MANDATE_RULE]),
    facts: { streamKind: asked.stream.split(':')[0] as string, from: asked.from?.toISOString() ?? null, until: asked.until?.toISOString() ?? null },
    hidden: { exportId: id, stream: asked.stream, ...requesterOf(asked.stream, org, isOwn), ...(mandates === null ? {} : { mandateIds: mandates.map((mandate) => mandate.id) }) },
    streams: streamsOfExport({ stream: asked.stream, creditorIds, isOwn }),
  });
  return { id };
}
