/** P: no debt is entrusted against a rule, and every refusal says which rule, in which edition, and is itself on record. */
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids';
import { key, proposePlacement, registerDebt, signAgreement, type PlacementAnswer, type ProposalTerms } from '../support/scenario';
import type { Cast } from './cast';
import { control } from './control';

async function termsFor(cast: Cast, change: Partial<ProposalTerms> = {}): Promise<ProposalTerms> {
  const debtId = change.debtId ?? (await registerDebt(cast.operator)).debtId;
  const agencyId = change.agencyId ?? cast.orgOf('agency');
  return { debtId, agencyId, agreementId: change.agreementId ?? (await signAgreement(cast.operator, agencyId)), ...change };
}

async function assertRefused(cast: Cast, terms: ProposalTerms, ruleId: string): Promise<PlacementAnswer> {
  const answer = await proposePlacement(cast.operator, terms);
  assert.deepEqual([answer.__typename, answer.ruleId], ['Refusal', ruleId]);
  return answer;
}

export const PLACEMENT_CONTROLS = [
  control('P-01', 'MUST refuse to entrust a debt without an agreement in force', 'PIPL Art. 21; 网络数据安全管理条例 Art. 12', async (cast) => {
    await assertRefused(cast, await termsFor(cast, { agreementId: newId('agreement') }), 'PLACEMENT-AGREEMENT-IN-FORCE');
  }),

  control('P-02', 'MUST refuse to entrust a debt to an agency that is not qualified', 'CBA collection guideline 2026 (white-list); PIPL Art. 21', async (cast) => {
    await assertRefused(cast, await termsFor(cast, { agencyId: cast.orgOf('rival') }), 'PLACEMENT-ENGAGEMENT-QUALIFIED');
  }),

  control('P-03', 'MUST refuse to entrust a debt whose amount nobody has determined', 'PIPL Art. 8; FCA CONC 7.13.4R', async (cast) => {
    const { debtId } = await registerDebt(cast.operator, { determined: false });
    await assertRefused(cast, await termsFor(cast, { debtId }), 'PLACEMENT-AMOUNT-DETERMINED');
  }),

  control('P-04', 'MUST NOT entrust one debt to two agencies at once', 'Civil Code Art. 922, 923', async (cast) => {
    const { debtId } = await cast.entrusted();
    await assertRefused(cast, await termsFor(cast, { debtId }), 'PLACEMENT-DEBT-FREE');
  }),

  control('P-05', 'MUST refuse purposes beyond the agreement', 'PIPL Art. 21', async (cast) => {
    await assertRefused(cast, await termsFor(cast, { purposes: ['COLLECTION', 'DISPUTE_HANDLING'] }), 'PLACEMENT-AGREEMENT-COVERS');
  }),

  control('P-06', 'MUST record every refusal with its rule and the edition of the rules', '12 CFR 1006.100 (evidence of compliance)', async (cast) => {
    const terms = await termsFor(cast, { agreementId: newId('agreement') });
    const { rulePack } = await assertRefused(cast, terms, 'PLACEMENT-AGREEMENT-IN-FORCE');
    const entry = await cast.eventually('the refusal is an entry', async () => (await cast.entriesAbout(terms.debtId, 'debts.CommandRefused')).at(-1));
    assert.deepEqual([entry.decision?.outcome, entry.decision?.rules, entry.decision?.rulePack], ['REFUSE', ['PLACEMENT-AGREEMENT-IN-FORCE'], rulePack]);
    assert.ok((entry.decision?.index ?? entry.index) < entry.index, 'the decision names an earlier entry it stood on');
  }),

  control('P-07', 'MUST give an agency nothing before it has accepted', 'PIPL Art. 21', async (cast) => {
    const terms = await termsFor(cast);
    assert.equal((await proposePlacement(cast.operator, terms)).placement?.state, 'PROPOSED');
    assert.deepEqual((await cast.agency.ask('query Early($debt: ID!) { debt(id: $debt) { id } }', { debt: terms.debtId })).data, { debt: null });
  }),

  control('P-08', 'MUST do a command once, however often it is sent, and refuse its key for another', 'Civil Code Art. 922', async (cast) => {
    const terms = { ...(await termsFor(cast)), clientKey: key() };
    const first = await proposePlacement(cast.operator, terms);
    assert.equal(first.__typename, 'PlacementChanged');
    assert.deepEqual(await proposePlacement(cast.operator, terms), first);
    await assert.rejects(proposePlacement(cast.operator, { ...terms, purposes: ['DISPUTE_HANDLING'] }), /"code":"CONFLICT"/);
    const proposals = await cast.entriesAbout(terms.debtId, 'debts.PlacementProposed');
    assert.equal(proposals.length, 1, 'one proposal in the ledger');
  }),

  control('P-09', 'SHOULD say a refusal and its remedy in the language asked for', 'PIPL Art. 50 (reasons for a refusal)', async (cast) => {
    const mutation = 'mutation Propose($input: ProposePlacementInput!) { proposePlacement(input: $input) { ... on Refusal { ruleId message remedy } } }';
    const terms = await termsFor(cast, { agreementId: newId('agreement') });
    const saying = async (language: string) =>
      (await cast.operator.data<{ proposePlacement: { ruleId: string; message: string; remedy: string } }>(mutation, { input: { ...terms, clientKey: key() } }, { headers: { 'accept-language': language } })).proposePlacement;
    const [english, chinese] = [await saying('en'), await saying('zh')];
    assert.equal(english.ruleId, chinese.ruleId);
    for (const text of [english.message, english.remedy]) assert.match(text, /^[A-Z][\x20-\x7e]+\.$/);
    for (const text of [chinese.message, chinese.remedy]) assert.match(text, /\p{Script=Han}/u);
  }),
];
