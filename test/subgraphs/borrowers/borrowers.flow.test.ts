/** What the borrowers room promises, through its execution core on a real database and ledger: scope, vault, disclosure, registration. */
import { newId } from '../../../schema/ids';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { appendAs } from '../../support/standing';
import { keptOf } from '../../support/kept-text';
import { testRooms } from '../../support/test-rooms';
import { ADD, clientKey, closeGrant, codesOf, forPurpose, grant, mandate, openCreditor, PARTICULARS, personBehind, register, REGISTER } from './scene';

const rooms = testRooms([borrowersRoom]);
const CLEAR = /Synthetic Zhang|SYN-?0000|Synthetic Weaving|2025550101|202 555 0101|zhang@example|Specimen/;

const BORROWER = `query ($id: ID!) { borrower(id: $id) { id creditor { id } name employer phones email address } }`;
async function registered() {
  const creditor = await openCreditor(rooms);
  const { borrower } = await register(rooms, creditor.staff);
  return { ...creditor, borrowerId: borrower!.id };
}

async function worker<T>(sql: string, values: unknown[] = []): Promise<T[]> {
  return (await rooms.room('borrowers').database.worker.query(sql, values)).rows as T[];
}

describe('a borrower', () => {
  it('is registered once and read back by the staff of the creditor, with a disclosure', async () => {
    const { staff, borrowerId, creditorId } = await registered();
    const answer = await rooms.execute('borrowers', staff, BORROWER, { id: borrowerId });
    expect(answer).toMatchObject({
      data: {
        borrower: {
          id: borrowerId,
          creditor: { id: creditorId },
          name: 'Synthetic Zhang',
          employer: 'Synthetic Weaving Ltd',
          phones: ['+12025550101'],
          email: 'zhang@example.invalid',
          address: '1 Specimen Street',
        },
      },
    });
    expect(answer.errors).toBeUndefined();
    const { entries } = await rooms.ledger.ledgerFor('audit').read(answer.ledgerIndex, 1, 0);
    expect(JSON.parse(entries[0]!.bytes.toString('utf8'))).toMatchObject({
      event: { type: 'borrowers.DataDisclosed', purpose: 'SERVICING', facts: { categories: ['ADDRESS', 'CONTACT', 'EMPLOYMENT', 'IDENTITY'], subjects: 1 } },
    });
  });

  it('cannot be registered twice with one identity number, however it is spelt', async () => {
    const { staff, creditorId } = await registered();
    expect(await register(rooms, staff, { name: 'Synthetic Other', nationalId: 'syn 000000000001' })).toMatchObject({ __typename: 'Refusal', ruleId: 'BORROWER-IDENTITY-NEW' });
    expect(await worker('select count(*) from borrower where creditor_id = $1', [creditorId])).toEqual([{ count: 1 }]);
  });

  it('is not registered by staff whose authority was revoked', async () => {
    const { staff, authorityId, creditorId } = await openCreditor(rooms);
    await appendAs(rooms, 'creditors', {
      type: 'creditors.StaffAuthorityRevoked',
      facts: { reason: 'LEFT' },
      hidden: { authorityId, creditorId },
      streams: [`creditor:${creditorId}`, `grant:${authorityId}`],
    });
    await rooms.settled();
    const answer = await rooms.execute('borrowers', staff, REGISTER, { input: { clientKey: clientKey(), ...PARTICULARS } });
    expect(codesOf(answer)).toEqual([['registerBorrower', 'NOT_PERMITTED', 'SCOPE-GRANTED']]);
  });

  it('is registered once for one clientKey, and other input under it is a conflict', async () => {
    const { staff, creditorId } = await openCreditor(rooms);
    const input = { clientKey: clientKey(), ...PARTICULARS };
    const first = await rooms.execute('borrowers', staff, REGISTER, { input });
    const again = await rooms.execute('borrowers', staff, REGISTER, { input });
    expect(again.data).toEqual(first.data);
    const other = await rooms.execute('borrowers', staff, REGISTER, { input: { ...input, name: 'Synthetic Li' } });
    expect(codesOf(other)).toEqual([['registerBorrower', 'CONFLICT', undefined]]);
    expect(await worker('select count(*) from borrower where creditor_id = $1', [creditorId])).toEqual([{ count: 1 }]);
  });

  it.each([
    ['a name', { ...PARTICULARS, name: ' ' }],
    ['an identity number', { ...PARTICULARS, nationalId: '1' }],
    ['a phone number', { ...PARTICULARS, contactPoints: [{ kind: 'PHONE', value: 'my secret', source: 'CONTRACT' }] }],
  ])('without %s that can be one is refused without repeating it', async (_part, particulars) => {
    const { staff } = await openCreditor(rooms);
    const answer = await rooms.execute('borrowers', staff, REGISTER, { input: { clientKey: clientKey(), ...particulars } });
    expect(codesOf(answer)).toEqual([['registerBorrower', 'BAD_INPUT', undefined]]);
    expect(JSON.stringify(answer.errors)).not.toContain('my secret');
  });

  it('whose key is gone has null for every vaulted value, and the row stays', async () => {
    const { staff, borrowerId } = await registered();
    await rooms.keyStore.destroyKeys([borrowerId]);
    const answer = await rooms.execute('borrowers', staff, BORROWER, { id: borrowerId });
    expect(answer.data).toMatchObject({ borrower: { id: borrowerId, name: null, employer: null, phones: [], email: null, address: null } });
  });
});

