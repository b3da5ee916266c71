/** How much the gateway takes on at once, and how it stops. */
import { codesOf, openSample, type Sample } from './open-sample';

async function untilCalled(sample: Sample, calls: number): Promise<void> {
  while (sample.rooms.debts.calls.length < calls) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('concurrency', () => {
  it('of one organisation is bounded, others are served', async () => {
    const sample = await openSample({ concurrency: { most: 3, mostPerOrg: 2 } });
    const running = [sample.ask('PARTNER', '{ slow(ms: 400) }'), sample.ask('PARTNER', '{ slow(ms: 400) }')];
    await untilCalled(sample, 2);
    const third = await sample.ask('PARTNER', '{ __typename }');
    const other = await sample.ask('INTERNAL', '{ __typename }');
    expect([third.status, codesOf(third), third.headers.get('retry-after'), other.status]).toEqual([429, ['LIMIT_EXCEEDED'], '1', 200]);
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await sample.ask('PARTNER', '{ __typename }')).status).toBe(200);
    await sample.stop();
  });

  it('over all is bounded', async () => {
    const sample = await openSample({ concurrency: { most: 1, mostPerOrg: 1 } });
    const running = sample.ask('PARTNER', '{ slow(ms: 300) }');
    await untilCalled(sample, 1);
    const refused = await sample.ask('INTERNAL', '{ __typename }');
    expect([refused.status, codesOf(refused)]).toEqual([503, ['UNAVAILABLE']]);
    await running;
    await sample.stop();
  });
});

describe('a caller that goes away', () => {
  it('ends its fetches', async () => {
    const sample = await openSample();
    const gone = new AbortController();
    const pending = fetch(`${sample.gateway.url}/partner/graphql`, {
      method: 'POST',
      signal: gone.signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await sample.token('PARTNER')}` },
      body: '{"query":"{ slow(ms: 3000) }"}',
    });
    await untilCalled(sample, 1);
    gone.abort();
    await expect(pending).rejects.toThrow();
    const signal = sample.rooms.debts.calls[0]?.request.signal;
    await new Promise<void>((resolve) => (signal?.aborted === true ? resolve() : signal?.addEventListener('abort', () => resolve())));
    expect(signal?.aborted).toBe(true);
    await sample.stop();
  });
});

describe('stopping', () => {
  it('finishes what has begun and takes nothing new', async () => {
    const sample = await openSample();
    const running = sample.ask('PARTNER', '{ slow(ms: 300) }');
    await untilCalled(sample, 1);
    const stopped = sample.stop();
    expect((await running).body).toEqual({ data: { slow: 'done' } });
    await stopped;
    await expect(sample.ask('PARTNER', '{ __typename }')).rejects.toThrow();
  });

  it('twice is stopping once', async () => {
    const sample = await openSample();
    await Promise.all([sample.gateway.stop(), sample.stop()]);
    await expect(sample.send('/healthz')).rejects.toThrow();
  });

  it('a gateway whose contract names an unknown room does not start', async () => {
    await expect(openSample({ rooms: {} })).rejects.toThrow(/names the room \w+, which was not given/);
  });
});
