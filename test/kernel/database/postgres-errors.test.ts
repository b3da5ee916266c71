/** PostgreSQL's errors become the hub's: retryable ones say so, none lets the server's text out. */
import { isConcurrentChange, isConnectionLost, isRetryable, isUniqueViolation, sqlState, toHubError } from '../../../kernel/database/postgres-errors';
import { HubError } from '../../../kernel/errors';

function thrownBy(code: string, more: object = {}): Error {
  return Object.assign(new Error('Key (national_id)=(110101199003078515) already exists.'), { code, ...more });
}

describe('an error of PostgreSQL', () => {
  it.each([
    ['53100', 'UNAVAILABLE', 'The hub cannot store anything at the moment: its database has no space left.'],
    ['57P01', 'UNAVAILABLE', 'The hub cannot reach its database at the moment.'],
    ['57P03', 'UNAVAILABLE', 'The hub cannot reach its database at the moment.'],
    ['08006', 'UNAVAILABLE', 'The hub cannot reach its database at the moment.'],
    ['53300', 'UNAVAILABLE', 'The hub cannot reach its database at the moment.'],
    ['ECONNREFUSED', 'UNAVAILABLE', 'The hub cannot reach its database at the moment.'],
    ['40001', 'UNAVAILABLE', 'The operation collided with another one; nothing was changed.'],
    ['40P01', 'UNAVAILABLE', 'The operation collided with another one; nothing was changed.'],
    ['57014', 'UNAVAILABLE', 'The operation took longer than it may; nothing was changed.'],
    ['23505', 'CONFLICT', 'The same thing was recorded by another operation.'],
    ['42501', 'INTERNAL', 'The hub failed to answer; nothing was changed.'],
    ['22P02', 'INTERNAL', 'The hub failed to answer; nothing was changed.'],
  ])('%s is %s to the caller', (code, hubCode, message) => {
    const cause = thrownBy(code);
    const told = toHubError(cause);
    expect(told).toMatchObject({ message, cause, extensions: { code: hubCode } });
    expect(told.extensions.retryAfterMs).toBe(hubCode === 'UNAVAILABLE' ? 1000 : undefined);
  });

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

  it('tells a collision of transactions from one of catalogue changes', () => {
    expect([isRetryable(thrownBy('40001')), isRetryable(thrownBy('23505'))]).toEqual([true, false]);
    expect([isConcurrentChange(thrownBy('42710')), isConcurrentChange(thrownBy('XX000')), isConcurrentChange(thrownBy('53100'))]).toEqual([true, false, false]);
  });

  it('is left alone when it is a HubError already', () => {
    const known = new HubError('NOT_FOUND', 'No such debt.');
    expect(toHubError(known)).toBe(known);
  });
});
