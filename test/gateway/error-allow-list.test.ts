/** What of an error may leave: a table of everything that could be thrown, and what a caller then reads. */
import { HubError } from '../../kernel/errors';
import { fromRoom, toPublicError } from '../../gateway/error-allow-list';

const PERSON = '13800138000';

describe('an error from a room', () => {
  const cases: [string, unknown, object][] = [
    ['a HubError keeps its four extensions', new HubError('STALE_GRANT', 'A right changed.', { ruleId: 'R', retryAfterMs: 5, cause: new Error(PERSON) }), { message: 'A right changed.', extensions: { code: 'STALE_GRANT', ruleId: 'R', retryAfterMs: 5 } }],
    ['an INTERNAL HubError loses its text', new HubError('INTERNAL', PERSON), { extensions: { code: 'INTERNAL' } }],
    ['an Error loses everything', new Error(PERSON), { extensions: { code: 'INTERNAL' } }],
    ['a text is INTERNAL', PERSON, { extensions: { code: 'INTERNAL' } }],
    ['an unknown code is INTERNAL', { message: PERSON, extensions: { code: '23505', detail: PERSON } }, { extensions: { code: 'INTERNAL' } }],
    ['a GraphQL code is INTERNAL', { message: PERSON, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }, { extensions: { code: 'INTERNAL' } }],
    ['no code is INTERNAL', { message: PERSON, path: ['a'] }, { path: ['a'], extensions: { code: 'INTERNAL' } }],
    ['other extensions are dropped', { message: 'Not here.', path: ['a', 0], extensions: { code: 'NOT_FOUND', stack: PERSON, sql: PERSON, argument: 'id' } }, { message: 'Not here.', path: ['a', 0], extensions: { code: 'NOT_FOUND', argument: 'id' } }],
    ['extensions of another type are dropped', { message: 'Not here.', extensions: { code: 'NOT_FOUND', argument: { id: PERSON }, retryAfterMs: PERSON } }, { message: 'Not here.', extensions: { code: 'NOT_FOUND' } }],
  ];
  it.each(cases)('%s', (_name, error, expected) => {
    const shown = fromRoom(error);
    expect(shown).toEqual({ message: expect.any(String) as string, ...expected });
    expect(JSON.stringify(shown)).not.toContain(PERSON);
  });
});

describe('an error of the request itself', () => {
  const cases: [code: string, message: string, shown: string][] = [
    ['GRAPHQL_PARSE_FAILED', `Syntax Error: Unexpected String "${PERSON}".`, 'The document has a syntax error.'],
    ['GRAPHQL_VALIDATION_FAILED', 'Cannot query field "a" on type "B". Did you mean "secret"?', 'Cannot query field "a" on type "B".'],
    ['GRAPHQL_VALIDATION_FAILED', `Expected value of type "Int", found "${PERSON}".`, 'Expected value of type "Int".'],
    ['GRAPHQL_VALIDATION_FAILED', `Int cannot represent non-integer value: "${PERSON}"`, 'A value in the document is not one its type allows.'],
    ['GRAPHQL_VALIDATION_FAILED', `Value is not a valid phone number: ${PERSON}`, 'A value in the document is not one its type allows.'],
    ['GRAPHQL_VALIDATION_FAILED', 'Field "debt" argument "id" of type "ID!" is required, but it was not provided.', 'Field "debt" argument "id" of type "ID!" is required, but it was not provided.'],
    ['BAD_USER_INPUT', `Variable "$n" got invalid value "${PERSON}"; Int cannot represent non-integer value: "${PERSON}"`, 'The variable $n holds a value that its type does not allow.'],
    ['BAD_USER_INPUT', `Variable "$input" got invalid value "${PERSON}" at "input.lines[2].minor"; Expected a number.`, 'The variable $input.lines[2].minor holds a value that its type does not allow.'],
    ['BAD_USER_INPUT', 'Variable "$n" of non-null type "Int!" must not be null.', 'The variable $n of non-null type "Int!" must not be null.'],
    ['BAD_USER_INPUT', `Something new about ${PERSON}`, 'The variables do not fit the operation.'],
    ['BAD_REQUEST', `something about ${PERSON}`, 'The request is not a GraphQL request: send a JSON object with a query by POST, or a query by GET.'],
    ['PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', 'Persisted queries are not supported; send the document.'],
  ];
  it.each(cases)('%s: %s', (code, message, shown) => {
    const error = toPublicError({ message, extensions: { code, stacktrace: [PERSON] } });
    expect(error.message).toBe(shown);
    expect(error.extensions?.['code']).toBe('BAD_INPUT');
    expect(JSON.stringify(error)).not.toContain(PERSON);
  });

  it('of any other code is INTERNAL, without locations or text', () => {
    expect(toPublicError({ message: PERSON, locations: [{ line: 1, column: 1 }], path: ['a'], extensions: { code: 'INTERNAL_SERVER_ERROR', serviceName: 'debts' } })).toEqual({
      message: expect.not.stringContaining(PERSON) as string,
      path: ['a'],
      extensions: { code: 'INTERNAL' },
    });
  });
});
