/**
 * How every mutation runs: one write transaction under row scope with its outbox records, a memory of client keys, then the
 * wait for the ledger's receipt. A refusal is a value and is recorded; a command is durable once it commits.
 */
import { canonicalize } from '../audit/log/canonical';
import type { TokenScope } from '../schema/token-scope';
import type { StreamName } from '../schema/vocabulary';
import { requireAuthority } from './acting-staff';
import type { RoomContext } from './context';
import { HubError, type Refusal } from './errors';
import type { EventDraft, Json } from './event-draft';
import { awaitStanding, type StandingPoint } from './follower/standing-point';
import { recordEvent } from './outbox/outbox';
import { recordRefusal } from './refusals';
import { writeTransaction, type WriteTransaction } from './transaction';

/** What a command says happened; who, when and in which operation are filled in here. */
export type CommandEvent = Omit<EventDraft, 'actor' | 'occurredAt' | 'purpose' | 'operation'>;

export interface CommandWork {
  readonly transaction: WriteTransaction;
  readonly standing: StandingPoint;
  /** Commits with the rows. `reconsider` names what the room does if the ledger finds the standing stale. */
  record(event: CommandEvent, reconsider?: { name: string; argument: string }): Promise<void>;
  /** A gate decides only on standing that is known to be current. */
  requireCurrentStanding(): void;
  /** Cites the index and instant a gate decided on. */
  allowedBy(rulePack: string, rules: readonly string[]): NonNullable<EventDraft['decision']>;
}

/** A refusal found by a rule, with the ids and streams its record belongs to. */
export interface RefusedCommand {
  readonly refusal: Refusal;
  readonly hidden?: { readonly [name: string]: Json };
  readonly streams?: readonly StreamName[];
  /** Tells it from refusals by the same rule in the same streams, where the streams do not: those are counted as one. */
  readonly about?: string;
}

export interface Command {
  /** The mutation's name, e.g. `proposePlacement`; part of the client key's identity. */
  readonly name: string;
  readonly scope: TokenScope;
  readonly clientKey: string;
  /** Everything the caller asked for, as plain JSON. */
  readonly input: unknown;
  /** Returns the id of the entity the command is about, or why it was refused; nothing of a refusal is kept. */
  execute(work: CommandWork): Promise<{ readonly id: string } | RefusedCommand>;
}

export type CommandOutcome =
  | { readonly accepted: true; readonly id: string; readonly ledgerIndex: number | null; readonly pending: boolean }
  | { readonly accepted: false; readonly refusal: Refusal };

interface RememberedAnswer {
  readonly id?: string;
  readonly refusal?: Refusal;
}

const CLIENT_KEY_CHARACTERS_MAX = 200;

class Refused extends Error {
  constructor(readonly reason: RefusedCommand) {
    super(reason.refusal.ruleId);
  }
}

/** Same key and same input give the same answer; the same key with other input is CONFLICT (DESIGN §10). */
export async function runCommand(context: RoomContext, command: Command): Promise<CommandOutcome> {
  context.requireScope(command.scope);
  if (command.clientKey.length === 0 || command.clientKey.length > CLIENT_KEY_CHARACTERS_MAX) {
    throw new HubError('BAD_INPUT', `clientKey must have 1 to ${CLIENT_KEY_CHARACTERS_MAX} characters.`, { argument: 'clientKey' });
  }
  await context.endSnapshot();
  const { services } = context;
  // A room that cannot write does not remember this answer either: the same key decides anew once it is whole.
  const refusal = await services.history.refusal();
  if (refusal !== null) return { accepted: false, refusal };
  if (context.standsOn >= 0) await awaitStanding(services.database, context.standsOn, services.receiptDeadlineMs);
  const { answer, recordIds } = await executeOnce(context, command);
  services.receipts.recorded();
  const ledgerIndex = await services.receipts.await(recordIds, services.receiptDeadlineMs);
  if (ledgerIndex !== null) context.reached(ledgerIndex);
  if (answer.refusal !== undefined) return { accepted: false, refusal: answer.refusal };
  return { accepted: true, id: answer.id!, ledgerIndex, pending: ledgerIndex === null && recordIds.length > 0 };
}

interface Executed {
  readonly answer: RememberedAnswer;
  readonly recordIds: readonly string[];
}

