/**
 * A room as a data source of the federation gateway, in process or over HTTP. Carries actor, ledger index and deadline with
 * every fetch and lets only allowed errors back. Neither parses nor validates: the planner wrote the document.
 */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import { HubError } from '../kernel/errors';
import type { RoomAnswer, RoomRequest } from '../kernel/room';
import type { RoomLink } from '../kernel/room-client';
import type { RoomName } from '../schema/vocabulary';
import { fromRoom } from './error-allow-list';
import { expandEntities, expandErrors, uniqueRepresentations } from './entity-once';
import { Operation } from './operation';

export interface FetchObserver {
  /** An unexpected failure of a room: the cause is the operator's, the caller sees a fixed text. */
  failed(room: RoomName, requestId: string, error: unknown): void;
}

type FetchOptions = Parameters<GraphQLDataSource['process']>[0];
type FetchAnswer = Awaited<ReturnType<GraphQLDataSource['process']>>;

export function roomSource(link: RoomLink, observer: FetchObserver, fetchDeadlineMs: number): GraphQLDataSource<Record<string, unknown>> {
  return {
    process: async (options) => {
      const operation = operationOf(options);
      const { document, variables, operationName, places } = planned(options);
      const { caller, atLeast } = operation;
      try {
        const answer = await withDeadline(operation, fetchDeadlineMs, (fetch) =>
          link.execute({
            ...caller,
            document,
            variables,
            operationName,
            atLeast,
            planned: true,
            get signal() {
              return fetch.signal;
            },
          }),
        );
        operation.sawAnswer(answer);
        return toFetchAnswer(answer, places);
      } catch (error) {
        if (!(error instanceof HubError) || error.code === 'INTERNAL' || error.cause !== undefined) observer.failed(link.name, caller.requestId, error);
        return { data: null, errors: [fromRoom(error)] };
      }
    },
  };
}

/** The gateway's own probes (health checks, introspection) carry no operation; no room answers nobody. */
function operationOf(options: FetchOptions): Operation {
  const { context } = options as { context?: unknown };
  if (context instanceof Operation) return context;
  throw new HubError('UNAUTHENTICATED', 'A room is asked only for an actor.');
}

type Planned = Pick<RoomRequest, 'document' | 'variables' | 'operationName'> & { places: readonly number[] | null };

function planned({ request }: FetchOptions): Planned {
  const { query = '', variables = {}, operationName = null } = request;
  const asked: unknown = variables['representations'];
  if (!Array.isArray(asked)) return { document: query, variables, operationName, places: null };
  const { unique, places } = uniqueRepresentations(asked);
  return { document: query, variables: places === null ? variables : { ...variables, representations: unique }, operationName, places };
}

/**
 * Ends the wait at the deadline even when the room ignores its signal: the answer to the caller must not depend on the
 * politeness of whoever is stuck. The signal is made when somebody asks for it: a room in this process never does.
 */
function withDeadline<T>(operation: Operation, deadlineMs: number, work: (fetch: { readonly signal: AbortSignal }) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let reason: HubError | null = null;
    let end: AbortController | null = null;
    const giveUp = (why: HubError): void => {
      over();
      reason = why;
      end?.abort(why);
      reject(why);
    };
    const leave = operation.whileRunning(giveUp);
    const deadline = setTimeout(() => giveUp(new HubError('UNAVAILABLE', 'A room took too long to answer.', { retryAfterMs: 1_000 })), deadlineMs);
    const fetch = {
      get signal(): AbortSignal {
        end ??= new AbortController();
        if (reason !== null) end.abort(reason);
        return end.signal;
      },
    };
    const over = (): void => {
      clearTimeout(deadline);
      leave();
    };
    work(fetch).then(
      (answer) => (over(), resolve(answer)),
      // A transport says "aborted" in its own words; the reason, given before, says why.
      (error: unknown) => (over(), reject(error as Error)),
    );
  });
}

function toFetchAnswer({ data, errors }: RoomAnswer, places: readonly number[] | null): FetchAnswer {
  const allowed: readonly GraphQLFormattedError[] | undefined = errors?.map(fromRoom);
  if (places === null) return { data, ...(allowed && { errors: allowed }) };
  const entities = data?.['_entities'];
  return {
    data: Array.isArray(entities) ? { ...data, _entities: expandEntities(entities, places) } : data,
    ...(allowed && { errors: expandErrors(allowed, places) }),
  };
}
