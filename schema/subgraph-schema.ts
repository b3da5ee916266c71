/**
 * Turns a room's TypeGraphQL classes into a federation subgraph: the SDL that is committed and composed, and the
 * executable schema made from that very SDL. Refuses a schema that breaks a promise of the house (see schema-lint).
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, createResolversMap, getMetadataStorage, type ContainerType, type NonEmptyArray } from 'type-graphql';
import { findBrokenPromises, findWidenedFields } from './schema-lint';
import { printSubgraph } from './subgraph-print';
import { validateInput } from './input-validation';

/** What another room sends to refer to an entity of this one. */
export interface EntityReference {
  readonly __typename: string;
  readonly id: string;
}

export type ReferenceResolver<C> = (reference: EntityReference, context: C, info: GraphQLResolveInfo) => unknown;

type AnyClass = abstract new (...args: never[]) => object;

export interface RoomSchemaDefinition<C> {
  /** Every resolver class of the room: TypeGraphQL's store is global, so what is not named here is not in the schema. */
  readonly resolvers: NonEmptyArray<new (...args: never[]) => object>;
  /** Classes no root field reaches: entities answered by reference only, stubs, implementations of interfaces. */
  readonly orphanedTypes?: readonly AnyClass[];
  /** By GraphQL type name. MUST apply row scope itself: a reference arrives from anyone who may send `_entities`. */
  readonly references?: Readonly<Record<string, ReferenceResolver<C>>>;
  /** Where resolver instances come from; without one, TypeGraphQL makes them without arguments. */
  readonly container?: ContainerType;
}

export interface RoomSchema {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}

/**
 * A plain property needs no resolver: graphql-js reads it itself. TypeGraphQL would put a closure and an object for
 * middleware, of which there is none here, around each of the hundreds of values in a page.
 */
function readPropertiesDirectly(): void {
  for (const field of getMetadataStorage().fields) field.simple ??= field.name === field.schemaName;
}

export function buildRoomSchema<C = unknown>(definition: RoomSchemaDefinition<C>): RoomSchema {
  readPropertiesDirectly();
  const generated = buildSchemaSync({
    resolvers: definition.resolvers,
    orphanedTypes: [...(definition.orphanedTypes ?? [])] as never[],
    skipCheck: true,
    validateFn: validateInput,
    ...(definition.container === undefined ? {} : { container: definition.container }),
  });
  const sdl = printSubgraph(generated);
  const typeDefs = parse(sdl);
  const broken = [...findBrokenPromises(typeDefs), ...findWidenedFields(generated)];
  if (broken.length > 0) throw new Error(`the schema breaks promises of the house:\n  ${broken.join('\n  ')}`);
  const resolvers = createResolversMap(generated) as Record<string, Record<string, unknown>>;
  for (const [type, resolveReference] of Object.entries(definition.references ?? {})) {
    const own = resolvers[type];
    if (own === undefined) throw new Error(`a reference resolver is given for ${type}, which the schema does not have`);
    resolvers[type] = { ...own, __resolveReference: resolveReference };
  }
  return { schema: buildSubgraphSchema([{ typeDefs, resolvers: resolvers as never }]), sdl };
}
