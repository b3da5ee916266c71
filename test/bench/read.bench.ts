/**
 * What a federated read costs: 20 debts with two hops at 32 connections, in process and over HTTP, against the federation
 * library's own data sources, one server without federation, and no GraphQL at all; then the same read with personal fields,
 * recorded in the ledger, at arrivals of a fixed rate. Every variant asks the same rooms under the same row scope.
 */
import type { PreparedConfig } from '../../kernel/config';
import { median, type BenchRow, type BenchTable } from './bench-table';
import { startLoadGenerator, startServers, urlOf, type LoadGenerator, type RunningServers } from './read-processes';
import type { LoadOrder, LoadResult } from './read-load';
import { bodiesOf, PLAIN_READ, RECORDED_READ } from './read-query';
import { makeReadScene, type ReadScene } from './read-scene';
import type { ServerKind, VariantName } from './read-server';

export interface ReadBenchOptions {
  /** An empty database that the bench may fill. */
  readonly config: PreparedConfig;
  readonly rounds?: number;
  /** Of one measurement; a variant is warmed up before each. */
  readonly seconds?: number;
  readonly connections?: number;
  readonly debts?: number;
  readonly report?: (line: string) => void;
}

type Settings = Required<Omit<ReadBenchOptions, 'config'>>;

const LABELS: Readonly<Record<VariantName, string>> = {
  stockLocal: 'stock LocalGraphQLDataSource',
  hub: 'hub in process',
  stockRemote: 'stock RemoteGraphQLDataSource',
  hubOverHttp: 'hub over HTTP',
  single: 'one Apollo Server, not federated',
  raw: 'no GraphQL: three statements and JSON',
};
const SERVED: Readonly<Record<ServerKind, readonly VariantName[]>> = {
  'one-process': ['stockLocal', 'hub', 'single', 'raw'],
  'many-processes': ['stockRemote', 'hubOverHttp'],
};
const WARM_UP_SECONDS = 2;
/** DESIGN's promise for a recorded read beside a plain one, and the share of the plain read's peak it is given at. */
const RECORDED_P50_MORE_MS = 5;
const SHARE_OF_PEAK = 0.5;
const LOCAL_RATIO = 1.4;

interface Sample extends LoadResult {
  readonly cpuMs: number | null;
}

class ReadBench {
  private readonly samples = new Map<string, Sample[]>();

  constructor(
    private readonly config: PreparedConfig,
    private readonly scene: ReadScene,
    private readonly load: LoadGenerator,
    private readonly settings: Settings,
  ) {}

  /** Everybody must give the same answer before anybody is measured. */
  async checkAnswers(kind: ServerKind): Promise<void> {
    await this.withServers(kind, async (servers) => {
      const [body] = bodiesOf(PLAIN_READ, this.scene.cursors);
      const answers = await Promise.all(SERVED[kind].map(async (name) => (await fetch(urlOf(servers, name), { method: 'POST', headers: this.scene.headers, body: body! })).text()));
      const odd = answers.findIndex((answer) => answer.trim() !== answers[0]!.trim());
      if (odd >= 0) throw new Error(`${SERVED[kind][odd]} answers otherwise than ${SERVED[kind][0]}: ${answers[odd]!.slice(0, 300)}`);
    });
  }

  async plainRound(round: number): Promise<void> {
    for (const kind of ['one-process', 'many-processes'] as const) {
      await this.withServers(kind, async (servers) => {
        const names = SERVED[kind];
        // Who comes first finds a colder process: everybody does in turn.
        for (const name of names.map((_, at) => names[(at + round) % names.length]!)) {
          await this.measure(name, servers, name, PLAIN_READ, { connections: this.settings.connections });
        }
      });
    }
  }

  async recordedRound(arrivalsPerSecond: number): Promise<void> {
    await this.withServers('one-process', async (servers) => {
      await this.measure('plain', servers, 'hub', PLAIN_READ, { arrivalsPerSecond });
      await this.measure('recorded', servers, 'hub', RECORDED_READ, { arrivalsPerSecond });
      await this.measure('recorded peak', servers, 'hub', RECORDED_READ, { connections: this.settings.connections });
    });
  }

  median(sample: string, of: (one: Sample) => number): number {
    return median((this.samples.get(sample) ?? []).map(of));
  }