describe('the particulars of a borrower', () => {
  it('stand nowhere in clear: not in tables, not in events, not in what lies beside them', async () => {
    const { borrowerId } = await registered();
    const kept = [
      ...(await worker(`select encode(name, 'escape') as a, encode(national_id, 'escape') as b, encode(employer, 'escape') as c from borrower where id = $1`, [borrowerId])),
      ...(await worker(`select encode(value, 'escape') as a from contact_point where borrower_id = $1`, [borrowerId])),
      ...(await worker(`select convert_from(event, 'UTF8') as event, disclosures, streams from outbox`)),
      ...(await worker('select input_hash, answer from client_key')),
    ];
    expect(kept.length).toBeGreaterThan(6);
    expect(JSON.stringify(kept)).not.toMatch(CLEAR);
    const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 512, 0);
    expect(entries.flatMap(keptOf).join('\n')).not.toMatch(CLEAR);
  });

  it('do not open in another row of the same borrower', async () => {
    const { staff, borrowerId } = await registered();
    await worker(`update contact_point set value = (select value from contact_point where borrower_id = $1 and kind = 'EMAIL') where borrower_id = $1 and kind = 'PHONE'`, [borrowerId]);
    const answer = await rooms.execute('borrowers', staff, 'query ($id: ID!) { borrower(id: $id) { email phones } }', { id: borrowerId });
    expect(answer.data).toEqual({ borrower: { email: 'zhang@example.invalid', phones: null } });
    expect(codesOf(answer)).toEqual([['phones', 'INTERNAL', undefined]]);
  });

  it('are null without a purpose, while the rest answers', async () => {
    const { staff, borrowerId } = await registered();
    const answer = await rooms.execute('borrowers', forPurpose(staff, null), 'query ($id: ID!) { borrower(id: $id) { id name } }', { id: borrowerId });
    expect(answer.data).toEqual({ borrower: { id: borrowerId, name: null } });
    expect(codesOf(answer)).toEqual([['name', 'BAD_INPUT', 'RELEASE-PURPOSE-NAMED']]);
  });
});

describe('the search by identity number', () => {
  const FIND = 'query ($n: String!) { borrowerByNationalId(nationalId: $n) { id } }';

  it('finds the own borrower in any spelling and records that it did', async () => {
    const { staff, borrowerId } = await registered();
    const answer = await rooms.execute('borrowers', staff, FIND, { n: 'syn000000000001' });
    expect(answer.data).toEqual({ borrowerByNationalId: { id: borrowerId } });
    const { entries } = await rooms.ledger.ledgerFor('audit').read(answer.ledgerIndex, 1, 0);
    expect(JSON.parse(entries[0]!.bytes.toString('utf8'))).toMatchObject({ event: { facts: { fields: ['Query.borrowerByNationalId'], categories: ['IDENTITY'] } } });
  });

  it("does not find another creditor's borrower of the same number", async () => {
    await registered();
    const { staff } = await openCreditor(rooms);
    expect((await rooms.execute('borrowers', staff, FIND, { n: PARTICULARS.nationalId })).data).toEqual({ borrowerByNationalId: null });
  });

  it('answers found and not found alike without a purpose', async () => {
    const { staff } = await registered();
    const [found, absent] = await Promise.all([PARTICULARS.nationalId, 'SYN999'].map((n) => rooms.execute('borrowers', forPurpose(staff, null), FIND, { n })));
    expect(found!.data).toEqual(absent!.data);
    expect(codesOf(found!)).toEqual(codesOf(absent!));
  });
});

