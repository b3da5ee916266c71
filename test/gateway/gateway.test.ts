/** What a client of the gateway can reach, and what it can never learn. */
import { SignJWT } from 'jose';
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, buildSchema, printSchema, type IntrospectionQuery } from 'graphql';
import { AUDIENCES } from '../../schema/vocabulary';
import { codesOf, openSample, ORGS, type Sample } from './open-sample';
import { sampleContract, SECRET } from './sample-rooms';

let sample: Sample;
beforeAll(async () => {
  sample = await openSample({ documentLimits: { tokens: 1_000 } }, { CESSION_DEADLINE_MS: '1500', CESSION_RECEIPT_DEADLINE_MS: '1000', CESSION_MAX_BODY_BYTES: '20000' });
});
afterAll(() => sample.stop());

const json = { 'content-type': 'application/json' };

describe('an operation', () => {
  it('joins the rooms', async () => {
    const answer = await sample.ask('PARTNER', '{ debts(first: 4) { id agency { name city { label } } } }');
    expect(answer.status).toBe(200);
    expect(answer.body.errors).toBeUndefined();
    const debts = answer.body.data?.['debts'] as unknown[];
    expect(debts[3]).toEqual({ id: 'debt_3', agency: { name: 'Agency a', city: { label: 'SH' } } });
  });

  it('asks a room once for each entity, however often it appears', async () => {
    const before = sample.rooms.agencies.calls.length;
    const answer = await sample.ask('PARTNER', '{ debts(first: 30) { id agency { id licence { years } } } }');
    expect(sample.rooms.agencies.calls.slice(before).map(({ representations }) => representations.length)).toEqual([3]);
    const debts = answer.body.data?.['debts'] as { id: string; agency: unknown }[];
    expect(debts[29]).toEqual({ id: 'debt_29', agency: { id: 'agency_c', licence: { years: [2024, 2025] } } });
  });

  it('reaches the room as the actor of its token, with its purpose', async () => {
    await sample.ask('PARTNER', '{ debts(first: 1) { id } }', { headers: { 'x-purpose': 'COLLECTION' } });
    expect(sample.rooms.debts.calls.at(-1)?.request).toMatchObject({
      planned: true,
      actor: { audience: 'PARTNER', org: ORGS.PARTNER, sub: 'officer-1', scopes: ['debts:read'], purpose: 'COLLECTION' },
    });
  });

  it('has one request id in its header, in its errors and in the rooms', async () => {
    const answer = await sample.ask('PARTNER', '{ refusal }');
    const requestId = answer.headers.get('x-request-id');
    expect(answer.body.errors?.[0]?.extensions.requestId).toBe(requestId);
    expect(sample.rooms.debts.calls.at(-1)?.request.requestId).toBe(requestId);
  });
});

describe('the ledger index', () => {
  it('is raised between the fetches of one operation and shown to the caller', async () => {
    sample.rooms.debts.ledgerIndex = 41;
    sample.rooms.agencies.ledgerIndex = 40;
    const answer = await sample.ask('PARTNER', '{ debts(first: 1) { agency { name } } }', { headers: { 'x-ledger-at-least': '7' } });
    expect(sample.rooms.debts.calls.at(-1)?.request.atLeast).toBe(7);
    expect(sample.rooms.agencies.calls.at(-1)?.request.atLeast).toBe(41);
    expect(answer.headers.get('x-ledger-index')).toBe('41');
  });

  it('is raised between root mutations', async () => {
    sample.rooms.debts.ledgerIndex = 50;
    await sample.ask('INTERNAL', 'mutation { writeOff(id: "debt_1") { id } suspend(id: "agency_a") { name } }');
    expect(sample.rooms.agencies.calls.at(-1)?.request.atLeast).toBe(50);
  });

  it('is absent while no room stands on any', async () => {
    sample.rooms.debts.ledgerIndex = -1;
    expect((await sample.ask('PARTNER', '{ debts(first: 1) { id } }')).headers.has('x-ledger-index')).toBe(false);
  });

  it.each(['abc', '-1', '1e9'])('may not be asked for as %s', async (index) => {
    const answer = await sample.ask('PARTNER', '{ __typename }', { headers: { 'x-ledger-at-least': index } });
    expect([answer.status, answer.body.errors?.[0]?.extensions]).toMatchObject([400, { code: 'BAD_INPUT', argument: 'x-ledger-at-least' }]);
  });
});

