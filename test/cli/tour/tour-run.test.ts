/** How a tour is judged: a step is as expected only when it claimed something and every claim held. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HubClient } from '../../../cli/tour/hub-client';
import type { Parties, Step, StepWork } from '../../../cli/tour/step';
import { SILENT_PRINTER, renderClosing } from '../../../cli/tour/tour-printer';
import { runSteps } from '../../../cli/tour/tour-run';
import { HubError } from '../../../kernel/errors';

let server: Server;
let url: string;
const requests: { url: string; headers: Record<string, unknown>; body: string }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      requests.push({ url: request.url ?? '', headers: request.headers, body });
      response.setHeader('x-ledger-index', String(40 + requests.length));
      response.end(request.url?.startsWith('/exports') ? 'bytes' : JSON.stringify({ data: { debt: null } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => void requests.splice(0));

const parties: Parties = { callerOf: () => ({ audience: 'PARTNER', token: 'token' }), admit: async () => undefined };
const step = (id: string, run: (work: StepWork) => Promise<void>): Step => ({ id, title: { en: id, zh: id }, run });
const outcomesOf = async (...steps: Step[]) => {
  const client = new HubClient(`${url}/`);
  const reports = await runSteps(steps, { client, parties, printer: SILENT_PRINTER, language: 'en', interruption: new AbortController().signal });
  return reports.map(({ outcome, problem }) => [outcome, problem]);
};

describe('a step of a tour', () => {
  it.each<[string, (work: StepWork) => Promise<void>, string, string | null]>([
    ['whose claims hold', async (work) => work.expect('true', true), 'as expected', null],
    ['that claims nothing', async () => undefined, 'differs', null],
    ['with one claim that does not hold', async (work) => (work.expect('a', true), work.expect('b', false)), 'differs', null],
    ['that throws', async () => Promise.reject(new HubError('CONFLICT', 'Twice.')), 'differs', 'Twice. [CONFLICT]'],
    ['that throws after its claims held', async (work) => (work.expect('a', true), Promise.reject(new HubError('CONFLICT', 'Twice.'))), 'differs', 'Twice. [CONFLICT]'],
    ['whose need no earlier step met', async (work) => void work.fact('debtId'), 'not reached', 'An earlier step did not find the debtId.'],
  ])('%s: %s', async (_what, run, outcome, problem) => {
    expect(await outcomesOf(step('one', run))).toEqual([[outcome, problem]]);
  });

  it('does not end the tour when it differs', async () => {
    const learn = step('learn', async (work) => {
      work.learn('debtId', 'debt_1');
      work.learn('agencyId', undefined);
      throw new HubError('CONFLICT', 'Twice.');
    });
    const use = step('use', async (work) => work.expect('known', work.fact('debtId') === 'debt_1'));
    const missing = step('missing', async (work) => work.expect('unknown', work.fact('agencyId') === ''));
    expect((await outcomesOf(learn, use, missing)).map(([outcome]) => outcome)).toEqual(['differs', 'as expected', 'not reached']);
  });

  it('asks with token and purpose, and for at least the index it has seen', async () => {
    await outcomesOf(
      step('ask', async (work) => {
        const first = await work.ask('agency', { operation: '{ a }', variables: { id: 'x' }, purpose: 'COLLECTION' });
        await work.download('agency', '/exports/export_1', 3);
        work.expect('index', first.ledgerIndex === 41);
      }),
    );
    const [first, second] = requests;
    expect(first?.url).toBe('/partner/graphql');
    expect(first?.headers).toMatchObject({ authorization: 'Bearer token', 'x-purpose': 'COLLECTION' });
    expect(first?.headers['x-ledger-at-least']).toBeUndefined();
    expect(JSON.parse(first?.body ?? '')).toEqual({ query: '{ a }', variables: { id: 'x' } });
    expect(second?.url).toBe('/exports/export_1');
    expect(second?.headers).toMatchObject({ range: 'bytes=3-', 'x-ledger-at-least': '41' });
  });

  it('is not begun once the tour is interrupted', async () => {
    const client = new HubClient(url);
    const run = runSteps([step('never', async () => undefined)], { client, parties, printer: SILENT_PRINTER, language: 'en', interruption: AbortSignal.abort() });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('stands in the closing table with its index and outcome', () => {
    const report = { id: 'a', title: 'A step', outcome: 'differs' as const, ledgerIndex: 7, exchanges: [], claims: [], problem: null };
    expect(renderClosing([report, { ...report, title: 'Another', outcome: 'as expected', ledgerIndex: null }])).toMatch(/1 {2}A step +7 +✗ differs\n *2 {2}Another +— +✓ as expected/);
  });
});
