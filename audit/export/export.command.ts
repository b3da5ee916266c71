/**
 * A regulator asks for an export: allowed when every entry of the stream that is about a creditor is about one that a
 * standing mandate of his covers. The request is an entry in the streams of those creditors.
 */
import { runCommand, type CommandOutcome, type CommandWork, type RefusedCommand } from '../../kernel/command';
import type { RoomContext } from '../../kernel/context';
import { HubError } from '../../kernel/errors';
import type { Transaction } from '../../kernel/transaction';
import { newId } from '../../schema/ids';
import { InputError } from '../../schema/input-error';
import { refusalOf } from '../../schema/messages';
import type { StreamName } from '../../schema/vocabulary';
import { streamOf } from '../stream-of';
import { hasVisibleEntry, insertExport, standingMandates, uncoveredEntries, type Mandate } from './export.repository';
import type { RequestExportInput } from './export.type';

export const EXPORT_SCOPE = 'exports:write';
const RULE_PACK = 'export-2026.1';
const RULE = 'EXPORT-MANDATE-COVERS';

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

interface Asked {
  readonly stream: StreamName;
  readonly from: Date | null;
  readonly until: Date | null;
}

async function execute(context: RoomContext, work: CommandWork, asked: Asked): Promise<{ id: string } | RefusedCommand> {
  work.requireCurrentStanding();
  const { transaction } = work;
  const { org, sub } = context.actor;
  const standing = await standingMandates(transaction, org);
  const mandates = await coveringMandates(transaction, standing, asked.stream);
  const [first] = mandates;
  if (first === undefined) {
    return { refusal: refusalOf({ ruleId: RULE, rulePack: RULE_PACK }), hidden: { regulatorId: org }, streams: streamsOf(standing) };
  }
  const id = newId('export');
  await insertExport(transaction, {
    id,
    org,
    sub,
    mandate_id: first.id,
    creditor_ids: mandates.map((mandate) => mandate.creditorId),
    stream: asked.stream,
    recorded_from: asked.from,
    recorded_until: asked.until,
    requested_at: transaction.now,
  });
  await work.record({
    type: 'audit.ExportRequested',
    typeVersion: 1,
    retention: 'SHARE_RECORD',
    decision: work.allowedBy(RULE_PACK, [RULE]),
    facts: { streamKind: asked.stream.split(':')[0] as string, from: asked.from?.toISOString() ?? null, until: asked.until?.toISOString() ?? null },
    hidden: { exportId: id, regulatorId: org, mandateIds: mandates.map((mandate) => mandate.id), stream: asked.stream },
    streams: streamsOf(mandates),
  });
  return { id };
}

function streamsOf(mandates: readonly Mandate[]): StreamName[] {
  return [...new Set(mandates.map((mandate): StreamName => `creditor:${mandate.creditorId}`))];
}

/** Empty when the mandates leave an entry uncovered. Throws NOT_FOUND when nothing of the stream is in his scope. */
async function coveringMandates(transaction: Transaction, mandates: readonly Mandate[], stream: StreamName): Promise<Mandate[]> {
  if (!(await hasVisibleEntry(transaction, stream))) throw new HubError('NOT_FOUND', 'There is nothing by this id in your scope.', { argument: 'input.subjectId' });
  const byCreditor = new Map(mandates.map((mandate) => [mandate.creditorId, mandate]));
  if ((await uncoveredEntries(transaction, stream, [...byCreditor.keys()])) > 0) return [];
  const needed = stream.startsWith('creditor:') ? [stream.slice('creditor:'.length)] : [...byCreditor.keys()];
  return needed.map((creditorId) => byCreditor.get(creditorId)).filter((mandate) => mandate !== undefined);
}