describe('a contract', () => {
  it.each(AUDIENCES)('of %s is what introspection shows', async (audience) => {
    const answer = await sample.ask(audience, getIntrospectionQuery());
    const shown = printSchema(lexicographicSortSchema(buildClientSchema(answer.body.data as unknown as IntrospectionQuery)));
    const composed = printSchema(lexicographicSortSchema(buildSchema(sampleContract({ ...sample.rooms }, audience).apiSdl)));
    expect(shown).toBe(composed);
  });

  it('has the hidden field for the audience it belongs to', async () => {
    expect((await sample.ask('INTERNAL', '{ debt(id: "debt_1", audited: true) { score agency { riskNote } } portfolio }')).body.errors).toBeUndefined();
  });

  const hidden: [string, string, RegExp][] = [
    ['root field', '{ portfolio }', /Cannot query field "portfolio" on type "Query"\.$/],
    ['field', '{ debt(id: "debt_1") { score } }', /Cannot query field "score" on type "Debt"\.$/],
    ['field behind a join', '{ debt(id: "debt_1") { agency { riskNote } } }', /Cannot query field "riskNote" on type "Agency"\.$/],
    ['argument', '{ debt(id: "debt_1", audited: true) { id } }', /Unknown argument "audited" on field "Query\.debt"\.$/],
    ['mutation', 'mutation { writeOff(id: "debt_1") { id } }', /^This contract has no mutation\.$/],
    ['entity root', '{ _entities(representations: []) { __typename } }', /Cannot query field "_entities"/],
    ['service root', '{ _service { sdl } }', /Cannot query field "_service"/],
    ['nearly right name', '{ portfoli }', /Cannot query field "portfoli" on type "Query"\.$/],
  ];
  it.each(hidden)('does not know the %s of another', async (_name, query, message) => {
    const before = sample.rooms.debts.calls.length;
    const answer = await sample.ask('PARTNER', query);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ message: expect.stringMatching(message) as string, extensions: { code: 'BAD_INPUT' } }]);
    expect(sample.rooms.debts.calls.length).toBe(before);
  });
});

describe('a caller is refused', () => {
  const cases: [string, (sample: Sample) => Promise<string | undefined>][] = [
    ['without token', async () => undefined],
    ['with a malformed token', async () => 'Bearer nonsense'],
    ['with another scheme', async () => 'Basic dXNlcg=='],
    ['with a token of another audience', async (given) => `Bearer ${await given.token('INTERNAL')}`],
    ['with an expired token', async ({ issuer }) => `Bearer ${await issuer.mintToken({ audience: 'PARTNER', org: ORGS.PARTNER, sub: 'x', scopes: [], ttlSeconds: -60 })}`],
    ['with an unsigned token', async () => `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`],
    ['with a token of its own making', async () => `Bearer ${await new SignJWT({ aud: 'cession:partner', sub: 'x' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32))}`],
    ['with a passport', async () => 'Passport a.b.c'],
  ];
  it.each(cases)('%s', async (_name, authorize) => {
    const authorization = await authorize(sample);
    const answer = await sample.send('/partner/graphql', { method: 'POST', headers: { ...json, ...(authorization && { authorization }) }, body: '{"query":"{ __typename }"}' });
    expect([answer.status, codesOf(answer), answer.headers.get('www-authenticate')]).toEqual([401, ['UNAUTHENTICATED'], 'Bearer']);
    if (authorization) expect(answer.text).not.toContain(authorization.split(' ')[1]);
  });

  it('before its body is read', async () => {
    const answer = await sample.send('/partner/graphql', { method: 'POST', headers: json, body: `{"query":"${'x'.repeat(30_000)}"}` });
    expect(answer.status).toBe(401);
  });

  it('with an unknown purpose, which is named by its header', async () => {
    const answer = await sample.ask('PARTNER', '{ __typename }', { headers: { 'x-purpose': 'MARKETING' } });
    expect([answer.status, answer.body.errors?.[0]?.extensions]).toMatchObject([400, { code: 'BAD_INPUT', argument: 'x-purpose' }]);
  });

  it.each(['/', '/graphql', '/internal', '/partner/graphql/x', '/PARTNER/graphqlx', '/console/', '/console/../package.json', '/console/package.json', '/admin/graphql'])('at %s, where there is nothing', async (url) => {
    expect((await sample.send(url)).status).toBe(404);
  });
});

