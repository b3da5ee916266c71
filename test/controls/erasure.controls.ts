/** E: a person can be erased for good, not before a duty to keep has ended, and the evidence about everything else still holds. */
import assert from 'node:assert/strict';
import { eraseBorrower, liftLegalHold, placeLegalHold, registerBorrower, registerDebt } from '../support/scenario';
import type { Cast } from './cast';
import { control } from './control';
import { verifyOffline } from './export.controls';

const READ = 'query Read($borrower: ID!) { borrower(id: $borrower) { name phones nationalId erasure { basis erasedAt erasurePending ledgerIndex } } }';

interface Read {
  readonly borrower: {
    readonly name: string | null;
    readonly phones: readonly string[] | null;
    readonly nationalId: string | null;
    readonly erasure: { readonly basis: string; readonly erasedAt: string | null; readonly erasurePending: string | null; readonly ledgerIndex: number } | null;
  };
}

/** Ordered, and carried out. */
async function erase(cast: Cast, borrowerId: string, basis = 'PIPL_47'): Promise<Read['borrower']> {
  const { __typename, ruleId } = await eraseBorrower(cast.operator, borrowerId, basis);
  assert.deepEqual([__typename, ruleId], ['BorrowerErased', undefined]);
  return cast.eventually('the erasure is carried out', async () => {
    const { borrower } = await cast.operator.data<Read>(READ, { borrower: borrowerId });
    return typeof borrower.erasure?.erasedAt === 'string' && borrower;
  });
}

export const ERASURE_CONTROLS = [
  control('E-01', 'MUST refuse an erasure under a legal hold', 'PIPL Art. 47; 12 CFR 1006.100; GDPR Art. 17(3)', async (cast) => {
    const borrowerId = await registerBorrower(cast.operator);
    const hold = await placeLegalHold(cast.operator, borrowerId);
    assert.equal((await eraseBorrower(cast.operator, borrowerId)).ruleId, 'ERASURE-NO-HOLD');
    await liftLegalHold(cast.operator, hold);
    assert.equal(typeof (await cast.operator.data<Read>(READ, { borrower: borrowerId })).borrower.name, 'string');
  }),

  control('E-02', 'MUST refuse an erasure while an agency still has access', 'PIPL Art. 21, 47', async (cast) => {
    const { borrowerId } = await cast.entrusted();
    assert.equal((await eraseBorrower(cast.operator, borrowerId)).ruleId, 'ERASURE-NO-GRANT');
  }),

  control('E-03', 'MUST make the values of an erased borrower unreadable, and say until when backups may hold the key', 'PIPL Art. 47; 网络数据安全管理条例 Art. 24; GDPR Art. 17', async (cast) => {
    const borrowerId = await registerBorrower(cast.operator);
    const { name, phones, nationalId, erasure } = await erase(cast, borrowerId);
    assert.deepEqual([name, phones, nationalId], [null, null, null]);
    assert.ok(Date.parse(erasure?.erasurePending ?? '') > Date.now(), 'the last backup has an end');
    const [entry] = await cast.entriesAbout(borrowerId, 'borrowers.BorrowerErased');
    assert.deepEqual([entry?.index, erasure?.basis], [erasure?.ledgerIndex, 'PIPL_47']);
  }),

  control('E-04', 'MUST account for erased values in later exports and leave earlier ones verifiable', 'PIPL Art. 47, 56; RFC 9162', async (cast) => {
    const { debtId, borrowerId } = await registerDebt(cast.operator);
    const before = await cast.download('regulator', await cast.exportPath('regulator', debtId));
    await erase(cast, borrowerId, 'COURT_ORDER');
    const after = await cast.download('regulator', await cast.exportPath('regulator', debtId));
    const [earlier, later] = [await verifyOffline(cast, before), await verifyOffline(cast, after)];
    assert.deepEqual([earlier.outcome, earlier.counts.erased, earlier.counts.missing], ['verified', 0, 0]);
    assert.deepEqual([later.outcome, later.completeness.state, later.counts.missing], ['verified', 'proven', 0]);
    assert.ok(later.counts.erased > 0, 'it counts what was erased');
  }),

  control('E-05', 'MUST erase once, and refuse a hold that comes too late', 'PIPL Art. 47', async (cast) => {
    const borrowerId = await registerBorrower(cast.operator);
    await erase(cast, borrowerId);
    assert.equal((await eraseBorrower(cast.operator, borrowerId)).ruleId, 'ERASURE-ONCE');
    await assert.rejects(placeLegalHold(cast.operator, borrowerId), /HOLD-BEFORE-ERASURE/);
  }),

  control('E-06', 'MUST refuse an erasure on request while a debt is open, and name the first day it is legal', 'PIPL Art. 47 para. 2; GDPR Art. 17(3)(b)', async (cast) => {
    const { borrowerId } = await registerDebt(cast.operator);
    const { ruleId, message } = await eraseBorrower(cast.operator, borrowerId);
    assert.equal(ruleId, 'ERASURE-NO-OPEN-DEBT');
    assert.match(message ?? '', /\d{4}-\d\d-\d\d/);
  }),
];
