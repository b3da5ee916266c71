/** What a page request must be, and what cursors are bound to. */
import { InputError } from '../../schema/input-error';
import { openCursor, openPage, sealCursor, type ConnectionArgs, type CursorBinding } from '../../schema/page';

const binding: CursorBinding = { audience: 'PARTNER', sort: 'debts:id' };
const cursor = sealCursor(binding, ['debt_1']);

function raw(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function argumentRefused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.argument;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a page request', () => {
  it.each<[ConnectionArgs, object]>([
    [{ first: 20 }, { forward: true, size: 20, take: 21, after: null, before: null }],
    [{ last: 100 }, { forward: false, size: 100, take: 101 }],
    [{ first: 0 }, { size: 0, take: 1 }],
    [{ first: 1, last: null, after: null }, { forward: true, after: null }],
    [{ first: 1, after: cursor, before: cursor }, { after: ['debt_1'], before: ['debt_1'] }],
  ])('%j is understood', (args, expected) => {
    expect(openPage(args, binding)).toMatchObject(expected);
  });

  it.each<[ConnectionArgs, string]>([
    [{}, 'first'],
    [{ first: null, last: null }, 'first'],
    [{ first: 1, last: 1 }, 'last'],
    [{ first: 101 }, 'first'],
    [{ last: 101 }, 'last'],
    [{ first: -1 }, 'first'],
    [{ first: 1.5 }, 'first'],
    [{ first: 1, after: 'nonsense' }, 'after'],
    [{ last: 1, before: '' }, 'before'],
  ])('%j is refused, naming %s', (args, argument) => {
    expect(argumentRefused(() => openPage(args, binding))).toBe(argument);
  });
});

describe('a cursor', () => {
  it('opens under the binding it was made for', () => {
    const key = ['2026-11-21T00:00:00.000Z', -5, 'debt_1'];
    expect(openCursor(binding, sealCursor(binding, key), 'after')).toEqual(key);
  });

  it.each<[string, CursorBinding]>([
    ['another audience', { ...binding, audience: 'INTERNAL' }],
    ['another order', { ...binding, sort: 'debts:asOf,id' }],
  ])('of %s is refused', (_name, other) => {
    expect(() => openCursor(binding, sealCursor(other, ['debt_1']), 'after')).toThrow('another list, another order or another audience');
  });

  it.each([
    ['text', 'debt_1'],
    ['JSON of another shape', raw({ after: 1 })],
    ['another version', raw([2, 'PARTNER', 'debts:id', 'debt_1'])],
    ['no key', raw([1, 'PARTNER', 'debts:id'])],
    ['a key of other types', raw([1, 'PARTNER', 'debts:id', { $gt: '' }])],
    ['an empty array', raw([])],
    ['padding', `${cursor}=`],
    ['characters a decoder would skip', `${cursor.slice(0, 4)} ${cursor.slice(4)}`],
    ['half of one', cursor.slice(0, 10)],
  ])('that is %s is refused', (_name, text) => {
    expect(() => openCursor(binding, text, 'after')).toThrow('This is not a cursor of this list.');
  });
});
