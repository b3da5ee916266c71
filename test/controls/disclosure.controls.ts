/** D: no personal data leaves without a purpose, a right that covers it, and an entry that stood before the answer. */
import assert from 'node:assert/strict';
import { codesOf, PHONE, rulesOf, type Cast, type ShownEntry } from './cast';
import { control } from './control';

const PHONES = 'query ReadPhones($debt: ID!) { debt(id: $debt) { id balance { minor } borrower { phones } } }';
const NAME = 'query ReadName($borrower: ID!) { borrower(id: $borrower) { name } }';
const OWN = 'query Own { myRecords(first: 1) { edges { node { id name creditor { id } } } } }';
const OWN_TRAIL = 'query OwnTrail($borrower: ID!) { borrower(id: $borrower) { trail(last: 50) { edges { node { index type } } } } }';

/** Repeats within a minute are counted in the first one's entry; another minute for clocks that differ. */
const REPEATED_WITHIN_MS = 120_000;

interface Read {
  readonly debt: { readonly balance: unknown; readonly borrower: { readonly phones: readonly string[] | null } } | null;
}

const readOf = (data: unknown): Read => data as Read;

async function ownRecord(cast: Cast): Promise<{ id: string; name: string | null }> {
  const { myRecords } = await cast.as('borrower').data<{ myRecords: { edges: { node: { id: string; name: string | null; creditor: { id: string } } }[] } }>(OWN);
  const own = myRecords.edges[0]?.node;
  assert.equal(own?.creditor.id, cast.orgOf('operator'), "the borrower has a record at the operator's creditor");
  return own;
}

async function lastAbout(cast: Cast, subject: string, type: string): Promise<ShownEntry> {
  const entry = (await cast.entriesAbout(subject, type)).at(-1);
  assert.ok(entry !== undefined, `there is an entry ${type}`);
  return entry;
}

export const DISCLOSURE_CONTROLS = [
  control('D-01', 'MUST record a disclosure before a contact field is returned', '网络数据安全管理条例 Art. 12; PIPL Art. 55, 56', async (cast) => {
    const { debtId, borrowerId } = await cast.entrusted();
    const answer = await cast.agency.ask('query ReadPhones($debt: ID!) { debt(id: $debt) { borrower { phones } } }', { debt: debtId });
    assert.deepEqual(readOf(answer.data).debt?.borrower.phones, [PHONE]);
    // The answer names the index of its entry, which it cannot have known before the entry was there.
    assert.equal((await lastAbout(cast, borrowerId, 'borrowers.DataDisclosed')).index, answer.ledgerIndex);
  }),

  control('D-02', 'MUST name recipient, purpose, categories and exact fields in the record of a disclosure', 'PIPL Art. 23, 55; 网络数据安全管理条例 Art. 12', async (cast) => {
    const { debtId, borrowerId } = await cast.entrusted();
    await cast.agency.data('query ReadPhones($debt: ID!) { debt(id: $debt) { borrower { phones } } }', { debt: debtId });
    const entry = await lastAbout(cast, borrowerId, 'borrowers.DataDisclosed');
    assert.deepEqual([entry.purpose, entry.actorAudience, entry.decision?.outcome], ['COLLECTION', 'PARTNER', 'ALLOW']);
    assert.deepEqual(JSON.parse(entry.facts), { categories: ['CONTACT'], channel: 'GRAPHQL', fields: ['Borrower.phones'], subjects: 1 });
    const recipient = entry.revealed.find(({ name }) => name === 'actorOrg');
    assert.equal(recipient?.value, JSON.stringify(cast.orgOf('agency')));
  }),

  control('D-03', 'MUST withhold personal fields when no purpose is named', 'PIPL Art. 6', async (cast) => {
    const { debtId } = await cast.entrusted();
    const answer = await cast.agency.ask(PHONES, { debt: debtId }, { purpose: null });
    assert.deepEqual(answer.data, { debt: { id: debtId, balance: null, borrower: { phones: null } } });
    assert.deepEqual([...new Set(rulesOf(answer))], ['RELEASE-PURPOSE-NAMED']);
  }),

  control('D-04', 'MUST withhold personal fields under a purpose the grant does not cover, and record the refusal', 'PIPL Art. 6, 21', async (cast) => {
    const { debtId } = await cast.entrusted();
    const answer = await cast.agency.ask(PHONES, { debt: debtId }, { purpose: 'DISPUTE_HANDLING' });
    assert.deepEqual(answer.data, { debt: { id: debtId, balance: null, borrower: { phones: null } } });
    assert.deepEqual([...new Set(rulesOf(answer))], ['RELEASE-PURPOSE-COVERED']);
    const isIt = ({ recordedAt, decision, revealed }: ShownEntry): boolean =>
      Date.now() - Date.parse(recordedAt) < REPEATED_WITHIN_MS && decision?.rules[0] === 'RELEASE-PURPOSE-COVERED' && revealed.some(({ name, value }) => name === 'actorOrg' && value.includes(cast.orgOf('agency')));
    await cast.eventually('the refusal is an entry', async () => (await cast.entriesAbout(cast.orgOf('operator'), 'borrowers.ReleaseRefused')).find(isIt));
  }),

  control('D-05', 'MUST withhold categories that the agreement did not name', 'PIPL Art. 6, 21', async (cast) => {
    const { debtId } = await cast.entrust({ categories: ['BALANCE'] });
    const answer = await cast.agency.ask(PHONES, { debt: debtId });
    assert.deepEqual([readOf(answer.data).debt?.balance, readOf(answer.data).debt?.borrower.phones], [{ minor: 106_000 }, null]);
    assert.deepEqual([codesOf(answer), rulesOf(answer)], [['NOT_PERMITTED'], ['RELEASE-CATEGORY-COVERED']]);
  }),

  control('D-06', "MUST record what the creditor's own staff reads", 'PIPL Art. 51, 54; 网络数据安全管理条例 Art. 12', async (cast) => {
    const { borrowerId } = await cast.entrusted();
    const answer = await cast.operator.ask(NAME, { borrower: borrowerId });
    assert.equal(typeof (answer.data?.['borrower'] as { name: unknown }).name, 'string');
    const entry = await lastAbout(cast, borrowerId, 'borrowers.DataDisclosed');
    assert.deepEqual([entry.index, entry.actorAudience, entry.purpose], [answer.ledgerIndex, 'INTERNAL', 'SERVICING']);
  }),

  control('D-07', 'MUST show a borrower every release of his data', 'PIPL Art. 44, 45; 45 CFR 164.528 (model)', async (cast) => {
    const own = await ownRecord(cast);
    const read = await cast.operator.ask(NAME, { borrower: own.id });
    const { borrower } = await cast.as('borrower').data<{ borrower: { trail: { edges: { node: { index: number; type: string } }[] } } }>(OWN_TRAIL, { borrower: own.id });
    const releases = borrower.trail.edges.filter(({ node }) => node.type === 'borrowers.DataDisclosed').map(({ node }) => node.index);
    assert.ok(releases.includes(read.ledgerIndex), `entry ${read.ledgerIndex} is in the borrower's own trail`);
  }),

  control('D-08', 'MUST record a borrower reading his own data, under his own rights', 'PIPL Art. 44, 45', async (cast) => {
    const own = await ownRecord(cast);
    assert.equal(typeof own.name, 'string');
    const entry = await lastAbout(cast, own.id, 'borrowers.DataDisclosed');
    assert.deepEqual([entry.purpose, entry.actorAudience], ['OWN_RIGHTS', 'BORROWER']);
  }),
];
