/** After the tour's main story: a person is erased, and the evidence about everything else still holds, also of what never was. */
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../schema/ids';
import { expectAccepted, valueAt } from './expectation';
import type { LocalWork } from './local-work';
import { OPERATIONS } from './operations';
import { requestedExport } from './proof.steps';
import type { Step } from './step';

/** The key is destroyed when the borrowers room has followed the entry: some milliseconds. */
const ERASED_WITHIN_MS = 10_000;
const ERASED_POLL_MS = 100;

export const erasureStep: Step = {
  id: 'erasure',
  title: { en: 'The borrower asks to be erased: refused under a legal hold and while he owes, then ordered by a court and done for ever', zh: '借款人请求删除：法律保全期间及债务未结清时被拒，法院判令后永久删除' },
  async run(work) {
    const borrowerId = work.fact('borrowerId');
    const { bytes } = await work.download('regulator', '/ledger/checkpoint');
    work.learn('earlierCheckpoint', bytes.toString('utf8'));
    const hold = await work.ask('operator', { operation: OPERATIONS.placeLegalHold.text, variables: { input: { clientKey: work.clientKey('hold'), borrowerId, basis: 'LEGAL_CLAIM' } } });
    expectAccepted(work, hold, 'placeLegalHold');
    const erase = async (name: string, basis: string) =>
      work.ask('operator', { operation: OPERATIONS.eraseBorrower.text, variables: { input: { clientKey: work.clientKey(name), borrowerId, basis } } });
    work.expect('under the hold the erasure is refused', valueAt(await erase('erase-held', 'PIPL_47'), 'eraseBorrower.ruleId') === 'ERASURE-NO-HOLD');
    const lifted = { clientKey: work.clientKey('lift'), legalHoldId: valueAt(hold, 'placeLegalHold.legalHold.id') };
    expectAccepted(work, await work.ask('operator', { operation: OPERATIONS.liftLegalHold.text, variables: { input: lifted } }), 'liftLegalHold');
    const owing = await erase('erase-owing', 'PIPL_47');
    const isRefused = valueAt(owing, 'eraseBorrower.ruleId') === 'ERASURE-NO-OPEN-DEBT';
    work.expect('he still owes: the law has the records kept, and the refusal names the first day on which an erasure can be legal', isRefused && /\d{4}-\d\d-\d\d/.test(String(valueAt(owing, 'eraseBorrower.message'))));
    expectAccepted(work, await erase('erase', 'COURT_ORDER'), 'eraseBorrower');
    const read = () => work.ask('operator', { operation: OPERATIONS.readErased.text, variables: { borrower: borrowerId }, purpose: 'SERVICING' });
    let answer = await read();
    for (const until = Date.now() + ERASED_WITHIN_MS; valueAt(answer, 'borrower.erasure.erasedAt') === null && Date.now() < until; answer = await read()) await pause(ERASED_POLL_MS);
    work.expect('the name is gone, and the answer says by which entry', valueAt(answer, 'borrower.name') === null && Number.isSafeInteger(valueAt(answer, 'borrower.erasure.ledgerIndex')));
    work.expect('it says until when a backup may still hold the key', typeof valueAt(answer, 'borrower.erasure.erasurePending') === 'string');
  },
};

export function redactedExportStep(local: LocalWork): Step {
  return {
    id: 'redacted-export',
    title: { en: 'A new export tells erased from withheld and misses nothing; the earlier export still verifies', zh: '新导出标明已删除与依规隐去之值，无一缺失；先前导出仍可验证' },
    async run(work) {
      const { bytes } = await requestedExport(work, 'redacted');
      const vkey = await local.readLedgerKey();
      const verified = async (file: string) =>
        work.act(`cession verify ${file} --key …`, async () => {
          const result = await local.verify(file, vkey);
          const { outcome, counts, completeness } = result;
          return { result, told: { outcome, completeness: completeness.state, counts } };
        });
      const { outcome, counts, completeness } = await verified(await local.keep('redacted.cession', bytes));
      work.expect('it is verified, and no entry is missing', outcome === 'verified' && completeness.state === 'proven');
      work.expect('it names what was erased and what is withheld, and nothing is unaccounted for', counts.erased > 0 && Object.keys(counts.withheld).length > 0 && counts.missing === 0);
      work.expect('the export from before the erasure verifies as it did', (await verified(work.fact('exportFile'))).outcome === 'verified');
    },
  };
}

export function absenceStep(local: LocalWork): Step {
  return {
    id: 'absence',
    title: { en: 'An export about an agency that nothing was ever shared with proves that there is nothing', zh: '针对从未获共享的机构之导出：证明确无记录' },
    async run(work) {
      const stream = `agency:${newId('agency')}` as const;
      const file = await work.act(`cession export --stream ${stream} --out absence.cession`, async () => {
        const result = await local.exportStream(stream, 'absence.cession');
        return { result, told: result };
      });
      const vkey = await local.readLedgerKey();
      const report = await work.act(`cession verify ${file} --key …`, async () => {
        const result = await local.verify(file, vkey);
        return { result, told: { outcome: result.outcome, streams: result.streams, entries: result.counts.entries, completeness: result.completeness } };
      });
      work.expect('it proves that the stream has no entry', report.outcome === 'verified' && report.completeness.reasons.some(({ code }) => code === 'STREAM_EMPTY'));
    },
  };
}
