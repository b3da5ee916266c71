/** Outbox records that need no content any more lose it, and nothing that anybody asks of them: receipts, repeated commands, the comparison after a restore. */
import type { Ledger } from '../../../kernel/ledger';
import { firstLostRecord } from '../../../kernel/outbox/own-records';
import { SettledRecords } from '../../../kernel/outbox/settled-records';
import { readRoomPlace } from '../../../kernel/room-place';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { testRooms } from '../../support/test-rooms';
import { clientKey, openCreditor, PARTICULARS, REGISTER } from '../../subgraphs/borrowers/scene';

const rooms = testRooms([borrowersRoom]);
const worker = () => rooms.room('borrowers').database.worker;
const NOW = new Date();
const DAYS = 35;

/** The borrowers room's port, at a time when this was the latest checkpoint. */
const showing = (checkpoint: string | null): Ledger => {
  const ledger = rooms.ledger.ledgerFor('borrowers');
  return { room: ledger.room, append: (...asked) => ledger.append(...asked), sentAfter: (...asked) => ledger.sentAfter(...asked), read: async (...asked) => ({ ...(await ledger.read(...asked)), checkpoint }) };
};
const recordsUnder = (checkpoint: string | null) => new SettledRecords({ worker: worker(), ledger: showing(checkpoint), days: DAYS, pageSize: 2 });

async function signed(): Promise<string> {
  await rooms.settled();
  await rooms.ledger.signNow();
  return (await rooms.ledger.ledgerFor('borrowers').read(0, 1, 0)).checkpoint!;
}

/** By number: whether the record has its content. */
async function contents(): Promise<boolean[]> {
  const { rows } = await worker().query<{ full: boolean }>(`select octet_length(o.event) > 0 and o.streams <> '[]' and o.disclosures <> '[]' as full from outbox o join delivery d on d.outbox_id = o.id order by d.seq`);
  return rows.map(({ full }) => full);
}

const age = (seqs: readonly number[], days: number) =>
  worker().query(`update outbox set recorded_at = $2 from delivery where outbox.id = outbox_id and seq = any($1)`, [seqs, new Date(NOW.getTime() - days * 86_400_000)]);

it('only what is under a checkpoint of the log and older than any backup is emptied, once', async () => {
  const { staff } = await openCreditor(rooms);
  const input = { clientKey: clientKey(), ...PARTICULARS, contactPoints: [], nationalId: null };
  const register = (variables: object) => rooms.execute('borrowers', staff, REGISTER, { input: variables });
  const first = await register(input);
  for (let more = 0; more < 3; more += 1) await register({ ...input, clientKey: clientKey() });
  const early = await signed();
  await register({ ...input, clientKey: clientKey() });
  const late = await signed();
  expect(await contents()).toEqual([true, true, true, true, true]);

  await age([1, 2, 3, 5], DAYS + 1);
  const place = await readRoomPlace(worker());
  const forged = early.replace(/.{20}\n$/, `${'A'.repeat(20)}\n`);
  await expect(recordsUnder(forged).empty(NOW)).rejects.toThrow('did not sign');
  expect(await recordsUnder(null).empty(NOW)).toBe(0);
  expect(await contents()).toEqual([true, true, true, true, true]);

  expect(await recordsUnder(early).empty(NOW)).toBe(3);
  // The fourth is young, and nothing goes past it.
  expect(await contents()).toEqual([false, false, false, true, true]);
  await age([4], DAYS + 1);
  const records = recordsUnder(early);
  expect(await records.empty(NOW)).toBe(1);
  expect(await records.empty(NOW)).toBe(0);
  expect(await contents()).toEqual([false, false, false, false, true]);
  expect(await recordsUnder(late).empty(NOW)).toBe(1);

  expect(await register(input)).toMatchObject({ data: first.data! });
  expect(await readRoomPlace(worker())).toEqual(place);
  expect(await firstLostRecord(worker(), (after, limit) => rooms.ledger.ledgerFor('borrowers').sentAfter(after, limit))).toBeNull();
});