describe('a limit', () => {
  const deep = (levels: number) => `{ debt(id: "debt_1") { agency { ${'city { '.repeat(levels)}code${' }'.repeat(levels)} } } }`;
  const cases: [string, string, string][] = [
    ['depth', deep(30), 'LIMIT-DEPTH'],
    ['depth behind fragments', `{ ...A } fragment A on Query { debt(id: "d") { ...B } } fragment B on Debt { agency { ${'city { '.repeat(12)}code${' }'.repeat(12)} } }`, 'LIMIT-DEPTH'],
    ['aliases', `{ debt(id: "debt_1") { ${Array.from({ length: 40 }, (_each, n) => `a${n}: id`).join(' ')} } }`, 'LIMIT-ALIASES'],
    ['aliases of __typename', `{ debt(id: "debt_1") { ${Array.from({ length: 40 }, (_each, n) => `a${n}: __typename`).join(' ')} } }`, 'LIMIT-ALIASES'],
    ['root fields', `{ ${'__typename '.repeat(30)} }`, 'LIMIT-ROOT-FIELDS'],
    ['root fields behind fragments', `{ ${'...A '.repeat(10)} } fragment A on Query { __typename refusal failure }`, 'LIMIT-ROOT-FIELDS'],
    ['directives', `{ __typename ${'@include(if: true) '.repeat(20)} }`, 'LIMIT-DIRECTIVES'],
    ['unknown directives', `{ __typename ${'@aa '.repeat(20)} }`, 'LIMIT-DIRECTIVES'],
    ['tokens', `{ debt(id: "debt_1") { ${'id '.repeat(1_200)} } }`, 'LIMIT-TOKENS'],
    ['a fragment bomb', `{ debt(id: "d") { ...F0 } } ${Array.from({ length: 40 }, (_each, n) => `fragment F${n} on Debt { id ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F40 on Debt { id }`, 'LIMIT-FIELDS'],
  ];
  it.each(cases)('on %s holds', async (_name, query, ruleId) => {
    const answer = await sample.ask('PARTNER', query);
    expect([answer.status, answer.body.errors?.[0]?.extensions]).toMatchObject([400, { code: 'LIMIT_EXCEEDED', ruleId }]);
  });

  it('holds for GET too', async () => {
    const answer = await sample.send(`/partner/graphql?query=${encodeURIComponent(`{ ${'__typename '.repeat(30)} }`)}`, { headers: { authorization: `Bearer ${await sample.token('PARTNER')}`, 'apollo-require-preflight': '1' } });
    expect(codesOf(answer)).toEqual(['LIMIT_EXCEEDED']);
  });

  it('on the body holds', async () => {
    const answer = await sample.ask('PARTNER', `{ __typename } # ${'x'.repeat(30_000)}`);
    expect([answer.status, codesOf(answer)]).toEqual([413, ['LIMIT_EXCEEDED']]);
  });

  it('on time ends an operation, and what was ready is answered', async () => {
    const answer = await sample.ask('PARTNER', '{ debt(id: "debt_1") { id } cities { label } late: slow(ms: 4000) }');
    expect(codesOf(answer)).toEqual(['UNAVAILABLE']);
    expect(answer.body.data).toMatchObject({ cities: [{ label: 'Shanghai' }], late: null });
    expect(sample.rooms.debts.calls.at(-1)?.request.signal?.aborted).toBe(true);
  });

  it('does not refuse a fragment cycle as a limit: validation names it', async () => {
    const answer = await sample.ask('PARTNER', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A __typename }');
    expect(answer.body.errors).toMatchObject([{ message: expect.stringMatching(/Cannot spread fragment/) as string, extensions: { code: 'BAD_INPUT' } }]);
  });
});

describe('an error', () => {
  it('of a resolver shows nothing of its cause', async () => {
    const answer = await sample.ask('PARTNER', '{ failure debt(id: "debt_1") { agency { broken } } }');
    expect(answer.body.errors).toHaveLength(2);
    expect(answer.body.errors?.map(({ path }) => path)).toEqual(expect.arrayContaining([['failure'], ['debt', 'agency', 'broken']]));
    for (const error of answer.body.errors ?? []) {
      expect(Object.keys(error).sort()).toEqual(['extensions', 'message', 'path']);
      expect(error.extensions).toEqual({ code: 'INTERNAL', requestId: answer.headers.get('x-request-id') });
    }
    expect(answer.text).not.toMatch(/Zhang|13800138000|duplicate|stack|serviceName|debts room|http:/);
  });

  it('of the hub keeps its code, rule and argument', async () => {
    const answer = await sample.ask('PARTNER', '{ refusal }');
    expect(answer.body.errors).toEqual([
      { message: 'The purpose SERVICING is not granted.', path: ['refusal'], extensions: { code: 'NOT_PERMITTED', ruleId: 'GRANT-PURPOSE', argument: 'x-purpose', requestId: answer.headers.get('x-request-id') } },
    ]);
  });

  it('of a hidden cause does not name it', async () => {
    const answer = await sample.ask('PARTNER', '{ firm }');
    expect(codesOf(answer)).toEqual(['INTERNAL']);
    expect(answer.text).not.toContain('non-nullable');
  });

  const mistakes: [string, string, unknown, object][] = [
    ['syntax', `{ debt(id: "${SECRET}"`, undefined, { message: 'The document has a syntax error.' }],
    ['literal', `{ debts(first: "${SECRET}") { id } }`, undefined, {}],
    ['variable', 'query($n: Int!) { debts(first: $n) { id } }', { n: SECRET }, { extensions: { argument: 'n' } }],
    ['missing variable', 'query($n: Int!) { debts(first: $n) { id } }', {}, { message: 'The variable $n of required type "Int!" was not provided.' }],
    ['unnamed operation', 'query A { __typename } query B { __typename }', undefined, {}],
    ['no operation', 'fragment A on Query { __typename }', undefined, {}],
    ['subscription', 'subscription { debts }', undefined, {}],
    ['@defer', '{ ... @defer { __typename } }', undefined, {}],
  ];
  it.each(mistakes)('in the %s is the caller\'s, and repeats no value', async (_name, query, variables, expected) => {
    const answer = await sample.ask('PARTNER', query, { variables });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]).toMatchObject({ ...expected, extensions: { code: 'BAD_INPUT', ...(expected as { extensions?: object }).extensions } });
    expect(answer.text).not.toContain('Zhang');
  });

  it('in the JSON repeats no part of it', async () => {
    const answer = await sample.send('/partner/graphql', { method: 'POST', headers: { ...json, authorization: `Bearer ${await sample.token('PARTNER')}` }, body: `{"query": ${SECRET}` });
    expect([answer.status, codesOf(answer)]).toEqual([400, ['BAD_INPUT']]);
    expect(answer.text).not.toContain('Zhang');
  });

  it('is told where the gateway lost a value that does not fit the contract', async () => {
    const { debts } = sample.rooms;
    const room = jest.spyOn(debts, 'execute').mockResolvedValueOnce({ data: { debt: { id: 'debt_1', status: 'SOLD' } }, ledgerIndex: 1 });
    const answer = await sample.ask('PARTNER', '{ debt(id: "debt_1") { id status } }');
    room.mockRestore();
    expect(answer.body).toEqual({
      data: { debt: { id: 'debt_1', status: null } },
      errors: [{ message: expect.any(String) as string, path: ['debt', 'status'], extensions: { code: 'INTERNAL', requestId: answer.headers.get('x-request-id') } }],
    });
  });
});

