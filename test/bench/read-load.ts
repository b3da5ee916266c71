/**
 * The load generator, a process of its own so that clients and server do not share an event loop: a closed loop of
 * connections (autocannon), or an open loop of arrivals at a fixed rate, each timed from the moment it was due.
 */
import autocannon from 'autocannon';
import { Pool } from 'undici';

export interface LoadOrder {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  readonly seconds: number;
  /** A closed loop of so many connections, or an open one of so many arrivals per second. */
  readonly kind: { readonly connections: number } | { readonly arrivalsPerSecond: number };
}

export interface LoadResult {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answered: number;
  /** Answers that were not the data asked for, and requests that got none. */
  readonly failed: number;
}

/** Errors stand before the data in an answer, so the first characters tell. */
const GOOD_ANSWER = '{"data":{"debts":{"edges":[{';
/** More than any variant answers within its deadline at a rate it can bear. */
const OPEN_LOOP_CONNECTIONS = 256;

async function closedLoop({ url, headers, bodies, seconds }: LoadOrder, connections: number): Promise<LoadResult> {
  const requests = bodies.map((body) => ({ method: 'POST' as const, headers: { ...headers }, body }));
  const result = await autocannon({ url, connections, duration: seconds, timeout: 20, requests, verifyBody: (body) => String(body).startsWith(GOOD_ANSWER) });
  const failed = result.non2xx + result.errors + result.timeouts + result.mismatches;
  const { p50, p99 } = result.latency;
  return { perSecond: result.requests.total / result.duration, p50Ms: p50, p99Ms: p99, answered: result.requests.total, failed };
}

async function openLoop({ url, headers, bodies, seconds }: LoadOrder, rate: number): Promise<LoadResult> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: OPEN_LOOP_CONNECTIONS, pipelining: 1 });
  const latencies: number[] = [];
  let failed = 0;
  const send = async (nth: number, due: number): Promise<void> => {
    try {
      const response = await pool.request({ method: 'POST', path: pathname, headers: { ...headers }, body: bodies[nth % bodies.length]! });
      const text = await response.body.text();
      latencies.push(performance.now() - due);
      if (response.statusCode !== 200 || !text.startsWith(GOOD_ANSWER)) failed += 1;
    } catch {
      failed += 1;
    }
  };
  const sent = await atRate(rate, seconds, send);
  await Promise.all(sent);
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99), answered: latencies.length, failed };
}

/** Sends each request when it is due, however many are still unanswered: a slow server must not slow its clients down. */
async function atRate(rate: number, seconds: number, send: (nth: number, due: number) => Promise<void>): Promise<Promise<void>[]> {
  const sent: Promise<void>[] = [];
  const began = performance.now();
  const total = Math.floor(rate * seconds);
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (let due = began + (sent.length * 1000) / rate; sent.length < total && due <= now; due = began + (sent.length * 1000) / rate) sent.push(send(sent.length, due));
      if (sent.length < total) return;
      clearInterval(timer);
      resolve(sent);
    }, 1);
  });
}

function load(order: LoadOrder): Promise<LoadResult> {
  return 'connections' in order.kind ? closedLoop(order, order.kind.connections) : openLoop(order, order.kind.arrivalsPerSecond);
}

process.on('message', (order: LoadOrder) => void load(order).then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit(0));
