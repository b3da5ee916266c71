/** A contact point whose right ended at the ledger before its entry was appended. */
import type { Ledger } from '../../../kernel/ledger';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { testRooms } from '../../support/test-rooms';
import { ADD, clientKey, closeGrant, grant, openCreditor, register } from './scene';

/** While held, the room learns nothing new from the ledger. */
const follower = { held: Promise.resolve(), release: () => undefined as void };
function hold(): void {
  follower.held = new Promise((resolve) => (follower.release = resolve));
}

const wrapLedger = (ledger: Ledger): Ledger => ({
  room: ledger.room,
  sentAfter: (...asked) => ledger.sentAfter(...asked),
  append: (...parameters) => ledger.append(...parameters),
  read: async (...parameters) => {
    await follower.held;
    const page = await ledger.read(...parameters);
    await follower.held;
    return page;
  },
});

const rooms = testRooms([borrowersRoom], { wrapLedger });

describe("a recall that reaches the ledger before an agency's contact point", () => {
  it('withdraws it: the answer is a refusal, and so is the entry', async () => {
    const { creditorId, staff } = await openCreditor(rooms);
    const borrowerId = (await register(rooms, staff)).borrower!.id;
    const granted = await grant(rooms, creditorId, borrowerId);
    const { worker } = rooms.room('borrowers').database;
    hold();
    await closeGrant(rooms, granted);
    const input = { clientKey: clientKey(), borrowerId, kind: 'PHONE', value: '+1 202 555 0199', source: 'PUBLIC_CHANNEL' };
    const adding = rooms.execute('borrowers', granted.agency, ADD, { input });
    const statusOf = async () => (await worker.query<{ status: string }>(`select status from contact_point where borrower_id = $1 and source = 'PUBLIC_CHANNEL'`, [borrowerId])).rows[0]?.status;
    while ((await statusOf()) !== 'WITHDRAWN') await new Promise((resolve) => setTimeout(resolve, 10));
    follower.release();
    expect((await adding).data).toMatchObject({ addContactPoint: { __typename: 'Refusal', ruleId: 'CONTACT-RIGHT-CURRENT' } });
    const { rows } = await worker.query<{ type: string; delivered: boolean }>(
      `select convert_from(event, 'UTF8')::json ->> 'type' as type, exists (select from delivery where outbox_id = id) as delivered from outbox order by id desc limit 1`,
    );
    expect(rows).toEqual([{ type: 'borrowers.CommandRefused', delivered: true }]);
    const again = await rooms.execute('borrowers', staff, '{ borrowers(first: 1) { edges { node { phones } } } }');
    expect(again.data).toEqual({ borrowers: { edges: [{ node: { phones: ['+12025550101'] } }] } });
  });
});
