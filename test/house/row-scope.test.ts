/**
 * Every table of every room, as migrated: a request reaches it only under a policy or because it holds nothing of anybody,
 * nobody but the owner may change what tables are, and no role has more than the lists here say.
 */
import { AUDIT_DATABASE } from '../../audit/definition';
import type { DatabaseDefinition } from '../../kernel/database/definition';
import type { RoomName } from '../../schema/vocabulary';
import { agenciesRoom } from '../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../subgraphs/debts/subgraph';
import { testDatabase } from '../support/test-database';

const DEFINITIONS: readonly DatabaseDefinition[] = [
  AUDIT_DATABASE,
  ...[agenciesRoom, borrowersRoom, creditorsRoom, debtsRoom].map(({ name, rows, migrations }) => ({ room: name, rows, migrations })),
];
const database = testDatabase(...DEFINITIONS);

/** Standing that policies and gates read beside: public keys, and the terms of agreements by their ids. Read only. */
const OF_SOME_ROOMS: readonly string[] = ['standing_agency_key', 'standing_agreement'];

/** What every room has: ids and states from the ledger, and what a request writes for itself; policies of other tables read them. */
const OF_EVERY_ROOM: Readonly<Record<string, string>> = {
  standing_right: 'SELECT',
  standing_engagement: 'SELECT',
  standing_person: 'SELECT',
  follower: 'SELECT',
  outbox: 'INSERT SELECT',
  client_key: 'INSERT SELECT',
  refusal: 'DELETE INSERT SELECT UPDATE',
};

interface Table {
  readonly room: RoomName;
  readonly name: string;
  readonly secured: boolean;
  /** What a request may do with the whole table or with some of its columns. */
  readonly request: string;
  readonly worker: string;
  /** How many policies there are for each; under none, a secured table has no rows. */
  readonly requestPolicies: number;
  readonly workerPolicies: number;
}

const policiesOf = (role: string): string =>
  `(select count(*)::int from pg_policies where schemaname = namespace.nspname and tablename = class.relname and 'cession_' || namespace.nspname || '_${role}' = any(roles))`;

const TABLES = `select namespace.nspname as room, class.relname as name, class.relrowsecurity as secured,
    (select coalesce(string_agg(p, ' ' order by p), '') from unnest($2::text[]) p
      where has_table_privilege('cession_' || namespace.nspname || '_request', class.oid, p) or (p in ('INSERT', 'SELECT', 'UPDATE') and has_any_column_privilege('cession_' || namespace.nspname || '_request', class.oid, p))) as request,
    (select coalesce(string_agg(p, ' ' order by p), '') from unnest($2::text[]) p where has_table_privilege('cession_' || namespace.nspname || '_worker', class.oid, p)) as worker,
    ${policiesOf('request')} as "requestPolicies", ${policiesOf('worker')} as "workerPolicies"
  from pg_class class join pg_namespace namespace on namespace.oid = class.relnamespace
  where class.relkind in ('r', 'p') and namespace.nspname = any($1) order by 1, 2`;

let tables: readonly Table[];

beforeAll(async () => {
  const admin = await database.admin();
  const { rows } = await admin.query<Table>(TABLES, [DEFINITIONS.map(({ room }) => room), ['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']]);
  tables = rows;
});

const named = (some: readonly Table[]): string[] => some.map(({ room, name }) => `${room}.${name}`);

describe('the tables of the rooms', () => {
  it('are there to be judged, in every room', () => {
    for (const { room } of DEFINITIONS) expect(tables.filter((table) => table.room === room).length).toBeGreaterThan(Object.keys(OF_EVERY_ROOM).length);
  });

  it('show a request only rows in its scope', () => {
    const open = tables.filter(({ name, request, secured, requestPolicies }) => request !== '' && !(name in OF_EVERY_ROOM) && !(OF_SOME_ROOMS.includes(name) && request === 'SELECT') && (!secured || requestPolicies === 0));
    expect(named(open)).toEqual([]);
  });

  it('that every room has give a request what it needs and no more', () => {
    const common = tables.filter(({ name }) => name in OF_EVERY_ROOM);
    expect(common.filter(({ name, request }) => request !== OF_EVERY_ROOM[name]).map((table) => `${table.room}.${table.name}: ${table.request}`)).toEqual([]);
  });

  it('under a policy are open to the worker that has a right to them, who would else find nothing', () => {
    expect(named(tables.filter(({ secured, worker, workerPolicies }) => secured && worker !== '' && workerPolicies === 0))).toEqual([]);
  });

  it('give nobody but their owner a right over what they are', () => {
    expect(named(tables.filter(({ request, worker }) => /REFERENCES|TRIGGER/.test(`${request} ${worker}`)))).toEqual([]);
    expect(named(tables.filter(({ request }) => /TRUNCATE/.test(request)))).toEqual([]);
  });

  it('lose rows at a request only where the refusals of a minute are counted', () => {
    expect(new Set(tables.filter(({ request }) => request.includes('DELETE')).map(({ name }) => name))).toEqual(new Set(['refusal']));
  });
});
