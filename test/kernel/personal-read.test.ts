/** Reads of personal data on a real room, database and ledger: nothing leaves that the ledger does not show. */
import { parseEntry } from '../../audit/log/entry';
import { readFollowedEvent } from '../../kernel/follower/followed-event';
import { HubError } from '../../kernel/errors';
import type { Ledger } from '../../kernel/ledger';
import { openRoom } from '../../kernel/room-host';
import { borrowersRoom } from '../../subgraphs/borrowers/subgraph';
import { keptOf } from '../support/kept-text';
import { appendAs, appendStaff, type StaffMember } from '../support/standing';
import { testDiagnostics } from '../support/test-ledger';
import { testRooms } from '../support/test-rooms';

let ledgerIsAway = false;
const wrapLedger = (ledger: Ledger): Ledger => ({
  ...ledger,
  room: ledger.room,
  read: (from, limit, waitMs) => ledger.read(from, limit, waitMs),
  append: (channel, submissions, deadlineMs) =>
    ledgerIsAway ? Promise.reject(new HubError('LEDGER_UNAVAILABLE', 'away')) : ledger.append(channel, submissions, deadlineMs),
});

const rooms = testRooms([borrowersRoom], { wrapLedger });

const REGISTER = `mutation ($input: RegisterBorrowerInput!) {
  registerBorrower(input: $input) { __typename ... on BorrowerRegistered { ledgerIndex pending borrower { id name } } ... on Refusal { ruleId message } }
}`;
const READ = `query ($id: ID!) { borrower(id: $id) { id registeredAt name phones } }`;

let staff: StaffMember;
let borrowerId: string;

async function entriesOf(type: string) {
  const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 1_000, 0);
  return entries.filter((entry) => parseEntry(entry.bytes).event.type === type).map(readFollowedEvent);
}

beforeAll(async () => {
  staff = await appendStaff(rooms, ['borrowers:write']);
  await rooms.settled();
  const input = { clientKey: 'one', name: 'Synthetic 000001', nationalId: 'X0000000001', contactPoints: [{ kind: 'PHONE', value: '+886 900 000 001', source: 'CONTRACT' }] };
  const answer = await rooms.execute('borrowers', staff.actor, REGISTER, { input });
  expect(answer.errors).toBeUndefined();
  const registered = answer.data!['registerBorrower'] as { ledgerIndex: number; borrower: { id: string; name: string } };
  expect(registered.borrower.name).toBe('Synthetic 000001');
  expect(registered.ledgerIndex).toBeGreaterThan(0);
  borrowerId = registered.borrower.id;
});

describe('a read of personal data', () => {
  it('is in the ledger with purpose, categories and subject before the answer', async () => {
    const before = (await entriesOf('borrowers.DataDisclosed')).length;
    const answer = await rooms.execute('borrowers', staff.actor, READ, { id: borrowerId });
    expect(answer.errors).toBeUndefined();
    expect(answer.data!['borrower']).toMatchObject({ name: 'Synthetic 000001', phones: ['+886900000001'] });
    const disclosures = await entriesOf('borrowers.DataDisclosed');
    expect(disclosures).toHaveLength(before + 1);
    const last = disclosures.at(-1)!;
    expect(last.facts).toMatchObject({ categories: ['CONTACT', 'IDENTITY'], fields: ['Borrower.name', 'Borrower.phones'], subjects: 1 });
    expect(last.items).toEqual([{ borrowerId, categories: ['CONTACT', 'IDENTITY'], rightId: staff.authorityId }]);
    expect(last.position(`borrower:${borrowerId}`)).toBeGreaterThan(0);
    expect(answer.ledgerIndex).toBe(last.index);
  });

  it('without a purpose answers the rest and names the header', async () => {
    const answer = await rooms.execute('borrowers', { ...staff.actor, purpose: null }, READ, { id: borrowerId });
    expect(answer.data!['borrower']).toMatchObject({ id: borrowerId, name: null, phones: null });
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'BAD_INPUT', ruleId: 'RELEASE-PURPOSE-NAMED', argument: 'x-purpose' });
  });

  it('answers the rest and withholds the personal fields while the ledger is away', async () => {
    ledgerIsAway = true;
    try {
      const answer = await rooms.execute('borrowers', staff.actor, READ, { id: borrowerId });
      expect(answer.data!['borrower']).toMatchObject({ id: borrowerId, name: null, phones: null });
      expect(new Set(answer.errors!.map((error) => error.extensions!['code']))).toEqual(new Set(['LEDGER_UNAVAILABLE']));
    } finally {
      ledgerIsAway = false;
    }
  });

  it('does not rely on a right that it has read before and that was replaced since', async () => {
    const member = await appendStaff(rooms, [], staff.creditorId);
    await rooms.settled();
    expect((await rooms.execute('borrowers', member.actor, READ, { id: borrowerId })).errors).toBeUndefined();
    await appendAs(rooms, 'creditors', {
      type: 'creditors.StaffAuthorityRevoked',
      facts: { reason: 'REPLACED' },
      hidden: { authorityId: member.authorityId, creditorId: member.creditorId },
      streams: [`creditor:${member.creditorId}`, `grant:${member.authorityId}`],
    });
    await appendStaff(rooms, [], staff.creditorId, { sub: member.actor.sub, categories: ['CONTACT'] });
    await rooms.settled();
    const answer = await rooms.execute('borrowers', member.actor, READ, { id: borrowerId });
    expect(answer.data!['borrower']).toMatchObject({ id: borrowerId, name: null, phones: ['+886900000001'] });
    expect(answer.errors!.map((error) => [error.path, error.extensions!['ruleId']])).toEqual([[['borrower', 'name'], 'RELEASE-CATEGORY-COVERED']]);
  });

  it('asks later fetches to stand on what changed its standing, not on the disclosures since', async () => {
    const changed = (await appendStaff(rooms, [])).grantedAt;
    await rooms.settled();
    const first = await rooms.execute('borrowers', staff.actor, READ, { id: borrowerId });
    await rooms.settled();
    const second = await rooms.execute('borrowers', staff.actor, READ, { id: borrowerId });
    expect(second.ledgerIndex).toBeGreaterThan(first.ledgerIndex);
    expect([first.standingIndex, second.standingIndex]).toEqual([changed, changed]);
  });

  it('finds nothing for the staff of another creditor', async () => {
    const other = await appendStaff(rooms, []);
    await rooms.settled();
    const answer = await rooms.execute('borrowers', other.actor, READ, { id: borrowerId });
    expect(answer).toMatchObject({ data: { borrower: null } });
  });

  it('reveals no personal data in any byte the ledger keeps', async () => {
    const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 1_000, 0);
    const kept = entries.flatMap(keptOf).join('\n');
    expect(kept).toContain(`"${borrowerId}"`);
    for (const secret of ['Synthetic', '900000001', 'X0000000001']) expect(kept).not.toContain(secret);
  });
});

describe('a room that stops', () => {
  it('lets the fetches that have begun come to their answer', async () => {
    const { database, keyStore } = rooms;
    const replica = await openRoom(borrowersRoom, { config: database.config, ledger: rooms.ledger.ledgerFor('borrowers'), keyStore, diagnostics: testDiagnostics() });
    const asked = { actor: staff.actor, document: READ, variables: { id: borrowerId }, operationName: null, requestId: 'last', atLeast: -1, planned: true };
    const fetches = Array.from({ length: 30 }, () => replica.execute(asked));
    await replica.stop();
    for (const { errors, data } of await Promise.all(fetches)) {
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ borrower: { name: 'Synthetic 000001' } });
    }
  });
});