async function executeOnce(context: RoomContext, command: Command): Promise<Executed> {
  const { services, actor } = context;
  // Keyed: the input may hold an identity number, and a plain hash of one can be guessed by trying them all.
  const inputHash = services.keyStore.blind('command-input', canonicalize(JSON.parse(JSON.stringify(command.input)))).toString('hex');
  const now = services.clock();
  const attempt = async (transaction: WriteTransaction): Promise<Executed> => {
    if (actor.audience === 'INTERNAL') await requireAuthority(actor, transaction, command.scope);
    const known = await recall(transaction, context, command, inputHash);
    if (known !== null) return known;
    const recordIds: string[] = [];
    const result = await command.execute(workOf(context, transaction, recordIds));
    if ('refusal' in result) throw new Refused(result);
    return remember(transaction, context, command, { inputHash, answer: { id: result.id }, recordIds });
  };
  try {
    return await writeTransaction(context.place(now), actor, attempt);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { reason } = error;
    return writeTransaction(context.place(now), actor, async (transaction) => {
      const known = await recall(transaction, context, command, inputHash);
      return known ?? recordRefused(transaction, context, command, inputHash, reason);
    });
  }
}

async function recall(transaction: WriteTransaction, context: RoomContext, command: Command, inputHash: string): Promise<Executed | null> {
  const key = [context.actor.org, context.actor.sub, command.name, command.clientKey];
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [JSON.stringify(key)]);
  const [row] = await transaction.query<{ input_hash: string; answer: string; record_ids: string[] }>(
    'select input_hash, answer, record_ids from client_key where org = $1 and sub = $2 and command = $3 and key = $4',
    key,
  );
  if (row === undefined) return null;
  if (row.input_hash !== inputHash) throw new HubError('CONFLICT', 'This clientKey was used before with other input.', { argument: 'clientKey' });
  return { answer: JSON.parse(row.answer) as RememberedAnswer, recordIds: row.record_ids };
}

async function remember(
  transaction: WriteTransaction,
  context: RoomContext,
  command: Command,
  executed: Executed & { readonly inputHash: string },
): Promise<Executed> {
  await transaction.query('insert into client_key (org, sub, command, key, input_hash, answer, record_ids) values ($1, $2, $3, $4, $5, $6, $7)', [
    context.actor.org,
    context.actor.sub,
    command.name,
    command.clientKey,
    executed.inputHash,
    JSON.stringify(executed.answer),
    executed.recordIds,
  ]);
  return executed;
}

function workOf(context: RoomContext, transaction: WriteTransaction, recordIds: string[]): CommandWork {
  const { services, actor, request } = context;
  const { standing } = transaction;
  return {
    transaction,
    standing,
    async record(event, reconsider) {
      const operation = { name: request.operationName, documentHash: request.documentHash, requestId: request.requestId };
      const draft = { ...event, actor, occurredAt: transaction.now, purpose: actor.purpose, operation };
      recordIds.push(await recordEvent(transaction, services.keyStore, draft, reconsider));
    },
    requireCurrentStanding() {
      if (standing.behind) {
        throw new HubError('UNAVAILABLE', 'This decision needs current standing, and this room has lost touch with the ledger.', {
          retryAfterMs: services.followerBoundMs,
        });
      }
    },
    allowedBy: (rulePack, rules) => ({ outcome: 'ALLOW', rules, rulePack, index: standing.index, at: transaction.now }),
  };
}

async function recordRefused(transaction: WriteTransaction, context: RoomContext, command: Command, inputHash: string, reason: RefusedCommand): Promise<Executed> {
  const { refusal, hidden = {}, streams = [], about = '' } = reason;
  const recordId = await recordRefusal(
    { query: async (sql, values) => ({ rows: await transaction.query(sql, values) }) },
    {
      type: `${context.services.room}.CommandRefused`,
      subject: [command.name, refusal.ruleId, ...streams, about].join(' '),
      actor: context.actor,
      occurredAt: transaction.now,
      facts: { command: command.name, ruleId: refusal.ruleId, rulePack: refusal.rulePack },
      hidden,
      streams,
      decision: { outcome: 'REFUSE', rules: [refusal.ruleId], rulePack: refusal.rulePack, index: transaction.standing.index, at: transaction.now },
    },
  );
  return remember(transaction, context, command, { inputHash, answer: { refusal }, recordIds: recordId === null ? [] : [recordId] });
}
