/** The middle of the tour: a debt is entrusted, read for its purpose and for none other, paid on, and taken back. */
import { createHash } from 'node:crypto';
import { newId } from '../../schema/ids';
import { businessToday } from './dates';
import { codesOf, expectAccepted, valueAt } from './expectation';
import type { Answer } from './hub-client';
import { OPERATIONS } from './operations';
import type { Step } from './step';

/** In minor units: 12.34. */
const PAID_MINOR = 1_234;
const OWED_MINOR = 100_000;
const CURRENCY = /^[A-Z]{3}$/;

export const gateStep: Step = {
  id: 'gate',
  title: { en: 'A placement with the agency that is not engaged is refused, and the refusal is recorded', zh: '向未聘用机构委案被拒，拒绝被记录' },
  async run(work) {
    const input = { clientKey: work.clientKey('refused'), debtId: work.fact('debtId'), agencyId: work.fact('otherAgencyId'), agreementId: work.fact('agreementId') };
    const answer = await work.ask('operator', { operation: OPERATIONS.proposePlacement.text, variables: { input } });
    work.expect('a rule refuses it and says what would make it legal', typeof valueAt(answer, 'proposePlacement.ruleId') === 'string' && typeof valueAt(answer, 'proposePlacement.remedy') === 'string');
  },
};

export const placementStep: Step = {
  id: 'placement',
  title: { en: 'The amount is determined, the debt is placed, the agency accepts: its grant opens', zh: '核定金额、委案、机构接受：授权开启' },
  async run(work) {
    const debtId = work.fact('debtId');
    const amount = {
      clientKey: work.clientKey('amount'),
      debtId,
      asOf: businessToday(),
      components: { principal: OWED_MINOR },
      method: 'ACCOUNT_RECORDS',
      inputsHash: createHash('sha256').update('account records').digest('hex'),
    };
    expectAccepted(work, await work.ask('operator', { operation: OPERATIONS.determineAmount.text, variables: { input: amount } }), 'determineAmount');
    const proposal = { clientKey: work.clientKey('place'), debtId, agencyId: work.fact('agencyId'), agreementId: work.fact('agreementId') };
    const proposed = await work.ask('operator', { operation: OPERATIONS.proposePlacement.text, variables: { input: proposal } });
    expectAccepted(work, proposed, 'proposePlacement');
    work.learn('placementId', valueAt(proposed, 'proposePlacement.placement.id'));
    const before = await work.ask('agency', { operation: OPERATIONS.readDebt.text, variables: { debt: debtId } });
    work.expect('before it accepts, the agency does not see the debt', before.data !== null && before.data['debt'] === null);
    const acceptance = { clientKey: work.clientKey('accept'), placementId: work.fact('placementId') };
    const accepted = await work.ask('agency', { operation: OPERATIONS.acceptPlacement.text, variables: { input: acceptance } });
    expectAccepted(work, accepted, 'acceptPlacement');
  },
};

export const phoneStep: Step = {
  id: 'read-phone',
  title: { en: 'The agency reads a phone number for collection: a recorded disclosure', zh: '机构以催收目的读取电话号码：披露被记录' },
  async run(work) {
    const answer = await work.ask('agency', { operation: OPERATIONS.readPhone.text, variables: { debt: work.fact('debtId') }, purpose: 'COLLECTION' });
    const phones = valueAt(answer, 'debt.borrower.phones');
    work.expect('the phone number is shown', answer.errors.length === 0 && Array.isArray(phones) && phones.length > 0);
    work.expect('the answer came after its ledger entry', answer.ledgerIndex !== null);
  },
};

export const paymentStep: Step = {
  id: 'payment',
  title: { en: 'The agency reports a payment; the balance goes down by it', zh: '机构上报还款，余额相应减少' },
  async run(work) {
    const debt = work.fact('debtId');
    const before = await work.ask('agency', { operation: OPERATIONS.readBalance.text, variables: { debt }, purpose: 'COLLECTION' });
    const currency = valueAt(before, 'debt.balance.currency');
    work.expect('the agency sees what is owed', typeof currency === 'string' && CURRENCY.test(currency));
    const input = { clientKey: work.clientKey('payment'), debtId: debt, amount: { minor: PAID_MINOR, currency }, receivedOn: businessToday(), payer: 'BORROWER' };
    expectAccepted(work, await work.ask('agency', { operation: OPERATIONS.recordPayment.text, variables: { input } }), 'recordPayment');
    const after = await work.ask('agency', { operation: OPERATIONS.readBalance.text, variables: { debt }, purpose: 'COLLECTION' });
    const owed = (answer: typeof before): number => Number(valueAt(answer, 'debt.balance.minor'));
    work.expect(`the balance is ${PAID_MINOR} minor units lower`, owed(before) - owed(after) === PAID_MINOR);
  },
};