describe('the scope of borrowers', () => {
  const LIST = '{ borrowers(first: 10) { edges { node { id } } pageInfo { hasNextPage } } }';

  it('keeps the staff of one creditor from the borrowers of another', async () => {
    const [one, other] = [await registered(), await registered()];
    expect((await rooms.execute('borrowers', other.staff, BORROWER, { id: one.borrowerId })).data).toEqual({ borrower: null });
    expect((await rooms.execute('borrowers', other.staff, LIST)).data).toEqual({ borrowers: { edges: [{ node: { id: other.borrowerId } }], pageInfo: { hasNextPage: false } } });
    const absent = await rooms.execute('borrowers', other.staff, BORROWER, { id: newId('borrower') });
    expect(absent.data).toEqual({ borrower: null });
  });

  it('shows an agency the borrowers of its grants, the categories granted, until they close', async () => {
    const { creditorId, borrowerId } = await registered();
    const granted = await grant(rooms, creditorId, borrowerId);
    const seen = await rooms.execute('borrowers', granted.agency, BORROWER, { id: borrowerId });
    expect(seen.data).toMatchObject({ borrower: { name: 'Synthetic Zhang', phones: ['+12025550101'], employer: null, address: null } });
    expect(codesOf(seen)).toEqual([['employer', 'NOT_PERMITTED', 'RELEASE-CATEGORY-COVERED'], ['address', 'NOT_PERMITTED', 'RELEASE-CATEGORY-COVERED']]);
    expect((await rooms.execute('borrowers', granted.agency, LIST)).data).toMatchObject({ borrowers: { edges: [{ node: { id: borrowerId } }] } });
    await closeGrant(rooms, granted);
    await rooms.settled();
    expect((await rooms.execute('borrowers', granted.agency, BORROWER, { id: borrowerId })).data).toEqual({ borrower: null });
    expect((await rooms.execute('borrowers', granted.agency, LIST)).data).toMatchObject({ borrowers: { edges: [] } });
  });

  it('shows a regulator the borrowers of the creditors under its mandates', async () => {
    const [one, other] = [await registered(), await registered()];
    const regulator = await mandate(rooms, [one.creditorId]);
    const query = 'query ($ids: [_Any!]!) { _entities(representations: $ids) { ... on Borrower { id name nationalId employer } } }';
    const ids = [one, other].map(({ borrowerId: id }) => ({ __typename: 'Borrower', id }));
    const answer = await rooms.execute('borrowers', regulator, query, { ids });
    expect(answer.data).toEqual({ _entities: [{ id: one.borrowerId, name: 'Synthetic Zhang', nationalId: 'SYN-0000-0000-0001', employer: null }, null] });
  });

  it('shows a person itself as each of its creditors knows it, and nobody else', async () => {
    const [one, other, stranger] = [await registered(), await registered(), await openCreditor(rooms)];
    const { borrower: third } = await register(rooms, stranger.staff, { name: 'Synthetic Li', nationalId: 'SYN-2' + String(Date.now()) });
    const person = await personBehind(rooms, one.borrowerId);
    const answer = await rooms.execute('borrowers', person, '{ myRecords(first: 100) { edges { node { id creditor { id } name } } } }');
    const records = (answer.data?.['myRecords'] as { edges: { node: { id: string; creditor: { id: string }; name: string } }[] }).edges.map(({ node }) => node);
    expect(records.map(({ id }) => id)).toEqual(expect.arrayContaining([one.borrowerId, other.borrowerId]));
    expect(records.map(({ id }) => id)).not.toContain(third!.id);
    // Everybody these tests registered under this number is the same person, each with a creditor of its own.
    expect(new Set(records.map(({ creditor }) => creditor.id)).size).toBe(records.length);
    expect((await rooms.execute('borrowers', person, BORROWER, { id: third!.id })).data).toEqual({ borrower: null });
  });

  it('pages through a creditor in both directions without gap or repeat', async () => {
    const { staff, creditorId } = await openCreditor(rooms);
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await register(rooms, staff, { name: `Synthetic ${n}` })).borrower!.id);
    ids.sort();
    const page = async (args: string): Promise<{ ids: string[]; start: string; end: string }> => {
      const query = `query ($c: [_Any!]!) { _entities(representations: $c) { ... on Creditor { borrowers(${args}) { edges { node { id } } pageInfo { startCursor endCursor } } } } }`;
      const answer = await rooms.execute('borrowers', staff, query, { c: [{ __typename: 'Creditor', id: creditorId }] });
      const [creditor] = answer.data!['_entities'] as { borrowers: { edges: { node: { id: string } }[]; pageInfo: { startCursor: string; endCursor: string } } }[];
      const { edges, pageInfo } = creditor!.borrowers;
      return { ids: edges.map(({ node }) => node.id), start: pageInfo.startCursor, end: pageInfo.endCursor };
    };
    const first = await page('first: 2');
    const second = await page(`first: 3, after: "${first.end}"`);
    expect([...first.ids, ...second.ids]).toEqual(ids);
    expect((await page(`last: 2, before: "${second.start}"`)).ids).toEqual(first.ids);
  });
});

