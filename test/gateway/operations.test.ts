/** What the gateway shows beside its schemas: readiness and metrics to operators, a console to people, and what is left of an answer without a room. */
import { Script } from 'node:vm';
import { AUDIENCES, type Audience } from '../../schema/vocabulary';
import { codesOf, openSample, type Sample } from './open-sample';
import { SECRET } from './sample-rooms';

let sample: Sample;
beforeAll(async () => {
  sample = await openSample();
});
afterAll(() => sample.stop());

describe('a room that is away', () => {
  it('leaves the rest of the answer', async () => {
    const room = jest.spyOn(sample.rooms.agencies, 'execute').mockRejectedValue(new TypeError(`connect ECONNREFUSED ${SECRET}`));
    const answer = await sample.ask('PARTNER', '{ debts(first: 1) { id agency { name } } }');
    room.mockRestore();
    expect(answer.body.data).toEqual({ debts: [{ id: 'debt_0', agency: { name: null } }] });
    expect(codesOf(answer)).toEqual(['INTERNAL']);
    expect(answer.text).not.toMatch(/ECONN|Zhang/);
  });

  it('is named in readiness, not in health', async () => {
    sample.rooms.agencies.reasons = ['the follower is behind'];
    expect((await sample.send('/readyz')).status).toBe(503);
    expect((await sample.send('/readyz')).body).toEqual({ ready: false, reasons: ['the follower is behind'], alarms: [] });
    expect((await sample.send('/healthz')).status).toBe(200);
    sample.rooms.agencies.reasons = [];
    expect((await sample.send('/readyz')).status).toBe(200);
  });

  it('may raise an alarm and stay ready', async () => {
    sample.rooms.debts.warnings = ['the oldest record of the outbox has waited 61 seconds for the ledger'];
    const answer = await sample.send('/readyz');
    expect([answer.status, answer.body]).toEqual([200, { ready: true, reasons: [], alarms: ['debts: the oldest record of the outbox has waited 61 seconds for the ledger'] }]);
    sample.rooms.debts.warnings = [];
  });
});

describe('metrics', () => {
  it('count operations for this machine', async () => {
    await sample.ask('PARTNER', '{ __typename }');
    expect((await sample.send('/metrics')).text).toMatch(/cession_operation_seconds_count\{room="gateway",outcome="ok"\} \d+/);
  });

  it('do not exist for whom a proxy speaks', async () => {
    expect((await sample.send('/metrics', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status).toBe(404);
  });

  it('with a token in the settings are for who sends it, and for nobody else', async () => {
    const token = 'a-token-of-its-own';
    const guarded = await openSample({}, { CESSION_METRICS_TOKEN: token });
    const statusFor = async (headers: Record<string, string>): Promise<number> => (await guarded.send('/metrics', { headers })).status;
    expect(await statusFor({})).toBe(404);
    expect(await statusFor({ authorization: `Bearer ${token}x` })).toBe(404);
    expect(await statusFor({ authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.9' })).toBe(200);
    await guarded.stop();
  });
});

describe('the console', () => {
  it.each(AUDIENCES)('of %s loads nothing from elsewhere', async (audience: Audience) => {
    const page = await sample.send(`/${audience.toLowerCase()}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(page.status).toBe(200);
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources).toHaveLength(6);
    for (const source of sources) {
      expect(source).toMatch(/^\/console\/[a-z-]+\.(js|css)$/);
      const file = await sample.send(source);
      expect([file.status, file.headers.get('x-content-type-options')]).toEqual([200, 'nosniff']);
      expect(file.headers.get('content-type')).toMatch(/javascript|css/);
    }
    expect(page.text).not.toMatch(/<script>|\son\w+="/);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
  });

  it('is a script that parses', async () => {
    const { text } = await sample.send('/console/console.js');
    expect(() => new Script(text)).not.toThrow();
  });
});
