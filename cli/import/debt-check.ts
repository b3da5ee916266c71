/** What a debt must look like to be imported. Pure; throws a RowProblem that names the part and never its value. */
import { isCurrencyCode } from '../../schema/currency-code';
import { isLocalDate } from '../../schema/local-date';
import { CODE, REFERENCE_CHARACTERS_MAX } from '../../subgraphs/debts/subgraph';
import { DEBT_COMPONENTS, type PortfolioDebt } from './portfolio-row';
import { RowProblem } from './row-problem';

/** A hundred years: beyond it a date was misread. */
const DAYS_PAST_DUE_MAX = 36_525;
const PAYMENTS_MAX = 1_000;

function isAmount(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

export function checkDebt(debt: PortfolioDebt, today: string): PortfolioDebt {
  const refuse = (reason: string, part: string): never => {
    throw new RowProblem(reason, `debt.${part}`);
  };
  if (debt.reference === '' || debt.reference.length > REFERENCE_CHARACTERS_MAX || /\p{Cc}/u.test(debt.reference)) refuse('NOT_A_REFERENCE', 'reference');
  if (!CODE.test(debt.product)) refuse('NOT_A_CODE', 'product');
  if (!CODE.test(debt.region)) refuse('NOT_A_CODE', 'region');
  if (!isCurrencyCode(debt.currency)) refuse('NOT_A_CURRENCY', 'currency');
  if (!isLocalDate(debt.asOf)) refuse('NOT_A_DATE', 'asOf');
  if (debt.asOf > today) refuse('DATE_NOT_PAST', 'asOf');
  if (!isAmount(debt.daysPastDue, 0) || debt.daysPastDue > DAYS_PAST_DUE_MAX) refuse('NOT_A_NUMBER_OF_DAYS', 'daysPastDue');
  for (const component of DEBT_COMPONENTS) if (!isAmount(debt.components[component], 0)) refuse('NOT_AN_AMOUNT', `components.${component}`);
  const total = DEBT_COMPONENTS.reduce((sum, component) => sum + debt.components[component], 0);
  if (!isAmount(total, 1)) refuse('NOTHING_OWED', 'components');
  if (debt.payments.length > PAYMENTS_MAX) refuse('TOO_MANY_PAYMENTS', 'payments');
  for (const [at, payment] of debt.payments.entries()) {
    if (!isAmount(payment.amountMinor, 1)) refuse('NOT_AN_AMOUNT', `payments[${at}].amount`);
    if (!isLocalDate(payment.receivedOn) || payment.receivedOn > debt.asOf) refuse('NOT_A_DATE_BEFORE_AS_OF', `payments[${at}].receivedOn`);
  }
  return debt;
}