describe('a request', () => {
  const authorization = async () => ({ authorization: `Bearer ${await sample.token('PARTNER')}` });
  const query = encodeURIComponent('{ __typename }');

  it('never gets the query plan', async () => {
    const answer = await sample.ask('INTERNAL', '{ debts(first: 1) { agency { riskNote } } }', { headers: { 'Apollo-Query-Plan-Experimental': '1', 'Apollo-Query-Plan-Experimental-Format': 'internal', 'apollo-federation-include-trace': 'ftv1' } });
    expect(Object.keys(answer.body)).toEqual(['data']);
    expect(answer.text).not.toMatch(/QueryPlan|Fetch|agencies/);
  });

  it('may read by GET when no browser can have been tricked into it', async () => {
    const answer = await sample.send(`/partner/graphql?query=${query}`, { headers: { ...(await authorization()), 'apollo-require-preflight': '1' } });
    expect(answer.body).toEqual({ data: { __typename: 'Query' } });
  });

  it('is refused as possible forgery without a header that forces a preflight', async () => {
    const get = await sample.send(`/partner/graphql?query=${query}`, { headers: await authorization() });
    const post = await sample.send('/partner/graphql', { method: 'POST', headers: { ...(await authorization()), 'content-type': 'text/plain' }, body: '{"query":"{ __typename }"}' });
    expect([get.status, codesOf(get), post.status, codesOf(post)]).toEqual([400, ['BAD_INPUT'], 400, ['BAD_INPUT']]);
  });

  it('may not write by GET', async () => {
    const mutation = encodeURIComponent('mutation { writeOff(id: "debt_1") { id } }');
    const before = sample.rooms.debts.calls.length;
    const answer = await sample.send(`/internal/graphql?query=${mutation}`, { headers: { authorization: `Bearer ${await sample.token('INTERNAL')}`, 'apollo-require-preflight': '1' } });
    expect([answer.status, codesOf(answer), sample.rooms.debts.calls.length]).toEqual([405, ['BAD_INPUT'], before]);
  });

  const odd: [string, string, number][] = [
    ['a batch', '[{"query":"{ __typename }"}]', 400],
    ['a persisted query', '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}', 200],
    ['no query', '{}', 400],
    ['a number as query', '{"query":1}', 400],
  ];
  it.each(odd)('that is %s is refused', async (_name, body, status) => {
    const answer = await sample.send('/partner/graphql', { method: 'POST', headers: { ...json, ...(await authorization()) }, body });
    expect([answer.status, codesOf(answer)]).toEqual([status, ['BAD_INPUT']]);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('by %s is refused', async (method) => {
    const answer = await sample.send('/partner/graphql', { method, headers: { ...json, ...(await authorization()) }, body: '{"query":"{ __typename }"}' });
    expect(answer.status).toBe(405);
  });
});
