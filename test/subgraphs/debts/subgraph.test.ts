/** The schema of the debts room as the house wants it. */
import { personalOf } from '../../../schema/personal';
import { subgraphSchema } from '../../../subgraphs/debts/subgraph';
import { isObjectType } from 'graphql';

describe('the debts subgraph', () => {
  it('keeps every promise of the house', () => {
    expect(subgraphSchema().sdl).toContain('type Debt');
  });

  it('marks everything that tells how much is owed or paid as personal', () => {
    const { schema } = subgraphSchema();
    const personal = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).flatMap((field) => (personalOf(field) ? [`${type.name}.${field.name} ${personalOf(field)!.category}`] : [])));
    expect(personal.sort()).toEqual([
      'AmountDetermination.amount BALANCE',
      'AmountDetermination.components BALANCE',
      'Debt.balance BALANCE',
      'Debt.components BALANCE',
      'Debt.daysPastDue DELINQUENCY',
      'Debt.delinquentSince DELINQUENCY',
      'Debt.reference BALANCE',
      'Payment.allocation PAYMENT_HISTORY',
      'Payment.amount PAYMENT_HISTORY',
      'Payment.payer PAYMENT_HISTORY',
    ]);
  });
});
