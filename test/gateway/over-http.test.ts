/** GraphQL over HTTP as its own audit sees it, on every endpoint. */
import { auditServer } from 'graphql-http';
import { fetch } from 'undici';
import { AUDIENCES } from '../../schema/vocabulary';
import { openSample, type Sample } from './open-sample';

let sample: Sample;
beforeAll(async () => {
  sample = await openSample();
});
afterAll(() => sample.stop());

describe('the GraphQL over HTTP audit', () => {
  it.each(AUDIENCES)('finds no error at the endpoint of %s', async (audience) => {
    const token = await sample.token(audience);
    const results = await auditServer({
      url: `${sample.gateway.url}/${audience.toLowerCase()}/graphql`,
      fetchFn: (url: string, init: { headers?: Record<string, string> } = {}) =>
        fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' } }),
    });
    const errors = results.filter(({ status }) => status === 'error').map((result) => `${result.id} ${result.name}: ${(result as { reason?: string }).reason}`);
    expect(errors).toEqual([]);
    expect(results.filter(({ status }) => status === 'ok').length).toBeGreaterThan(50);
  });
});
