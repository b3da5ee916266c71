/** What an erasure and a legal hold promise, through the borrowers room on a real database, key store and ledger. */
import { newId } from '../../../schema/ids';
import { erasureRules } from '../../../subgraphs/borrowers/erasure';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { schemaFaults } from '../../support/event-schemas';
import { testRooms } from '../../support/test-rooms';
import { WholeLog } from '../../support/whole-log';
import { ADD, clientKey, closeGrant, codesOf, ERASE, erase, grant, LIFT_HOLD, liftHold, mandate, openCreditor, PARTICULARS, personBehind, placeHold, PLACE_HOLD, register } from './scene';

const rooms = testRooms([borrowersRoom]);
const log = new WholeLog(rooms.database);

const READ = `query ($id: ID!) { borrower(id: $id) { id name nationalId employer phones email address
  erasure { basis orderedAt erasedAt erasurePending ledgerIndex }
  contactPoints(first: 10) { edges { node { kind status value address } } } } }`;
const FIND = 'query ($n: String!) { borrowerByNationalId(nationalId: $n) { id } }';
const HOLDS = 'query ($id: ID!) { borrower(id: $id) { legalHolds(first: 10) { edges { node { id basis liftedAt } } } } }';
const DAY_MS = 86_400_000;

let numbers = 0;
/** A borrower of an identity number that nobody else has. */
async function registered(nationalId = `SYN-E-${Date.now()}-${(numbers += 1)}`) {
  const creditor = await openCreditor(rooms);
  const { borrower } = await register(rooms, creditor.staff, { ...PARTICULARS, nationalId });
  return { ...creditor, borrowerId: borrower!.id, nationalId };
}

async function rowsOf<T>(sql: string, values: unknown[] = []): Promise<T[]> {
  return (await rooms.room('borrowers').database.worker.query(sql, values)).rows as T[];
}

const erasuresOf = async (borrowerId: string) => (await log.events('borrowers.BorrowerErased')).filter(({ hidden }) => hidden['borrowerId'] === borrowerId);

