/**
 * The federation library's own data sources over the same rooms: what the hub's sources are measured against. The one in
 * process opens the same context as a room does, so rows come from the same snapshots under the same row scope.
 */
import { LocalGraphQLDataSource, RemoteGraphQLDataSource, type GraphQLDataSource } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { openAudienceServer } from '../../gateway/audience-server';
import type { Operation } from '../../gateway/operation';
import { DEFAULT_DOCUMENT_LIMITS } from '../../gateway/operation-limits';
import { RoomContext, type RoomServices } from '../../kernel/context';
import { gatePersonalFields } from '../../kernel/release/personal-fields';
import type { RoomDefinition, OpenRoom } from '../../kernel/room-host';
import { readContract } from '../../schema/artefacts';
import type { RoomName } from '../../schema/vocabulary';
import { serveAudience, type BenchSurroundings, type Served } from './read-endpoint';

type Source = GraphQLDataSource<Record<string, unknown>>;
type Options = Parameters<Source['process']>[0];

export interface ExecutableRoom {
  readonly schema: GraphQLSchema;
  readonly services: RoomServices;
}

export type ExecutableRooms = ReadonlyMap<string, ExecutableRoom>;

/** Schemas of their own over the open rooms' services, gated as the rooms gate theirs. */
export function executableRooms(definitions: readonly RoomDefinition[], rooms: readonly OpenRoom[]): ExecutableRooms {
  return new Map(
    definitions.map((definition) => {
      const { schema } = definition.subgraph();
      gatePersonalFields(schema);
      return [definition.name, { schema, services: rooms.find(({ name }) => name === definition.name)!.services }];
    }),
  );
}

export function contextOf({ services }: ExecutableRoom, operation: Operation): RoomContext {
  const { caller, atLeast } = operation;
  return new RoomContext(services, { ...caller, operationName: null, documentHash: '', atLeast });
}

function stockLocalSource(room: ExecutableRoom): Source {
  const stock = new LocalGraphQLDataSource<Record<string, unknown>>(room.schema);
  return {
    async process(options: Options) {
      const context = contextOf(room, (options as { context?: unknown }).context as Operation);
      const answer = await stock.process({ ...options, context: context as never });
      await context.endSnapshot();
      return answer;
    },
  };
}

/** Forwards the caller's token, which the room verifies: it has no passport. */
function stockRemoteSource(url: string): Source {
  return new RemoteGraphQLDataSource<Record<string, unknown>>({
    url,
    willSendRequest({ request, ...options }) {
      const incoming = 'incomingRequestContext' in options ? options.incomingRequestContext?.request.http?.headers : undefined;
      for (const name of ['authorization', 'x-purpose']) {
        const value = incoming?.get(name);
        if (value != null) request.http?.headers.set(name, value);
      }
    },
  });
}

async function serveContract(source: (room: string) => Source, surroundings: BenchSurroundings): Promise<Served> {
  const server = await openAudienceServer({
    supergraphSdl: readContract('INTERNAL').supergraphSdl,
    source,
    maxTokens: DEFAULT_DOCUMENT_LIMITS.tokens,
    diagnostics: surroundings.diagnostics,
    onAnswered: () => undefined,
  });
  return serveAudience(server, surroundings);
}

/** A room the read does not touch is never asked. */
const ABSENT: Source = { process: async () => ({ data: null }) };

export function serveStockLocal(rooms: ExecutableRooms, surroundings: BenchSurroundings): Promise<Served> {
  return serveContract((name) => {
    const room = rooms.get(name);
    return room === undefined ? ABSENT : stockLocalSource(room);
  }, surroundings);
}

export function serveStockRemote(surroundings: BenchSurroundings): Promise<Served> {
  const { host, rooms } = surroundings.config;
  return serveContract((name) => stockRemoteSource(`http://${host}:${rooms[name as RoomName].port}/graphql`), surroundings);
}
