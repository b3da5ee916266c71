/**
 * One GraphQL server without federation over the same resolvers: the contract's API as a single schema, each field answered
 * by the room that owns it, each entity by that room's own loader. Each room's rows still come from its own snapshot.
 */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { buildSchema, getNamedType, isObjectType, isScalarType, type GraphQLField, type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import { toPublicError } from '../../gateway/error-allow-list';
import type { Operation } from '../../gateway/operation';
import type { RoomContext } from '../../kernel/context';
import { readContract } from '../../schema/artefacts';
import { serveAudience, type BenchSurroundings, type Served } from './read-endpoint';
import { contextOf, type ExecutableRooms } from './stock-sources';

/** The room that answers for an entity; in the others it is a stub. */
const OWNERS: Readonly<Record<string, string>> = { Creditor: 'creditors', Debt: 'debts', Agency: 'agencies', Borrower: 'borrowers' };

type Resolver = GraphQLFieldResolver<unknown, RoomContext>;
type Reference = (reference: { __typename: string; id: string }, context: RoomContext, info: unknown) => unknown;

class OpenContexts {
  private readonly byOperation = new WeakMap<Operation, Map<string, RoomContext>>();

  constructor(private readonly rooms: ExecutableRooms) {}

  of(operation: Operation, room: string): RoomContext {
    const own = this.byOperation.get(operation) ?? new Map<string, RoomContext>();
    this.byOperation.set(operation, own);
    let context = own.get(room);
    if (context === undefined) own.set(room, (context = contextOf(this.rooms.get(room)!, operation)));
    return context;
  }

  async end(operation: Operation): Promise<void> {
    await Promise.all([...(this.byOperation.get(operation)?.values() ?? [])].map((context) => context.endSnapshot()));
  }
}

function fieldIn(rooms: ExecutableRooms, room: string, type: string, field: string): GraphQLField<unknown, RoomContext> | undefined {
  const found = rooms.get(room)?.schema.getType(type);
  return isObjectType(found) ? (found.getFields()[field] as GraphQLField<unknown, RoomContext> | undefined) : undefined;
}

function homeOf(rooms: ExecutableRooms, type: string, field: string): string | undefined {
  const owner = OWNERS[type];
  if (owner !== undefined && fieldIn(rooms, owner, type, field) !== undefined) return owner;
  return [...rooms.keys()].find((room) => fieldIn(rooms, room, type, field) !== undefined);
}

function referenceOf(rooms: ExecutableRooms, entity: string): Reference | undefined {
  const type = rooms.get(OWNERS[entity] ?? '')?.schema.getType(entity);
  return (type?.extensions as { apollo?: { subgraph?: { resolveReference?: Reference } } } | undefined)?.apollo?.subgraph?.resolveReference;
}

function resolverFor(rooms: ExecutableRooms, contexts: OpenContexts, type: GraphQLObjectType, name: string): GraphQLFieldResolver<unknown, Operation> | undefined {
  const home = homeOf(rooms, type.name, name);
  const own = home === undefined ? undefined : fieldIn(rooms, home, type.name, name);
  if (home === undefined || own === undefined) return undefined;
  const resolve = own.resolve as Resolver | undefined;
  const entity = getNamedType(own.type).name;
  const reference = OWNERS[entity] === home ? undefined : referenceOf(rooms, entity);
  if (resolve === undefined && reference === undefined) return undefined;
  const answer = (source: unknown, args: Record<string, unknown>, operation: Operation, info: GraphQLResolveInfo): unknown =>
    resolve ? resolve(source, args, contexts.of(operation, home), info) : (source as Record<string, unknown>)[name];
  if (reference === undefined) return answer;
  return async (source, args: Record<string, unknown>, operation, info) => {
    const stub = (await answer(source, args, operation, info)) as { id: string } | null;
    return stub === null ? null : reference({ __typename: entity, id: stub.id }, contexts.of(operation, OWNERS[entity]!), info);
  };
}

function singleSchema(rooms: ExecutableRooms, contexts: OpenContexts): GraphQLSchema {
  const schema = buildSchema(readContract('INTERNAL').apiSdl);
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isScalarType(type)) {
      const own = [...rooms.values()].map((room) => room.schema.getType(type.name)).find(isScalarType);
      if (own) Object.assign(type, { serialize: own.serialize, parseValue: own.parseValue, parseLiteral: own.parseLiteral });
    }
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = resolverFor(rooms, contexts, type, field.name);
      if (resolve) field.resolve = resolve;
    }
  }
  return schema;
}

export async function serveSingle(rooms: ExecutableRooms, surroundings: BenchSurroundings): Promise<Served> {
  const contexts = new OpenContexts(rooms);
  const ending: ApolloServerPlugin<Operation> = {
    requestDidStart: async () => ({ willSendResponse: async ({ contextValue }) => contexts.end(contextValue) }),
  };
  const server = new ApolloServer<Operation>({
    schema: singleSchema(rooms, contexts),
    nodeEnv: 'production',
    persistedQueries: false,
    stopOnTerminationSignals: false,
    formatError: toPublicError,
    plugins: [ending],
  });
  await server.start();
  return serveAudience(server, surroundings);
}
