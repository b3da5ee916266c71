/** H: the door itself: what it limits, what it never says, and what no browser or cache may do with it. */
import assert from 'node:assert/strict';
import { codesOf, rulesOf, type Cast } from './cast';
import { control } from './control';

/** Stands for personal data a caller put in the wrong place. */
const SECRET = 'Zhang-13800138000';
const CODES = ['UNAUTHENTICATED', 'NOT_FOUND', 'NOT_PERMITTED', 'BAD_INPUT', 'CONFLICT', 'STALE_GRANT', 'LIMIT_EXCEEDED', 'LEDGER_UNAVAILABLE', 'UNAVAILABLE', 'INTERNAL'];
const EXTENSIONS = ['argument', 'code', 'requestId', 'retryAfterMs', 'ruleId'];

const post = (cast: Cast, body: string, headers: Record<string, string> = {}) =>
  cast.send('/internal/graphql', { method: 'POST', token: cast.operator.token, headers: { 'content-type': 'application/json', ...headers }, body });

export const TRANSPORT_CONTROLS = [
  control('H-01', 'MUST limit how deep, how wide and how large an operation is', 'OWASP API4:2023', async (cast) => {
    const deep = `query { debts(first: 1) { edges { node { ${'borrower { debts(first: 1) { edges { node { '.repeat(8)}id${' } } } }'.repeat(8)} } } } }`;
    assert.deepEqual(rulesOf(await cast.operator.ask(deep)), ['LIMIT-DEPTH']);
    assert.deepEqual(rulesOf(await cast.operator.ask(`{ debts(first: 1) { ${Array.from({ length: 40 }, (_each, n) => `a${n}: __typename`).join(' ')} } }`)), ['LIMIT-ALIASES']);
    assert.equal((await post(cast, JSON.stringify({ query: '{ __typename }', variables: { filler: 'x'.repeat(4 * 1024 * 1024) } }))).status, 413);
  }),

  control('H-02', 'MUST NOT answer more than a hundred rows of a list at once', 'OWASP API4:2023; PIPL Art. 6', async (cast) => {
    const answer = await cast.operator.ask('{ debts(first: 101) { edges { cursor } } }');
    assert.deepEqual([answer.data, codesOf(answer)], [null, ['BAD_INPUT']]);
    assert.deepEqual(codesOf(await cast.operator.ask('{ debts { edges { cursor } } }')), ['BAD_INPUT']);
  }),

  control('H-03', 'MUST say of an error a code of a closed list and nothing of its cause', 'RFC 9457 section 5; OWASP API8:2023', async (cast) => {
    const mistakes = ['{ nothing }', '{', 'query ($id: ID!) { debt(id: $id) { id } }', '{ debts(first: -1) { edges { cursor } } }', 'query A { __typename } query B { __typename }'];
    for (const document of mistakes) {
      const { errors, text } = await cast.operator.ask(document);
      assert.ok(errors.length > 0, document);
      for (const { extensions = {} } of errors) {
        assert.ok(CODES.includes(extensions['code'] as string), document);
        assert.deepEqual(Object.keys(extensions).filter((name) => !EXTENSIONS.includes(name)), [], document);
      }
      assert.doesNotMatch(text, /stack|node_modules|\.ts:|\.js:|https?:\/\/|select .* from/i, document);
    }
  }),

  control('H-04', 'MUST NOT repeat a value a caller sent in what it says of it', 'PIPL Art. 51', async (cast) => {
    const asked: [string, object][] = [
      ['query ($n: Int!) { debts(first: $n) { edges { cursor } } }', { n: SECRET }],
      [`{ debts(first: "${SECRET}") { edges { cursor } } }`, {}],
      ['query ($c: String) { debts(first: 1, after: $c) { edges { cursor } } }', { c: SECRET }],
    ];
    for (const [document, variables] of asked) {
      const { errors, text } = await cast.operator.ask(document, variables as Record<string, unknown>);
      assert.ok(errors.length > 0 && !text.includes('13800138000'), document);
    }
  }),

  control('H-05', 'MUST NOT take a request that a foreign page could have sent through a browser', 'OWASP cross-site request forgery prevention', async (cast) => {
    const get = await cast.send(`/internal/graphql?query=${encodeURIComponent('{ __typename }')}`, { token: cast.operator.token });
    const plain = await post(cast, '{"query":"{ __typename }"}', { 'content-type': 'text/plain' });
    assert.deepEqual([get.status, plain.status], [400, 400]);
  }),

  control('H-06', 'MUST NOT write by GET', 'RFC 9110 section 9.2.1', async (cast) => {
    const mutation = encodeURIComponent('mutation { eraseBorrower(input: { clientKey: "c", borrowerId: "b", basis: PIPL_47 }) { __typename } }');
    const response = await cast.send(`/internal/graphql?query=${mutation}`, { token: cast.operator.token, headers: { 'apollo-require-preflight': '1' } });
    assert.equal(response.status, 405);
  }),

  control('H-07', 'MUST NOT let its answers be stored or taken for something else', 'RFC 9111 section 5.2.2.5; WHATWG Fetch (nosniff)', async (cast) => {
    const response = await post(cast, '{"query":"{ __typename }"}');
    assert.deepEqual(['cache-control', 'x-content-type-options', 'x-powered-by'].map((name) => response.headers.get(name)), ['no-store', 'nosniff', null]);
  }),

  control('H-08', "MUST NOT let a client past the gateway's contracts to the rooms behind it", 'Apollo Federation subgraph specification; OWASP API9:2023', async (cast) => {
    for (const document of ['{ _service { sdl } }', '{ _entities(representations: []) { __typename } }']) {
      const answer = await cast.operator.ask(document);
      assert.deepEqual([answer.status, answer.data, codesOf(answer)], [400, null, ['BAD_INPUT']], document);
    }
    for (const path of ['/graphql', '/ledger/append', '/ledger/read?from=0&limit=1&waitMs=0']) {
      assert.equal((await cast.send(path, { method: path.endsWith('append') ? 'POST' : 'GET', token: cast.operator.token })).status, 404, path);
    }
  }),

  control('H-09', 'SHOULD be reached over TLS, except on the machine itself', 'RFC 9325; PIPL Art. 51', async (cast) => {
    const { protocol, hostname } = new URL(cast.url);
    assert.ok(protocol === 'https:' || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname), `${protocol}//${hostname}`);
  }),
];
