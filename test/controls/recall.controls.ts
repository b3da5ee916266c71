/** R: what was entrusted can be taken back at once, and the agency answers for what it was given. */
import assert from 'node:assert/strict';
import { key, moveEngagement, recallPlacement } from '../support/scenario';
import { PHONE, type Cast } from './cast';
import { control } from './control';

const READ = 'query Read($debt: ID!) { debt(id: $debt) { borrower { phones } } }';
const ATTESTATION = 'query Attestation($placement: ID!) { placement(id: $placement) { state attestation { state attestBy } } }';
const ACKNOWLEDGE = `mutation Acknowledge($input: AcknowledgeHandoversInput!) {
  acknowledgeHandovers(input: $input) { __typename ... on HandoverAcknowledged { ledgerIndex } ... on Refusal { ruleId } }
}`;
const SEEN = { debt: { borrower: { phones: [PHONE] } } };
const GONE = { debt: null };

const read = async (cast: Cast, debt: string) => cast.agency.ask(READ, { debt });

export const RECALL_CONTROLS = [
  control('R-01', "MUST end an agency's access at the entry of the recall", 'PIPL Art. 21', async (cast) => {
    const { debtId, placementId } = await cast.entrust();
    assert.deepEqual((await read(cast, debtId)).data, SEEN);
    const { ledgerIndex } = await recallPlacement(cast.operator, placementId);
    assert.ok(Number.isSafeInteger(ledgerIndex), 'the recall is an entry when it is answered');
    assert.deepEqual((await read(cast, debtId)).data, GONE);
    const later = (await cast.entriesAbout(debtId, 'debts.DataDisclosed')).filter(({ index, actorAudience }) => index > ledgerIndex! && actorAudience === 'PARTNER');
    assert.deepEqual(later, []);
  }),

  control('R-02', 'MUST end all access of an agency while its engagement is suspended', 'PIPL Art. 21; CBA collection guideline 2026', async (cast) => {
    const { debtId } = await cast.entrusted();
    assert.deepEqual((await read(cast, debtId)).data, SEEN);
    await moveEngagement(cast.operator, 'suspend', cast.engagementId);
    try {
      assert.deepEqual((await read(cast, debtId)).data, GONE);
    } finally {
      await moveEngagement(cast.operator, 'reinstate', cast.engagementId);
    }
    assert.deepEqual((await read(cast, debtId)).data, SEEN);
  }),

  control('R-03', 'MUST ask an agency, after a recall, what became of the data', 'PIPL Art. 21 (return or delete)', async (cast) => {
    const { debtId, placementId } = await cast.entrust();
    await recallPlacement(cast.operator, placementId);
    await cast.eventually('the duty is an entry', async () => (await cast.entriesAbout(debtId, 'debts.ReturnOrDestructionDue'))[0]);
    const { placement } = await cast.regulator.data<{ placement: { state: string; attestation: { state: string; attestBy: string } } }>(ATTESTATION, { placement: placementId });
    assert.deepEqual([placement.state, placement.attestation.state], ['RECALLED', 'DUE']);
    assert.ok(Date.parse(placement.attestation.attestBy) > Date.now(), 'a date in the future');
  }),

  control('R-04', 'MUST take a receipt for what was handed over, over the same bytes, and refuse one over others', 'PIPL Art. 21, 59; IHE BALP (disclosure on both sides)', async (cast) => {
    const { debtId } = await cast.entrusted();
    const { ledgerIndex } = await read(cast, debtId);
    const { entry } = await cast.agency.data<{ entry: { leafHash: string } }>('query Share($index: Int!) { entry(index: $index) { leafHash } }', { index: ledgerIndex });
    const payloadHash = Buffer.from(entry.leafHash, 'base64').toString('hex');
    const answer = async (hash: string) => {
      const input = { clientKey: key(), handovers: [{ ledgerIndex, payloadHash: hash }] };
      return (await cast.agency.data<{ acknowledgeHandovers: { __typename: string; ruleId?: string }[] }>(ACKNOWLEDGE, { input })).acknowledgeHandovers[0];
    };
    assert.equal((await answer('e'.repeat(64)))?.ruleId, 'HANDOVER-PAYLOAD-SAME');
    assert.equal((await answer(payloadHash))?.__typename, 'HandoverAcknowledged');
  }),

  control('R-05', 'MUST keep what a recalled agency was shown on record', 'PIPL Art. 56; 网络数据安全管理条例 Art. 12 (three years)', async (cast) => {
    const { debtId, borrowerId, placementId } = await cast.entrust();
    const { ledgerIndex } = await read(cast, debtId);
    await recallPlacement(cast.operator, placementId);
    const kept = (await cast.entriesAbout(borrowerId, 'borrowers.DataDisclosed')).map(({ index }) => index);
    assert.ok(kept.includes(ledgerIndex), `entry ${ledgerIndex} stands`);
  }),
];
