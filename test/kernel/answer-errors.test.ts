/** What a room says about a mistake in variables and arguments: the cause by name, never the value; and of its own failures, whether to ask again. */
import { buildSchema, execute, GraphQLError, parse, type GraphQLScalarType, type GraphQLSchema } from 'graphql';
import { toAnswerError } from '../../kernel/answer-errors';
import { MinorUnits } from '../../schema/minor-units';
import { testDiagnostics } from '../support/test-ledger';

const SECRET = '13800138000';
const schema = withMinorUnits(
  buildSchema(`
    scalar MinorUnits
    enum Color { RED }
    input Amount { minor: MinorUnits! }
    input Pay { amount: Amount!, color: Color, count: Int }
    type Query { pay(input: Pay, minor: MinorUnits): Boolean }
  `),
);

function withMinorUnits(plain: GraphQLSchema): GraphQLSchema {
  Object.assign(plain.getType('MinorUnits') as GraphQLScalarType, { parseValue: MinorUnits.parseValue.bind(MinorUnits), parseLiteral: MinorUnits.parseLiteral.bind(MinorUnits) });
  return plain;
}

async function said(query: string, variableValues: Record<string, unknown> = {}) {
  const { errors = [] } = await execute({ schema, document: parse(query), variableValues });
  return errors.map((error) => toAnswerError(error, { requestId: 'r-1' }, testDiagnostics()));
}

const WITH_INPUT = 'query ($input: Pay!) { pay(input: $input) }';
const UNFIT = 'The operation or its variables do not fit this schema.';

describe('an unfit value', () => {
  it.each([
    ['of a scalar inside a variable', WITH_INPUT, { input: { amount: { minor: SECRET.slice(0, 3) + '.5' } } }, /^MinorUnits is a whole number/, 'input.amount.minor'],
    ['of a scalar variable', 'query ($m: MinorUnits) { pay(minor: $m) }', { m: 0.5 }, /^MinorUnits is a whole number/, 'm'],
    ['that pretends to be a place', WITH_INPUT, { input: { amount: { minor: `at "${SECRET}"; MinorUnits is ` } } }, /^MinorUnits is a whole number/, 'input.amount.minor'],
    ['of an enum', WITH_INPUT, { input: { amount: { minor: 1 }, color: SECRET } }, new RegExp(`^${UNFIT}$`), 'input'],
    ['of a built-in scalar', WITH_INPUT, { input: { amount: { minor: 1 }, count: SECRET } }, new RegExp(`^${UNFIT}$`), 'input'],
    ['in the document', `{ pay(minor: "${SECRET}x") }`, {}, new RegExp(`^${UNFIT}$`), 'minor'],
  ])('%s is answered with its cause and place', async (_case, query, variables, message, argument) => {
    const [error] = await said(query, variables);
    expect(error!.message).toMatch(message);
    expect(error!.extensions).toEqual({ code: 'BAD_INPUT', argument });
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });
});

describe('a failure of the database', () => {
  const failed = (code: string) =>
    toAnswerError(new GraphQLError('failed', { path: ['pay'], originalError: Object.assign(new Error(`Key (phone)=(${SECRET}) already exists.`), { code }) }), { requestId: 'r-1' }, testDiagnostics());

  it.each([
    ['57P01', { code: 'UNAVAILABLE', retryAfterMs: 1_000 }],
    ['53100', { code: 'UNAVAILABLE', retryAfterMs: 1_000 }],
    ['40001', { code: 'UNAVAILABLE', retryAfterMs: 1_000 }],
    ['23505', { code: 'INTERNAL' }],
    ['42501', { code: 'INTERNAL' }],
  ])('%s is answered with %j, at its place and without its text', (code, extensions) => {
    expect(failed(code)).toMatchObject({ path: ['pay'], extensions });
    expect(failed(code).extensions).toEqual(extensions);
    expect(JSON.stringify(failed(code))).not.toContain(SECRET);
  });
});