describe('an erased borrower', () => {
  it('has null for every personal value, and says when, why and until when a backup may hold the key', async () => {
    const { staff, borrowerId } = await registered();
    const answer = await erase(rooms, staff, borrowerId, { basis: 'GDPR_17' });
    expect(answer).toMatchObject({ __typename: 'BorrowerErased', pending: false, ledgerIndex: expect.any(Number) as number });
    const { data, errors } = await rooms.execute('borrowers', staff, READ, { id: borrowerId });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      borrower: { name: null, nationalId: null, employer: null, phones: null, email: null, address: null, erasure: { basis: 'GDPR_17', ledgerIndex: answer.ledgerIndex } },
    });
    const { borrower } = data as { borrower: { erasure: { erasedAt: string; erasurePending: string }; contactPoints: { edges: { node: unknown }[] } } };
    expect(Date.parse(borrower.erasure.erasurePending) - Date.parse(borrower.erasure.erasedAt)).toBe(rooms.database.config.backupRetentionDays * DAY_MS);
    expect(borrower.contactPoints.edges.map(({ node }) => node)).toEqual(expect.arrayContaining(['PHONE', 'EMAIL', 'ADDRESS'].map((kind) => ({ kind, status: 'ACTIVE', value: null, address: null }))));
  });

  it('is found by nobody: not by number, not as a person, and no sealed byte is left in the room', async () => {
    const { staff, borrowerId, nationalId } = await registered();
    const person = await personBehind(rooms, borrowerId);
    await erase(rooms, staff, borrowerId);
    expect((await rooms.execute('borrowers', staff, FIND, { n: nationalId })).data).toEqual({ borrowerByNationalId: null });
    expect(await rowsOf('select name, national_id, national_id_index, employer from borrower where id = $1', [borrowerId])).toEqual([{ name: null, national_id: null, national_id_index: null, employer: null }]);
    expect(await rowsOf('select value from contact_point where borrower_id = $1', [borrowerId])).toEqual([{ value: null }, { value: null }, { value: null }]);
    expect(await rowsOf('select id from person where id = $1', [person.sub])).toEqual([]);
    expect(await rooms.keyStore.keys([borrowerId])).toEqual(new Map());
  });

  it('never gets a key again, but may be registered anew as somebody else', async () => {
    const { staff, borrowerId, nationalId } = await registered();
    await erase(rooms, staff, borrowerId);
    await expect(rooms.keyStore.createKeys([borrowerId])).rejects.toMatchObject({ code: 'CONFLICT' });
    const { borrower } = await register(rooms, staff, { ...PARTICULARS, nationalId });
    expect(borrower!.id).not.toBe(borrowerId);
    expect((await rooms.execute('borrowers', staff, FIND, { n: nationalId })).data).toEqual({ borrowerByNationalId: { id: borrower!.id } });
    expect((await rooms.execute('borrowers', staff, READ, { id: borrowerId })).data).toMatchObject({ borrower: { name: null } });
  });

  it('takes no new contact point', async () => {
    const { staff, borrowerId } = await registered();
    await erase(rooms, staff, borrowerId);
    const input = { clientKey: clientKey(), borrowerId, kind: 'PHONE', value: '+1 202 555 0188', source: 'CONTRACT' };
    expect((await rooms.execute('borrowers', staff, ADD, { input })).data).toMatchObject({ addContactPoint: { __typename: 'Refusal', ruleId: 'CONTACT-BORROWER-KEPT' } });
  });

  it('stays one person to the other creditors who know him', async () => {
    const one = await registered();
    const other = await registered(one.nationalId);
    const person = await personBehind(rooms, other.borrowerId);
    await erase(rooms, one.staff, one.borrowerId);
    expect((await rooms.execute('borrowers', other.staff, READ, { id: other.borrowerId })).data).toMatchObject({ borrower: { name: 'Synthetic Zhang', erasure: null } });
    const third = await registered(one.nationalId);
    expect((await personBehind(rooms, third.borrowerId)).sub).toBe(person.sub);
    for (const { staff, borrowerId } of [other, third]) await erase(rooms, staff, borrowerId);
    expect(await rowsOf('select id from person where id = $1', [person.sub])).toEqual([]);
  });

  it('still sees of himself that he was erased', async () => {
    const { staff, borrowerId } = await registered();
    const person = await personBehind(rooms, borrowerId);
    await erase(rooms, staff, borrowerId);
    const answer = await rooms.execute('borrowers', person, '{ myRecords(first: 10) { edges { node { id name erasure { basis } } } } }');
    expect(answer.data).toEqual({ myRecords: { edges: [{ node: { id: borrowerId, name: null, erasure: { basis: 'PIPL_47' } } }] } });
  });
});

describe('the entry of an erasure', () => {
  it('names ground, categories and backups in clear, and the person nowhere', async () => {
    const { staff, borrowerId, creditorId } = await registered();
    const { ledgerIndex } = await erase(rooms, staff, borrowerId);
    const [entry, ...more] = await erasuresOf(borrowerId);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      index: ledgerIndex,
      facts: { basis: 'PIPL_47', categories: ['ADDRESS', 'CONTACT', 'EMPLOYMENT', 'IDENTITY'], backupRetentionDays: rooms.database.config.backupRetentionDays },
      hidden: { borrowerId, creditorId },
    });
    expect(entry!.parsed.event).toMatchObject({ decision: { outcome: 'ALLOW', rulePack: 'erasure-2026.2', rules: erasureRules('PIPL_47') } });
    expect([entry!.position(`borrower:${borrowerId}`), entry!.position(`creditor:${creditorId}`)].every((n) => n > 0)).toBe(true);
    expect(schemaFaults(entry!.stored)).toEqual([]);
  });

  it('is written once: a second order is refused, the same one gets the same answer', async () => {
    const { staff, borrowerId } = await registered();
    const input = { clientKey: clientKey(), borrowerId, basis: 'PIPL_47' };
    const first = await rooms.execute('borrowers', staff, ERASE, { input });
    expect((await rooms.execute('borrowers', staff, ERASE, { input })).data).toEqual(first.data);
    expect(await erase(rooms, staff, borrowerId)).toMatchObject({ __typename: 'Refusal', ruleId: 'ERASURE-ONCE' });
    expect(await erasuresOf(borrowerId)).toHaveLength(1);
  });

  it('is written once for orders given at the same moment', async () => {
    const { staff, borrowerId } = await registered();
    const answers = await Promise.all([1, 2, 3, 4].map(() => erase(rooms, staff, borrowerId)));
    expect(answers.map(({ ruleId }) => ruleId ?? 'accepted').sort()).toEqual(['ERASURE-ONCE', 'ERASURE-ONCE', 'ERASURE-ONCE', 'accepted']);
    expect(await erasuresOf(borrowerId)).toHaveLength(1);
  });
});