export const purposeStep: Step = {
  id: 'purpose',
  title: { en: 'The same read for a purpose that is not granted shows nothing', zh: '以未授权目的读取同一数据：不予显示' },
  async run(work) {
    const answer = await work.ask('agency', { operation: OPERATIONS.readPhone.text, variables: { debt: work.fact('debtId') }, purpose: 'DISPUTE_HANDLING' });
    work.expect('the debt answers, the phone number is null', valueAt(answer, 'debt.id') === work.fact('debtId') && valueAt(answer, 'debt.borrower.phones') === null);
    work.expect('the reason is the purpose', codesOf(answer).includes('NOT_PERMITTED') && answer.errors.some(({ extensions }) => extensions?.ruleId === 'RELEASE-PURPOSE-COVERED'));
    const unnamed = await work.ask('agency', { operation: OPERATIONS.readPhone.text, variables: { debt: work.fact('debtId') } });
    work.expect('without any purpose it is null as well', valueAt(unnamed, 'debt.borrower.phones') === null && unnamed.errors.length > 0);
  },
};

/** Everything of an answer but the id of its request. */
function shown({ status, data, errors }: Answer): string {
  return JSON.stringify([status, data, errors.map(({ message, path, extensions }) => [message, path, extensions?.code, extensions?.ruleId])]);
}

export const otherAgencyStep: Step = {
  id: 'other-agency',
  title: { en: "Another agency's debt is not found, exactly like one that does not exist", zh: '其他机构的债务查无此项，与不存在者无异' },
  async run(work) {
    const { text } = OPERATIONS.readPhone;
    const others = await work.ask('otherAgency', { operation: text, variables: { debt: work.fact('debtId') }, purpose: 'COLLECTION' });
    const absent = await work.ask('otherAgency', { operation: text, variables: { debt: newId('debt') }, purpose: 'COLLECTION' });
    const unplaced = await work.ask('agency', { operation: text, variables: { debt: work.fact('unplacedDebtId') }, purpose: 'COLLECTION' });
    work.expect('the other agency gets null', others.data !== null && others.data['debt'] === null);
    work.expect('and cannot tell it from a debt that does not exist', shown(others) === shown(absent));
    work.expect('nor does our agency see a debt that was not placed with it', unplaced.data !== null && unplaced.data['debt'] === null);
  },
};

export const recallStep: Step = {
  id: 'recall',
  title: { en: 'The creditor recalls the placement: the grant is closed', zh: '债权人收回案件：授权关闭' },
  async run(work) {
    const input = { clientKey: work.clientKey('recall'), placementId: work.fact('placementId'), reason: 'WITHDRAWN' };
    const answer = await work.ask('operator', { operation: OPERATIONS.recallPlacement.text, variables: { input } });
    expectAccepted(work, answer, 'recallPlacement');
    work.expect('it is recalled', valueAt(answer, 'recallPlacement.placement.state') === 'RECALLED');
  },
};

export const afterRecallStep: Step = {
  id: 'after-recall',
  title: { en: 'The agency is refused: it still sees that there was a placement, and nothing of the debt', zh: '机构被拒：仅见委案记录，不见债务' },
  async run(work) {
    const debt = work.fact('debtId');
    const answer = await work.ask('agency', { operation: OPERATIONS.readPlacement.text, variables: { placement: work.fact('placementId'), debt }, purpose: 'COLLECTION' });
    work.expect('the placement is recalled and leads to no debt', valueAt(answer, 'placement.state') === 'RECALLED' && valueAt(answer, 'placement.debt') === null);
    work.expect('the debt is not found any more', answer.data !== null && answer.data['debt'] === null);
    const input = { clientKey: work.clientKey('late-payment'), debtId: debt, amount: { minor: 1, currency: 'CNY' }, receivedOn: businessToday() };
    const payment = await work.ask('agency', { operation: OPERATIONS.recordPayment.text, variables: { input } });
    work.expect('nor can it act on it', codesOf(payment).includes('NOT_FOUND'));
  },
};
