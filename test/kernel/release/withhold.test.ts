/** Withholding puts null exactly where released values stood. */
import { withhold } from '../../../kernel/release/release';

describe('withholding an answer', () => {
  it('nulls the released fields and leaves the rest', () => {
    const data = { debts: { edges: [{ node: { id: 'debt_1', owed: { minor: 1 } } }, { node: { id: 'debt_2', owed: { minor: 2 } } }] } };
    withhold(data, [
      ['debts', 'edges', 0, 'node', 'owed'],
      ['debts', 'edges', 1, 'node', 'owed'],
    ]);
    expect(data).toEqual({ debts: { edges: [{ node: { id: 'debt_1', owed: null } }, { node: { id: 'debt_2', owed: null } }] } });
  });

  it('follows aliases, which are what the answer is keyed by', () => {
    const data = { first: { tel: '0' } };
    withhold(data, [['first', 'tel']]);
    expect(data).toEqual({ first: { tel: null } });
  });

  it('has nothing to do where an error already made a parent null', () => {
    const data = { debt: null };
    withhold(data, [['debt', 'borrower', 'name']]);
    expect(data).toEqual({ debt: null });
  });
});
