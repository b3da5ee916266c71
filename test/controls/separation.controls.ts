/** S: nobody learns anything of another creditor's, another agency's or another person's records, not even that they exist. */
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids';
import { key, registerDebt } from '../support/scenario';
import { codesOf, type Cast, type Role } from './cast';
import { control } from './control';

const DEBT = 'query Debt($debt: ID!) { debt(id: $debt) { id state } }';
const RECORDS = 'query Records($debt: ID!, $borrower: ID!, $creditor: ID!) { debt(id: $debt) { id } borrower(id: $borrower) { id } creditor(id: $creditor) { id name } }';
const LIST = 'query List($after: String) { debts(first: 100, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
const PAY = 'mutation Pay($input: RecordPaymentInput!) { recordPayment(input: $input) { __typename } }';

/** Fields and mutations that belong to the contracts of others. */
const FOREIGN: readonly (readonly [Role, string])[] = [
  ['agency', 'query ($id: ID!) { borrower(id: $id) { legalHolds(first: 1) { edges { cursor } } } }'],
  ['agency', 'query ($id: ID!) { borrower(id: $id) { nationalId } staffAuthorities(first: 1) { edges { cursor } } }'],
  ['borrower', 'query ($id: ID!) { reconciliation { asOfIndex } borrower(id: $id) { id } }'],
  ['regulator', 'mutation ($id: ID!) { eraseBorrower(input: { clientKey: "c", borrowerId: $id, basis: PIPL_47 }) { __typename } }'],
  ['operator', 'query ($id: ID!) { borrower(id: $id) { id } myRecords(first: 1) { edges { cursor } } }'],
];

async function listed(cast: Cast, role: Role): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: { debts: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } = await cast.as(role).data(LIST, { after });
    ids.push(...page.debts.edges.map(({ node }) => node.id));
    if (!page.debts.pageInfo.hasNextPage) return ids;
    after = page.debts.pageInfo.endCursor;
  }
}

async function assertAsAbsent(cast: Cast, role: Role): Promise<void> {
  const { debtId } = await cast.entrusted();
  const foreign = await cast.as(role).ask(DEBT, { debt: debtId });
  const absent = await cast.as(role).ask(DEBT, { debt: newId('debt') });
  assert.deepEqual([foreign.data, foreign.errors], [{ debt: null }, []]);
  assert.deepEqual([foreign.status, foreign.text], [absent.status, absent.text]);
}

export const SEPARATION_CONTROLS = [
  control('S-01', "MUST answer for another creditor's debt exactly as for one that does not exist", 'PIPL Art. 51; OWASP API1:2023', (cast) => assertAsAbsent(cast, 'stranger')),

  control('S-02', "MUST answer for another agency's debt exactly as for one that does not exist", 'PIPL Art. 21, 51; OWASP API1:2023', (cast) => assertAsAbsent(cast, 'rival')),

  control('S-03', "MUST NOT take a command on another creditor's debt", 'PIPL Art. 51; OWASP API1:2023', async (cast) => {
    const { debtId } = await cast.entrusted();
    const pay = async (debt: string) => cast.as('stranger').ask(PAY, { input: { clientKey: key(), debtId: debt, amount: { minor: 1, currency: 'TWD' }, receivedOn: '2026-01-01' } });
    const [foreign, absent] = [await pay(debtId), await pay(newId('debt'))];
    assert.deepEqual([foreign.data, codesOf(foreign)], [null, ['NOT_FOUND']]);
    assert.equal(foreign.errors[0]?.message, absent.errors[0]?.message);
  }),

  control('S-04', 'MUST NOT show a regulator a creditor outside his mandate', 'PIPL Art. 60 ff.; mandate of supervision', async (cast) => {
    const { debtId, borrowerId } = await registerDebt(cast.as('stranger'));
    assert.deepEqual(await cast.regulator.data(RECORDS, { debt: debtId, borrower: borrowerId, creditor: cast.orgOf('stranger') }), { debt: null, borrower: null, creditor: null });
    assert.deepEqual(await cast.entriesAbout(debtId), []);
  }),

  control('S-05', 'MUST NOT have the fields and commands of one audience in the contract of another', 'PIPL Art. 6, 51; OWASP API3:2023', async (cast) => {
    for (const [role, document] of FOREIGN) {
      const answer = await cast.as(role).ask(document, { id: newId('borrower') });
      assert.deepEqual([answer.status, answer.data, codesOf(answer)[0]], [400, null, 'BAD_INPUT'], document);
    }
  }),

  control('S-06', 'MUST list only what is in scope', 'PIPL Art. 51; OWASP API1:2023', async (cast) => {
    const { debtId } = await cast.entrusted();
    assert.ok((await listed(cast, 'agency')).includes(debtId), 'the agency lists the debt entrusted to it');
    for (const role of ['rival', 'stranger', 'borrower'] as const) assert.ok(!(await listed(cast, role)).includes(debtId), `${role} does not`);
  }),

  control('S-07', 'MUST NOT show any creditor or regulator which records belong to one person', 'PIPL Art. 6; GDPR Art. 5(1)(c)', async (cast) => {
    const { borrowerId } = await cast.entrusted();
    const trail = 'query Trail($id: ID!) { borrower(id: $id) { trail(first: 100) { edges { node { type facts revealed { value disclosure } } } } } }';
    for (const role of ['operator', 'regulator'] as const) {
      const { text } = await cast.as(role).ask(trail, { id: borrowerId });
      assert.match(text, /borrowers\.BorrowersRegistered/);
      const disclosures = [...text.matchAll(/"disclosure":"([A-Za-z0-9_-]+)"/g)].map(([, word]) => Buffer.from(word!, 'base64url').toString('utf8'));
      assert.ok(disclosures.length > 0, 'there are disclosures to look into');
      assert.doesNotMatch([text, ...disclosures].join('\n'), /person_[0-9a-z]{26}/);
    }
  }),
];
