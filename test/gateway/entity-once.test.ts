/** What is asked for twice in one fetch is asked once, and only what is the same counts as the same. */
import { expandEntities, expandErrors, uniqueRepresentations } from '../../gateway/entity-once';

const debt = (id: unknown, more: object = {}) => ({ __typename: 'Debt', id, ...more });

describe('representations', () => {
  it.each<[string, readonly unknown[], readonly number[] | null]>([
    ['that are all different', [debt('a'), debt('b')], null],
    ['of one entity at several places', [debt('a'), debt('b'), debt('a'), debt('a')], [0, 1, 0, 0]],
    ['of two types under one id', [debt('a'), { __typename: 'Creditor', id: 'a' }], null],
    ['of one entity, one of them with a required field more', [debt('a'), debt('a', { region: 'CN-31' }), debt('a')], [0, 1, 0]],
    ['that differ in a required field', [debt('a', { region: 'CN-31' }), debt('a', { region: 'CN-11' })], null],
    ['with an id that reads like another type and id', [debt('Creditor a'), { __typename: 'Creditor', id: 'a' }, debt('a')], null],
    ['whose id is a number and a text', [debt(1), debt('1')], null],
    ['without an id', [{ __typename: 'Debt', reference: 'r' }, { __typename: 'Debt', reference: 'r' }], [0, 0]],
  ])('%s', (_which, asked, places) => {
    const found = uniqueRepresentations(asked);
    expect(found.places).toEqual(places);
    expect(asked.map((_one, at) => found.unique[found.places?.[at] ?? at])).toEqual(asked);
  });
});

describe('an answer for several places', () => {
  it('is a copy of its own at each of them', () => {
    const expanded = expandEntities([{ id: 'a', balance: { minor: 1 } }, null], [0, 0, 1]) as [{ balance: { minor: number } }, { balance: { minor: number } }, null];
    expanded[0].balance.minor = 2;
    expect(expanded).toEqual([{ id: 'a', balance: { minor: 2 } }, { id: 'a', balance: { minor: 1 } }, null]);
  });

  it('has its errors at each of them', () => {
    const errors = [{ message: 'no', path: ['_entities', 0, 'name'] }, { message: 'other' }];
    expect(expandErrors(errors, [0, 1, 0])).toEqual([{ message: 'no', path: ['_entities', 0, 'name'] }, { message: 'no', path: ['_entities', 2, 'name'] }, { message: 'other' }]);
  });
});
