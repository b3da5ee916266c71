/** PostgreSQL's errors become the hub's: retryable ones say so, none lets the server's text out. */
import { isConcurrentChange, isConnectionLost, isUniqueViolation, sqlState, toUnavailable } from '../../../kernel/database/postgres-errors';
import { HubError } from '../../../kernel/errors';

function thrownBy(code: string, more: object = {}): Error {
  return Object.assign(new Error('Key (national_id)=(110101199003078515) already exists.'), { code, ...more });
}

describe('an error of PostgreSQL', () => {
  it.each([
    ['53100', 'The hub cannot store anything at the moment: its database has no space left.'],
    ['57P01', 'The hub cannot reach its database at the moment.'],
    ['57P03', 'The hub cannot reach its database at the moment.'],
    ['08006', 'The hub cannot reach its database at the moment.'],
    ['53300', 'The hub cannot reach its database at the moment.'],
    ['ECONNREFUSED', 'The hub cannot reach its database at the moment.'],
    ['40001', 'The operation collided with another one; nothing was changed.'],
    ['40P01', 'The operation collided with another one; nothing was changed.'],
    ['57014', 'The operation took longer than it may; nothing was changed.'],
  ])('%s is something to ask again after', (code, message) => {
    const cause = thrownBy(code);
    expect(toUnavailable(cause)).toMatchObject({ message, cause, extensions: { code: 'UNAVAILABLE', retryAfterMs: 1_000 } });
  });

  it.each(['23505', '42501', '22P02', 'XX000'])('%s is not', (code) => expect(toUnavailable(thrownBy(code))).toBeNull());

  it('is found inside what TypeORM or a HubError wraps around it', () => {
    const inner = thrownBy('23505', { constraint: 'debt_pkey' });
    const wrapped = Object.assign(new Error('QueryFailedError'), { driverError: inner });
    expect(sqlState(wrapped)).toBe('23505');
    expect(sqlState(new HubError('INTERNAL', 'x', { cause: wrapped }))).toBe('23505');
    expect(isUniqueViolation(wrapped, 'debt_pkey')).toBe(true);
    expect(isUniqueViolation(wrapped, 'other')).toBe(false);
  });

  it.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect', 'Cannot use a pool after calling end on the pool'])(
    'without a code but saying "%s" is a lost connection',
    (text) => expect(isConnectionLost(new Error(text))).toBe(true),
  );

  it('tells changes of the catalogue at the same moment from other failures', () => {
    expect([isConcurrentChange(thrownBy('42710')), isConcurrentChange(thrownBy('XX000')), isConcurrentChange(thrownBy('53100'))]).toEqual([true, false, false]);
  });
});
