/** The first steps: an overdue portfolio comes in, and the parties that will work on it are known and approved. */
import { createHash } from 'node:crypto';
import { dayIn, instantIn } from './dates';
import { expectAccepted, valueAt } from './expectation';
import type { LocalWork } from './local-work';
import { OPERATIONS } from './operations';
import type { Step, StepWork } from './step';

export interface ShownDebt {
  readonly id: string;
  readonly product: string;
  readonly region: string;
  readonly daysPastDue: number | null;
  readonly balance: { readonly minor: number; readonly currency: string } | null;
  readonly borrower: { readonly id: string; readonly name: string | null };
}

/** In a real hub, the hash of the document that was signed. */
const hashOf = (name: string): string => createHash('sha256').update(name).digest('hex');

export function importStep(local: LocalWork): Step {
  return {
    id: 'import',
    title: { en: 'An overdue portfolio comes in', zh: '逾期资产组合导入' },
    async run(work) {
      const { command, told } = await local.importPortfolio();
      await work.act(command, async () => ({ result: undefined, told }));
      work.expect('every row was accepted, or left out with a reason', told.accepted > 0 && told.accepted + told.rejected + told.skipped === told.rows);
      work.expect('every debt has its entry in the ledger', told.ledgerIndex !== null);
      work.learn('creditorId', local.creditorId);
      await work.admit('operator', local.creditorId);
      const answer = await work.ask('operator', { operation: OPERATIONS.overduePortfolio.text, variables: { creditor: local.creditorId }, purpose: 'SERVICING' });
      const debts = ((valueAt(answer, 'creditor.debts.edges') ?? []) as readonly { readonly node: ShownDebt }[]).map(({ node }) => node);
      work.expect('the creditor sees its debts, with balance and the name of who owes', debts.length === 3 && debts.every((debt) => debt.balance !== null && debt.borrower.name !== null));
      work.expect('the read of personal data is an entry', answer.ledgerIndex !== null);
      learnDebts(work, debts);
    },
  };
}

function learnDebts(work: StepWork, [placed, unplaced]: readonly ShownDebt[]): void {
  work.learn('debtId', placed?.id);
  work.learn('borrowerId', placed?.borrower.id);
  work.learn('product', placed?.product);
  work.learn('region', placed?.region);
  work.learn('unplacedDebtId', unplaced?.id);
}

export const agencyStep: Step = {
  id: 'agency',
  title: { en: 'Two agencies are registered, one with its licence', zh: '登记两家催收机构，其中一家附许可证' },
  async run(work) {
    for (const [caller, fact, name] of [
      ['agency', 'agencyId', 'Lantern Recovery (tour)'],
      ['otherAgency', 'otherAgencyId', 'Harbour Collections (tour)'],
    ] as const) {
      const registrationNumber = work.clientKey(caller);
      const input = { clientKey: work.clientKey(`register-${caller}`), name, jurisdiction: 'CN', registrationNumber };
      const answer = await work.ask('operator', { operation: OPERATIONS.registerAgency.text, variables: { input } });
      expectAccepted(work, answer, 'registerAgency');
      work.learn(fact, valueAt(answer, 'registerAgency.agency.id'));
      await work.admit(caller, work.fact(fact));
    }
    const input = { clientKey: work.clientKey('licence'), agencyId: work.fact('agencyId'), kind: 'COLLECTION', number: work.clientKey('licence'), validFrom: dayIn(-1), validUntil: dayIn(1) };
    expectAccepted(work, await work.ask('operator', { operation: OPERATIONS.recordLicence.text, variables: { input } }), 'recordLicence');
  },
};

export const agreementStep: Step = {
  id: 'agreement',
  title: { en: 'An entrustment agreement is signed: collection only, for two categories of data', zh: '签署委托协议：仅限催收目的，两类数据' },
  async run(work) {
    const input = {
      clientKey: work.clientKey('agreement'),
      agencyId: work.fact('agencyId'),
      products: [work.fact('product')],
      regions: [work.fact('region')],
      daysPastDueMin: 1,
      purposes: ['COLLECTION'],
      categories: ['CONTACT', 'BALANCE'],
      channels: ['PHONE', 'LETTER'],
      feeSchedule: { tiers: [{ daysPastDueFrom: 1, basisPoints: 800 }, { daysPastDueFrom: 91, basisPoints: 1_500 }], capBasisPoints: 2_000 },
      from: new Date().toISOString(),
      until: instantIn(1),
      documentHash: hashOf('agreement'),
    };
    const answer = await work.ask('operator', { operation: OPERATIONS.signAgreement.text, variables: { input } });
    expectAccepted(work, answer, 'signAgreement');
    work.expect('it is in force', valueAt(answer, 'signAgreement.entrustmentAgreement.state') === 'IN_FORCE');
    work.learn('agreementId', valueAt(answer, 'signAgreement.entrustmentAgreement.id'));
  },
};

export const engagementStep: Step = {
  id: 'engagement',
  title: { en: 'The agency is engaged, attests its security and is qualified', zh: '聘用机构：安全证明与资格认定' },
  async run(work) {
    const proposal = { clientKey: work.clientKey('engagement'), agencyId: work.fact('agencyId') };
    const proposed = await work.ask('operator', { operation: OPERATIONS.proposeEngagement.text, variables: { input: proposal } });
    expectAccepted(work, proposed, 'proposeEngagement');
    work.learn('engagementId', valueAt(proposed, 'proposeEngagement.engagement.id'));
    const engagementId = work.fact('engagementId');
    const attestation = { clientKey: work.clientKey('attest'), engagementId, standard: 'ISO27001', validUntil: instantIn(1), evidenceHash: hashOf('certificate') };
    expectAccepted(work, await work.ask('operator', { operation: OPERATIONS.attestSecurity.text, variables: { input: attestation } }), 'attestSecurity');
    const qualification = { clientKey: work.clientKey('qualify'), engagementId, evidenceHash: hashOf('due diligence') };
    const qualified = await work.ask('operator', { operation: OPERATIONS.qualifyEngagement.text, variables: { input: qualification } });
    expectAccepted(work, qualified, 'qualifyEngagement');
    work.expect('it is qualified', valueAt(qualified, 'qualifyEngagement.engagement.state') === 'QUALIFIED');
  },
};
