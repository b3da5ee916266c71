/**
 * A hub that opens the key store in the moment before the blind-index key is rotated: it runs, and is refused wherever it would use the
 * key before. The hub is a process of its own, as an operator starts it.
 */
import { KEY_STORE_DATABASE, openKeyStore } from '../../kernel/vault/key-store';
import { leaseKey } from '../../kernel/lease';
import { databaseOf } from '../../kernel/room-host';
import { beginBlindRotation, finishBlindRotation, readBlindGeneration } from '../../kernel/vault/blind-generation';
import { deriveMasterKeys } from '../../kernel/vault/master-keys';
import { newId } from '../../schema/ids';
import { borrowersRoom, fenceGeneration, rotateBlindIndex } from '../../subgraphs/borrowers/subgraph';
import type { Caller } from '../support/caller';
import { key } from '../support/scenario';
import { testHub } from '../support/test-hub';

const hub = testHub('one process of its own');
const REGISTER = 'mutation ($input: RegisterBorrowerInput!) { registerBorrower(input: $input) { __typename ... on BorrowerRegistered { borrower { id } } ... on Refusal { ruleId } } }';
const FIND = 'query ($n: String!) { borrowerByNationalId(nationalId: $n) { id } }';
const NUMBERS = [1, 2].map((n) => `SYN-B-${newId('event').slice(-9).toUpperCase()}${n}`);

const LEASE_HELD = `select from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
  and (classid::bigint << 32) | objid::bigint = $1`;

const register = (operator: Caller, nationalId: string) => operator.ask(REGISTER, { input: { clientKey: key(), name: 'Synthetic Person', nationalId, contactPoints: [] } });

/** What `cession keys rotate-blind-index` does once it holds the lease. */
async function rotate(): Promise<void> {
  const { config } = hub;
  const [keys, room] = [await hub.database.open(KEY_STORE_DATABASE), await hub.database.open(databaseOf(borrowersRoom))];
  const { current } = await readBlindGeneration(keys.worker);
  expect(await fenceGeneration(room.worker, current + 1)).toBe(true);
  const { from, to } = await beginBlindRotation(keys.worker);
  const next = deriveMasterKeys(config.masterKey, to);
  await rotateBlindIndex({ worker: room.worker, keyStore: openKeyStore(keys.worker, deriveMasterKeys(config.masterKey, from)), next, generation: to });
  await finishBlindRotation(keys.worker, to);
}

it('such a hub registers nobody and finds nobody until it is started again', async () => {
  const { operator } = await hub.creditor();
  const registered = (await register(operator, NUMBERS[0]!)).data as { registerBorrower: { borrower: { id: string } } };
  const { borrower } = registered.registerBorrower;
  await hub.stop();

  // Once a room has a lease the key store is open; the hub has not got the lease by which a rotation would find it.
  const admin = await hub.database.admin();
  await admin.query('select pg_advisory_lock($1)', [leaseKey('follower:borrowers')]);
  const starting = hub.start();
  while ((await admin.query(LEASE_HELD, [leaseKey('relay:creditors')])).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  await rotate();
  await admin.query('select pg_advisory_unlock($1)', [leaseKey('follower:borrowers')]);
  await starting;

  const counted = async () => (await admin.query<{ n: number }>('select count(*)::int as n from borrowers.borrower')).rows;
  const before = await counted();
  for (const number of NUMBERS) {
    expect((await operator.ask(FIND, { n: number })).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect((await register(operator, number)).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
  }
  expect(await counted()).toEqual(before);

  await hub.stop();
  await hub.start();
  expect((await operator.ask(FIND, { n: NUMBERS[0] })).data).toEqual({ borrowerByNationalId: { id: borrower.id } });
  expect((await register(operator, NUMBERS[0]!)).data).toEqual({ registerBorrower: { __typename: 'Refusal', ruleId: 'BORROWER-IDENTITY-NEW' } });
  expect((await register(operator, NUMBERS[1]!)).data).toMatchObject({ registerBorrower: { __typename: 'BorrowerRegistered' } });
}, 90_000);