describe('a legal hold', () => {
  it('stops an erasure until the last one on the borrower is lifted', async () => {
    const { staff, borrowerId } = await registered();
    const [one, two] = [await placeHold(rooms, staff, borrowerId), await placeHold(rooms, staff, borrowerId)];
    expect(await erase(rooms, staff, borrowerId)).toMatchObject({ ruleId: 'ERASURE-NO-HOLD', message: expect.stringContaining('2') as string });
    await liftHold(rooms, staff, one.legalHold!.id);
    expect(await erase(rooms, staff, borrowerId)).toMatchObject({ ruleId: 'ERASURE-NO-HOLD', message: expect.stringContaining('1') as string });
    expect((await rooms.keyStore.keys([borrowerId])).size).toBe(1);
    expect(await liftHold(rooms, staff, two.legalHold!.id)).toMatchObject({ __typename: 'LegalHoldChanged' });
    expect(await erase(rooms, staff, borrowerId)).toMatchObject({ __typename: 'BorrowerErased' });
  });

  it('and an erasure at the same moment never both succeed', async () => {
    const outcomes = await Promise.all(
      [1, 2, 3].map(async () => {
        const { staff, borrowerId } = await registered();
        const [erased, held] = await Promise.all([erase(rooms, staff, borrowerId), placeHold(rooms, staff, borrowerId)]);
        return [erased.ruleId ?? 'erased', held.ruleId ?? 'held'];
      }),
    );
    for (const outcome of outcomes) expect([['erased', 'HOLD-BEFORE-ERASURE'], ['ERASURE-NO-HOLD', 'held']]).toContainEqual(outcome);
  });

  it('is lifted once, and none is placed on an erased borrower', async () => {
    const { staff, borrowerId } = await registered();
    const { legalHold } = await placeHold(rooms, staff, borrowerId);
    await liftHold(rooms, staff, legalHold!.id);
    expect(await liftHold(rooms, staff, legalHold!.id)).toMatchObject({ ruleId: 'HOLD-STANDS' });
    await erase(rooms, staff, borrowerId);
    expect(await placeHold(rooms, staff, borrowerId)).toMatchObject({ ruleId: 'HOLD-BEFORE-ERASURE' });
  });

  it('is an entry with its ground when placed and when lifted, in the stream of the creditor and not in that of the borrower', async () => {
    const { staff, borrowerId, creditorId } = await registered();
    const { legalHold } = await placeHold(rooms, staff, borrowerId);
    await erase(rooms, staff, borrowerId);
    await liftHold(rooms, staff, legalHold!.id);
    await rooms.settled();
    const entries = (await log.entries()).filter(({ hidden }) => hidden['borrowerId'] === borrowerId && hidden['creditorId'] === creditorId);
    const about = entries.filter(({ type }) => /LegalHold|CommandRefused/.test(type));
    expect(about.map(({ type }) => type)).toEqual(['borrowers.LegalHoldPlaced', 'borrowers.CommandRefused', 'borrowers.LegalHoldLifted']);
    expect(about[0]).toMatchObject({ facts: { basis: 'LEGAL_CLAIM' }, hidden: { holdId: legalHold!.id } });
    for (const entry of about) {
      expect(entry.position(`creditor:${creditorId}`)).toBeGreaterThan(0);
      expect(() => entry.position(`borrower:${borrowerId}`)).toThrow('no link');
      expect(schemaFaults(entry.stored)).toEqual([]);
    }
  });

  it('is shown to staff and to a regulator of the creditor, to nobody of another', async () => {
    const { staff, borrowerId, creditorId } = await registered();
    const { legalHold } = await placeHold(rooms, staff, borrowerId);
    const regulator = await mandate(rooms, [creditorId]);
    const shown = { borrower: { legalHolds: { edges: [{ node: { id: legalHold!.id, basis: 'LEGAL_CLAIM', liftedAt: null } }] } } };
    for (const actor of [staff, regulator]) expect((await rooms.execute('borrowers', actor, HOLDS, { id: borrowerId })).data).toEqual(shown);
    const entity = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on LegalHold { id borrower { id } } } }';
    const representations = { r: [{ __typename: 'LegalHold', id: legalHold!.id }] };
    expect((await rooms.execute('borrowers', regulator, entity, representations)).data).toEqual({ _entities: [{ id: legalHold!.id, borrower: { id: borrowerId } }] });
    const stranger = await openCreditor(rooms);
    expect((await rooms.execute('borrowers', stranger.staff, entity, representations)).data).toEqual({ _entities: [null] });
  });
});

