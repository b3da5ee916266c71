/**
 * The one execution core of a room: runs a document for an actor, ends the snapshot, and lets personal values out only
 * after the ledger has their disclosure. Both transports end here; neither can go around it.
 */
import { createHash } from 'node:crypto';
import { execute, GraphQLError, Kind, OperationTypeNode, parse, responsePathAsArray, specifiedRules, validate, type DocumentNode, type ExecutionResult, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Audience } from '../schema/vocabulary';
import { toAnswerError } from './answer-errors';
import { audienceRule } from './audience-rule';
import { RoomContext, type RoomServices } from './context';
import type { Diagnostics } from './diagnostics';
import { HubError } from './errors';
import { awaitStanding } from './follower/standing-point';
import { composeDisclosure } from './release/disclosure';
import { withhold, type Release } from './release/release';
import { recordWithheld } from './release/withheld';
import type { RoomAnswer, RoomRequest } from './room';

/** Distinct documents of a fixed set of clients; the planner's documents of four contracts fit many times over. */
const DOCUMENTS_MAX = 2_000;

interface KnownDocument {
  readonly node: DocumentNode;
  readonly hash: string;
  /** For whom it was found valid; a document our own planner wrote needs no entry. */
  readonly validFor: Set<Audience>;
}

interface Attempt {
  readonly context: RoomContext;
  readonly data: Record<string, unknown> | null;
  readonly errors: GraphQLFormattedError[];
}

export class RoomExecution {
  private readonly documents = new LRUCache<string, KnownDocument>({ max: DOCUMENTS_MAX });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly services: RoomServices,
    private readonly diagnostics: Diagnostics,
  ) {}

  async execute(request: RoomRequest): Promise<RoomAnswer> {
    const known = this.knownDocument(request);
    if (Array.isArray(known)) return { data: null, errors: known, ledgerIndex: request.atLeast };
    const first = await this.attempt(request, known);
    const stale = await this.disclose(first, request);
    if (!stale) return this.answer(first);
    if (isMutation(known.node, request.operationName)) {
      this.withholdAll(first, new HubError('STALE_GRANT', 'A right changed while this was being answered; ask again.'));
      return this.answer(first);
    }
    return this.secondAttempt(request, known, first);
  }

  /** DESIGN §1.4: refused by the writer because a stream has moved on; once more after catching up with it. */
  private async secondAttempt(request: RoomRequest, known: KnownDocument, first: Attempt): Promise<RoomAnswer> {
    const stoodOn = first.context.endedReleases.at(-1)?.standing?.index ?? -1;
    try {
      await awaitStanding(this.services.database, stoodOn + 1, this.services.receiptDeadlineMs);
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.withholdAll(first, new HubError('STALE_GRANT', 'A right changed while this was being answered; ask again.'));
      return this.answer(first);
    }
    const second = await this.attempt(request, known);
    if (await this.disclose(second, request)) this.withholdAll(second, new HubError('STALE_GRANT', 'Rights kept changing while this was being answered; ask again.'));
    return this.answer(second);
  }

  private async attempt(request: RoomRequest, known: KnownDocument): Promise<Attempt> {
    const context = new RoomContext(this.services, {
      actor: request.actor,
      requestId: request.requestId,
      operationName: request.operationName,
      documentHash: known.hash,
      language: request.language ?? 'en',
      atLeast: request.atLeast,
    });
    try {
      const result: ExecutionResult = await execute({
        schema: this.schema,
        document: known.node,
        contextValue: context,
        variableValues: request.variables,
        operationName: request.operationName,
      });
      await context.endSnapshot();
      const errors = (result.errors ?? []).map((error) => toAnswerError(error, request, this.diagnostics));
      return { context, data: result.data ?? null, errors };
    } catch (error) {
      await context.abandonSnapshot();
      const failure = toAnswerError(new GraphQLError('failed', { originalError: error as Error }), request, this.diagnostics);
      return { context, data: null, errors: [failure] };
    }
  }

  /** Appends one disclosure per snapshot that released something. True when a right it relied on had moved on. */
  private async disclose(attempt: Attempt, request: RoomRequest): Promise<boolean> {
    const { context } = attempt;
    for (const release of context.endedReleases) {
      if (release.withheld.size > 0) await recordWithheld(context, release);
      if (release.isEmpty) continue;
      const outcome = await this.append(context, release, request);
      if (outcome === 'STALE') return true;
      if (outcome instanceof HubError) this.withholdRelease(attempt, release, outcome);
      else context.disclosedIndex = Math.max(context.disclosedIndex, outcome);
    }
    return false;
  }

  private async append(context: RoomContext, release: Release, request: RoomRequest): Promise<number | 'STALE' | HubError> {
    const submission = composeDisclosure(release, {
      room: this.services.room,
      actor: context.actor,
      occurredAt: this.services.clock(),
      operation: { name: request.operationName, documentHash: context.request.documentHash, requestId: request.requestId },
      standing: release.standing ?? { index: -1, changedIndex: -1, behind: true },
    });
    try {
      const [result] = await this.services.ledger.append('direct', [submission], this.services.receiptDeadlineMs);
      if (result?.ok) return result.index;
      if (result?.code === 'STALE') return 'STALE';
      this.diagnostics.error({ requestId: request.requestId, ruleId: result?.code }, 'the ledger refused a disclosure');
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      this.diagnostics.warn({ requestId: request.requestId, err: error }, 'the ledger is away: personal data is withheld');
    }
    return new HubError('LEDGER_UNAVAILABLE', 'Personal data is withheld: its release could not be recorded in the ledger.', { retryAfterMs: 1_000 });
  }

  private withholdRelease(attempt: Attempt, release: Release, reason: HubError): void {
    const paths = release.paths.map(responsePathAsArray);
    withhold(attempt.data, paths);
    for (const path of paths) attempt.errors.push({ message: reason.message, path, extensions: { ...reason.extensions } });
  }

  private withholdAll(attempt: Attempt, reason: HubError): void {
    for (const release of attempt.context.endedReleases) if (!release.isEmpty) this.withholdRelease(attempt, release, reason);
  }

  private answer({ context, data, errors }: Attempt): RoomAnswer {
    const { ledgerIndex, disclosedIndex, standsOn: standingIndex } = context;
    return { data, ledgerIndex: Math.max(ledgerIndex, disclosedIndex), standingIndex, ...(errors.length > 0 ? { errors } : {}) };
  }

  /** Parsed once per text; validated once per audience unless our own planner wrote it. */
  private knownDocument(request: RoomRequest): KnownDocument | GraphQLFormattedError[] {
    const remembered = this.documents.get(request.document);
    let known = remembered;
    try {
      known ??= { node: parse(request.document), hash: createHash('sha256').update(request.document).digest('hex'), validFor: new Set() };
    } catch {
      return [{ message: 'The document is not GraphQL.', extensions: { code: 'BAD_INPUT' } }];
    }
    const { audience } = request.actor;
    if (!request.planned && !known.validFor.has(audience)) {
      if (validate(this.schema, known.node, [...specifiedRules, audienceRule(audience)], { maxErrors: 1 }).length > 0) {
        return [{ message: 'The operation does not fit this schema.', extensions: { code: 'BAD_INPUT' } }];
      }
      known.validFor.add(audience);
    }
    if (remembered === undefined) this.documents.set(request.document, known);
    return known;
  }
}

function isMutation(document: DocumentNode, operationName: string | null): boolean {
  return document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION && (operationName === null || definition.name?.value === operationName),
  );
}