describe('row-level security of the borrowers room', () => {
  it.each(['borrower', 'contact_point', 'legal_hold', 'erasure'])('shows no row of %s to a request without an actor', async (table) => {
    await registered();
    expect(await rooms.room('borrowers').database.request.query(`select count(*) from ${table}`)).toEqual([{ count: 0 }]);
  });

  it.each(['person', 'import_batch', 'staged_borrower'])('gives a request no access to %s at all', async (table) => {
    await expect(rooms.room('borrowers').database.request.query(`select count(*) from ${table}`)).rejects.toThrow('permission denied');
  });

  it('lets no request change or remove what was registered', async () => {
    for (const statement of [`update borrower set name = ''`, 'delete from borrower', `update contact_point set source = 'CONTRACT'`, `update legal_hold set basis = 'OPEN_DISPUTE'`, 'delete from legal_hold', 'update erasure set erased_at = null', 'delete from erasure']) {
      await expect(rooms.room('borrowers').database.request.query(statement)).rejects.toThrow('permission denied');
    }
  });
});

describe('a contact point', () => {
  const input = (borrowerId: string, changes: object = {}) => ({ clientKey: clientKey(), borrowerId, kind: 'PHONE', value: '+1 202 555 0199', source: 'PUBLIC_CHANNEL', ...changes });

  it('added by an agency under its grant stands with its source, and so does its entry', async () => {
    const { creditorId, borrowerId, staff } = await registered();
    const { agency } = await grant(rooms, creditorId, borrowerId);
    const answer = await rooms.execute('borrowers', agency, ADD, { input: input(borrowerId) });
    expect(answer.data).toMatchObject({
      addContactPoint: { __typename: 'ContactPointAdded', contactPoint: { kind: 'PHONE', source: 'PUBLIC_CHANNEL', status: 'ACTIVE', value: '+12025550199', address: null }, pending: false },
    });
    const { ledgerIndex } = answer.data!['addContactPoint'] as { ledgerIndex: number };
    const { entries } = await rooms.ledger.ledgerFor('audit').read(ledgerIndex, 1, 0);
    expect(JSON.parse(entries[0]!.bytes.toString('utf8'))).toMatchObject({
      event: { type: 'borrowers.ContactPointAdded', facts: { kind: 'PHONE', source: 'PUBLIC_CHANNEL' }, decision: { outcome: 'ALLOW', rulePack: 'contact-2026.1' } },
    });
    const list = '{ borrower(id: "' + borrowerId + '") { contactPoints(first: 10) { edges { node { source value address } } } } }';
    expect((await rooms.execute('borrowers', staff, list)).data).toEqual({
      borrower: {
        contactPoints: {
          edges: expect.arrayContaining([
            { node: { source: 'PUBLIC_CHANNEL', value: '+12025550199', address: null } },
            { node: { source: 'CONTRACT', value: null, address: '1 Specimen Street' } },
          ]) as unknown,
        },
      },
    });
  });

  it.each([
    ['from a source it cannot have', { source: 'CONTRACT' }, 'COLLECTION', 'CONTACT-SOURCE-LAWFUL'],
    ['of a category it was not granted', { kind: 'ADDRESS', value: '2 Sample Street' }, 'COLLECTION', 'RELEASE-CATEGORY-COVERED'],
    ['for a purpose it was not granted', {}, 'SERVICING', 'RELEASE-PURPOSE-COVERED'],
    ['without a purpose', {}, null, 'RELEASE-PURPOSE-NAMED'],
  ] as const)('added by an agency %s is refused', async (_case, changes, purpose, ruleId) => {
    const { creditorId, borrowerId } = await registered();
    const { agency } = await grant(rooms, creditorId, borrowerId);
    const answer = await rooms.execute('borrowers', forPurpose(agency, purpose), ADD, { input: input(borrowerId, changes) });
    expect(answer.data).toMatchObject({ addContactPoint: { __typename: 'Refusal', ruleId } });
    expect(await worker(`select count(*) from contact_point where borrower_id = $1`, [borrowerId])).toEqual([{ count: 3 }]);
  });

  it('of a borrower out of scope is not found, like one that does not exist', async () => {
    const { creditorId, borrowerId } = await registered();
    const other = await registered();
    const { agency } = await grant(rooms, creditorId, borrowerId);
    for (const id of [other.borrowerId, newId('borrower')]) {
      expect(codesOf(await rooms.execute('borrowers', agency, ADD, { input: input(id) }))).toEqual([['addContactPoint', 'NOT_FOUND', undefined]]);
    }
  });

  it('needs the scope of the token', async () => {
    const { staff, borrowerId } = await registered();
    const answer = await rooms.execute('borrowers', { ...staff, scopes: [] }, ADD, { input: input(borrowerId) });
    expect(codesOf(answer)).toEqual([['addContactPoint', 'NOT_PERMITTED', 'SCOPE-HELD']]);
  });
});
