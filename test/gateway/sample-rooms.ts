/**
 * Three small rooms with the Room interface and nothing behind it, for tests of transport and gateway: a chain of two entity
 * hops, fields that fail on purpose, and fields that only some audiences see.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse, validate, type GraphQLSchema } from 'graphql';
import { HubError } from '../../kernel/errors';
import type { Room, RoomAnswer, RoomRequest } from '../../kernel/room';
import { composeContract, type Composition } from '../../schema/contract';
import type { Audience, RoomName } from '../../schema/vocabulary';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@shareable"])';
const ALL = '@tag(name: "internal") @tag(name: "partner") @tag(name: "regulator") @tag(name: "borrower")';
const INTERNAL = '@tag(name: "internal")';

/** What a resolver of these rooms must never let out: it looks like a person. */
export const SECRET = 'Zhang San 13800138000';

export interface Call {
  readonly request: RoomRequest;
  readonly representations: readonly unknown[];
}

export class SampleRoom implements Room {
  readonly calls: Call[] = [];
  ledgerIndex = -1;
  reasons: string[] = [];
  warnings: string[] = [];
  stopped = false;
  private readonly documents = new Map<string, ReturnType<typeof parse>>();

  constructor(
    readonly name: RoomName,
    readonly sdl: string,
    readonly schema: GraphQLSchema,
  ) {}

  async execute(request: RoomRequest): Promise<RoomAnswer> {
    this.calls.push({ request, representations: (request.variables?.['representations'] ?? []) as unknown[] });
    let document = this.documents.get(request.document);
    if (document === undefined) {
      document = parse(request.document);
      this.documents.set(request.document, document);
    }
    const problems = request.planned ? [] : validate(this.schema, document);
    if (problems.length > 0) throw new HubError('BAD_INPUT', 'The document is not valid for this room.');
    const { data, errors } = await execute({ schema: this.schema, document, variableValues: request.variables, operationName: request.operationName, contextValue: { request } });
    return {
      data: data ?? null,
      ledgerIndex: this.ledgerIndex,
      ...(errors && { errors: errors.map((error) => (error.originalError instanceof HubError ? { ...error.toJSON(), extensions: { ...error.originalError.extensions } } : error.toJSON())) }),
    };
  }

  async unready(): Promise<readonly string[]> {
    return this.reasons;
  }

  async alarms(): Promise<readonly string[]> {
    return this.warnings;
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }
}

type Resolvers = Parameters<typeof buildSubgraphSchema>[0] extends infer T ? (T extends { resolvers?: infer R } ? R : never) : never;

function sampleRoom(name: RoomName, body: string, resolvers: object): SampleRoom {
  const sdl = `${LINK}\n${body}`;
  return new SampleRoom(name, sdl, buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as NonNullable<Resolvers> }]));
}

const AGENCIES = ['agency_a', 'agency_b', 'agency_c'];
const debtOf = (n: number) => ({ id: `debt_${n}`, amountMinor: n * 100, status: n % 10 === 9 ? 'WRITTEN_OFF' : 'OPEN', agency: { id: AGENCIES[n % 3] }, score: n });

export function sampleRooms(): { debts: SampleRoom; agencies: SampleRoom; creditors: SampleRoom } {
  const debts = sampleRoom(
    'debts',
    `type Query {
      debt(id: ID! ${ALL}, audited: Boolean ${INTERNAL}): Debt ${ALL}
      debts(first: Int! ${ALL}): [Debt!]! ${ALL}
      failure: String ${ALL}
      refusal: String ${ALL}
      firm: String! ${ALL}
      slow(ms: Int! ${ALL}): String ${ALL}
      portfolio: String ${INTERNAL}
    }
    type Mutation { writeOff(id: ID! ${INTERNAL}): Debt ${INTERNAL} recall(id: ID! ${INTERNAL}): Debt ${INTERNAL} }
    type Debt @key(fields: "id") {
      id: ID! ${ALL} amountMinor: Int! ${ALL} status: DebtStatus ${ALL} agency: Agency ${ALL} score: Int ${INTERNAL}
    }
    enum DebtStatus { OPEN ${ALL} WRITTEN_OFF ${ALL} }
    type Agency @key(fields: "id", resolvable: false) { id: ID! ${ALL} }`,
    {
      Query: {
        debt: (_: unknown, { id }: { id: string }) => debtOf(Number(id.slice(5))),
        debts: (_: unknown, { first }: { first: number }) => Array.from({ length: first }, (_each, n) => debtOf(n)),
        failure: () => Promise.reject(new Error(`duplicate key (phone)=(${SECRET})`)),
        refusal: () => Promise.reject(new HubError('NOT_PERMITTED', 'The purpose SERVICING is not granted.', { ruleId: 'GRANT-PURPOSE', argument: 'x-purpose' })),
        firm: () => null,
        slow: async (_: unknown, { ms }: { ms: number }) => sleep(ms, 'done', { ref: false }),
        portfolio: () => 'all of it',
      },
      Mutation: { writeOff: (_: unknown, { id }: { id: string }) => debtOf(Number(id.slice(5))), recall: (_: unknown, { id }: { id: string }) => debtOf(Number(id.slice(5))) },
      Debt: { __resolveReference: ({ id }: { id: string }) => debtOf(Number(id.slice(5))) },
    },
  );
  const agencies = sampleRoom(
    'agencies',
    `type Query { agency(id: ID! ${ALL}): Agency ${ALL} }
    type Mutation { suspend(id: ID! ${INTERNAL}): Agency ${INTERNAL} }
    type Agency @key(fields: "id") { id: ID! ${ALL} name: String ${ALL} riskNote: String ${INTERNAL} broken: String ${ALL} licence: Licence! ${ALL} city: City ${ALL} }
    type Licence { kind: String! ${ALL} years: [Int!]! ${ALL} }
    type City @key(fields: "code", resolvable: false) { code: ID! ${ALL} }`,
    {
      Query: { agency: (_: unknown, { id }: { id: string }) => agencyOf(id) },
      Mutation: { suspend: (_: unknown, { id }: { id: string }) => agencyOf(id) },
      Agency: { __resolveReference: ({ id }: { id: string }) => agencyOf(id), broken: () => Promise.reject(new Error(SECRET)) },
    },
  );
  const creditors = sampleRoom(
    'creditors',
    `type Query { cities: [City!]! ${ALL} }
    type City @key(fields: "code") { code: ID! ${ALL} label: String ${ALL} }`,
    {
      Query: { cities: () => [{ code: 'sh', label: 'Shanghai' }] },
      City: { __resolveReference: ({ code }: { code: string }) => ({ code, label: code.toUpperCase() }) },
    },
  );
  return { debts, agencies, creditors };
}

function agencyOf(id: string): object {
  return { id, name: `Agency ${id.slice(7)}`, riskNote: 'watch', licence: { kind: 'COLLECTION', years: [2024, 2025] }, city: { code: 'sh' } };
}

export function sampleContract(rooms: Record<string, SampleRoom>, audience: Audience): Composition {
  return composeContract(Object.values(rooms).map(({ name, sdl }) => ({ name, sdl })), audience);
}