  row(sample: string, name: string, reference: string): BenchRow {
    const perSecond = this.median(sample, (one) => one.perSecond);
    const cpuMs = this.median(sample, (one) => one.cpuMs ?? NaN);
    return {
      name,
      perSecond,
      ratio: perSecond / this.median(reference, (one) => one.perSecond),
      p50Ms: this.median(sample, (one) => one.p50Ms),
      p99Ms: this.median(sample, (one) => one.p99Ms),
      cpuMs: Number.isNaN(cpuMs) ? null : cpuMs,
    };
  }

  private async withServers(kind: ServerKind, work: (servers: RunningServers) => Promise<void>): Promise<void> {
    const servers = await startServers(this.config, kind);
    try {
      await work(servers);
    } finally {
      await servers.stop();
    }
  }

  private async measure(sample: string, servers: RunningServers, variant: VariantName, query: string, kind: LoadOrder['kind']): Promise<void> {
    const order = { url: urlOf(servers, variant), headers: this.scene.headers, bodies: bodiesOf(query, this.scene.cursors), kind };
    await this.load.run({ ...order, seconds: WARM_UP_SECONDS });
    const before = servers.cpuMs();
    const result = await this.load.run({ ...order, seconds: this.settings.seconds });
    const after = servers.cpuMs();
    if (result.failed > 0) throw new Error(`${sample}: ${result.failed} of ${result.answered} requests failed`);
    const cpuMs = before === null || after === null ? null : (after - before) / result.answered;
    const { perSecond, p50Ms, p99Ms } = result;
    this.settings.report(`${sample}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, CPU ${cpuMs?.toFixed(2) ?? '?'} ms`);
    this.samples.set(sample, [...(this.samples.get(sample) ?? []), { ...result, cpuMs }]);
  }
}

export async function readBench(options: ReadBenchOptions): Promise<BenchTable[]> {
  const { rounds = 5, seconds = 5, connections = 32, debts = 5_000, report = () => undefined } = options;
  const settings = { rounds, seconds, connections, debts, report };
  const scene = await makeReadScene(options.config, debts);
  const load = startLoadGenerator();
  const bench = new ReadBench(options.config, scene, load, settings);
  try {
    for (const kind of ['one-process', 'many-processes'] as const) await bench.checkAnswers(kind);
    for (let round = 0; round < rounds; round += 1) await bench.plainRound(round);
    const arrivals = Math.round(bench.median('hub', (one) => one.perSecond) * SHARE_OF_PEAK);
    for (let round = 0; round < rounds; round += 1) await bench.recordedRound(arrivals);
    return [plainTable(bench, settings), recordedTable(bench, arrivals)];
  } finally {
    await load.stop();
  }
}

function plainTable(bench: ReadBench, { connections, debts, rounds, seconds }: Settings): BenchTable {
  const names = ['stockLocal', 'hub', 'stockRemote', 'hubOverHttp', 'single', 'raw'] as const;
  const rows = names.map((name) => bench.row(name, LABELS[name], 'stockLocal'));
  const rate = (name: VariantName): number => bench.median(name, (one) => one.perSecond);
  return {
    title: `Federated read of 20 debts with two hops, ${connections} connections, ${debts} debts`,
    reference: LABELS.stockLocal,
    rows,
    notes: [
      `${rounds} interleaved rounds of ${seconds} s each, medians; CPU is that of the servers' Node processes, neither the database's nor the load generator's.`,
      `In process ${(rate('hub') / rate('stockLocal')).toFixed(2)} times the stock source (target ${LOCAL_RATIO}); over HTTP ${(rate('hubOverHttp') / rate('stockRemote')).toFixed(2)} times the stock source over HTTP.`,
    ],
  };
}

function recordedTable(bench: ReadBench, arrivals: number): BenchTable {
  const more = bench.median('recorded', (one) => one.p50Ms) - bench.median('plain', (one) => one.p50Ms);
  return {
    title: `The same read with personal fields, recorded in the ledger, at ${arrivals} arrivals per second`,
    reference: 'plain read',
    rows: [bench.row('plain', 'plain read', 'plain'), bench.row('recorded', 'recorded read', 'plain'), bench.row('recorded peak', 'recorded read, closed loop', 'plain')],
    notes: [
      'Open loop: a request is sent when it is due, whether or not the ones before are answered, and timed from that moment.',
      `Each recorded read is two disclosures (debts, borrowers), durable before the answer: p50 ${more.toFixed(1)} ms more (target: at most ${RECORDED_P50_MORE_MS}).`,
    ],
  };
}