describe('an open grant', () => {
  it('stops an erasure: the agency has copies that no key reaches', async () => {
    const { staff, borrowerId, creditorId } = await registered();
    const granted = await grant(rooms, creditorId, borrowerId);
    expect(await erase(rooms, staff, borrowerId)).toMatchObject({ ruleId: 'ERASURE-NO-GRANT' });
    expect(await erase(rooms, staff, borrowerId, { basis: 'COURT_ORDER' })).toMatchObject({ ruleId: 'ERASURE-NO-GRANT' });
    await closeGrant(rooms, granted);
    await rooms.settled();
    expect(await erase(rooms, staff, borrowerId, { basis: 'COURT_ORDER' })).toMatchObject({ __typename: 'BorrowerErased' });
  });
});

describe('the commands of erasure', () => {
  const COMMANDS = [
    ['eraseBorrower', ERASE, 'erasures:write', (borrowerId: string) => ({ borrowerId, basis: 'PIPL_47' }), 'input.borrowerId'],
    ['placeLegalHold', PLACE_HOLD, 'holds:write', (borrowerId: string) => ({ borrowerId, basis: 'OPEN_DISPUTE' }), 'input.borrowerId'],
    ['liftLegalHold', LIFT_HOLD, 'holds:write', () => ({ legalHoldId: newId('hold') }), 'input.legalHoldId'],
  ] as const;

  it.each(COMMANDS)('%s needs its own scope', async (name, document, scope, inputOf) => {
    const { staff, borrowerId } = await registered();
    const without = { ...staff, scopes: staff.scopes.filter((held) => held !== scope) };
    const answer = await rooms.execute('borrowers', without, document, { input: { clientKey: clientKey(), ...inputOf(borrowerId) } });
    expect(codesOf(answer)).toEqual([[name, 'NOT_PERMITTED', 'SCOPE-HELD']]);
  });

  it.each(COMMANDS)('%s finds nothing of another creditor, like nothing at all', async (name, document, _scope, inputOf, argument) => {
    const [one, other] = [await registered(), await registered()];
    for (const borrowerId of [other.borrowerId, newId('borrower')]) {
      const answer = await rooms.execute('borrowers', one.staff, document, { input: { clientKey: clientKey(), ...inputOf(borrowerId) } });
      expect(answer.errors).toMatchObject([{ path: [name], extensions: { code: 'NOT_FOUND', argument } }]);
    }
  });

  it('are staff only, whichever way they come', async () => {
    const { borrowerId, creditorId } = await registered();
    const { agency } = await grant(rooms, creditorId, borrowerId);
    const regulator = await mandate(rooms, [creditorId]);
    for (const actor of [agency, regulator]) {
      for (const [name, document, scope, inputOf] of COMMANDS) {
        const answer = await rooms.execute('borrowers', { ...actor, scopes: [scope] }, document, { input: { clientKey: clientKey(), ...inputOf(borrowerId) } });
        expect(codesOf(answer)).toEqual([[name, 'NOT_PERMITTED', 'SCOPE-GRANTED']]);
      }
    }
  });
});

it('everything this room said here is as documented', async () => {
  const said = (await log.entries()).filter(({ type }) => type.startsWith('borrowers.'));
  expect(said.flatMap(({ stored }) => schemaFaults(stored))).toEqual([]);
});
