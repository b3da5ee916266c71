/**
 * What a federated read costs: 20 debts with two hops at 32 connections, in process and over HTTP, against the federation
 * library's own data sources, one server without federation, and no GraphQL at all; then the same read with personal fields,
 * recorded in the ledger, at arrivals of a fixed rate. Every variant asks the same rooms under the same row scope.
 *
 * What profiles of it have found, as shares of the work they were found in:
 * - planning each page anew under the policies of four audiences: 0.4 of 0.52 ms of the database per page; now planned once;
 * - a checkpoint's signature verified for each entry by each of five followers: 18 % of a recorded read; now once per note;
 * - followers that write their position for each disclosure, and hops that wait for it: half of a recorded read; now in batches;
 * - collecting garbage: 17 to 20 %, and 9 % with `node --max-semi-space-size=64`: what is alive is the answers in the making;
 *   the servers here run with the flags of `npm run bench`, which are those of `npm start`;
 * - rights read anew by every fetch, a promise per personal value and the path of each as a list: 0.5 of 4.1 ms of a case read;
 * - what is left of a plain read, beside the database: the federation library's shaping of results, Express, and system calls.
 */
import type { PreparedConfig } from '../../kernel/config';
import { median, type BenchRow, type BenchTable } from './bench-table';
import { startLoadGenerator, startServers, urlOf, type LoadGenerator, type RunningServers } from './read-processes';
import type { LoadOrder, LoadResult } from './read-load';
import { bodiesOf, CASE_READ, PLAIN_READ, RECORDED_READ } from './read-query';
import { makeReadScene, type ReadScene } from './read-scene';
import type { ServerKind, VariantName } from './read-server';

export interface ReadBenchOptions {
  /** An empty database that the bench may fill. */
  readonly config: PreparedConfig;
  readonly rounds?: number;
  /** Of one turn. */
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
/** A process compiles what it runs often: every variant of it is run before any is measured. */
const COLD_SECONDS = 4;
/** Short turns, many times: whoever else uses the machine then disturbs all variants alike. */
const PASSES = 4;
/** What a recorded read may cost beside a plain one, and the shares of the plain read's peak at which both are compared. */
const RECORDED_P50_MORE_MS = 5;
const SHARES_OF_PEAK = [0.5, 0.25] as const;
const LOCAL_RATIO = 1.4;

const READS = { plain: PLAIN_READ, recorded: RECORDED_READ, case: CASE_READ } as const;
type ReadName = keyof typeof READS;
const READ_NAMES = Object.keys(READS) as readonly ReadName[];
const RECORDED_NAMES = ['recorded', 'case'] as const;

const peakOf = (read: ReadName): string => `${read} read, closed loop`;
const sampleAt = (read: ReadName, share: number): string => `${read} read at ${share} of the peak`;

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
        const { connections } = this.settings;
        for (const name of SERVED[kind]) await this.load.run({ ...this.orderOf(servers, name, PLAIN_READ), kind: { connections }, seconds: COLD_SECONDS });
        const names = SERVED[kind];
        for (let pass = 0; pass < PASSES; pass += 1) {
          for (const name of names.map((_, at) => names[(at + round + pass) % names.length]!)) await this.measure(name, this.orderOf(servers, name, PLAIN_READ), { connections }, servers);
        }
      });
    }
  }

  async recordedRound(peak: number): Promise<void> {
    await this.withServers('one-process', async (servers) => {
      const { connections } = this.settings;
      const orders = READ_NAMES.map((read) => [read, this.orderOf(servers, 'hub', READS[read])] as const);
      for (const [, order] of orders) await this.load.run({ ...order, kind: { connections }, seconds: COLD_SECONDS });
      for (let pass = 0; pass < PASSES; pass += 1) {
        for (const share of SHARES_OF_PEAK) {
          const arrivalsPerSecond = Math.round(peak * share);
          for (const [read, order] of orders) await this.measure(sampleAt(read, share), order, { arrivalsPerSecond }, servers);
        }
        for (const [read, order] of orders) if (read !== 'plain') await this.measure(peakOf(read), order, { connections }, servers);
      }
    });
  }

  median(sample: string, of: (one: Sample) => number): number {
    return median((this.samples.get(sample) ?? []).map(of));
  }

  /** Of two samples turn by turn: what slows one turn slows its neighbour as well. */
  pairedMedian(sample: string, reference: string, of: (one: Sample, other: Sample) => number): number {
    const others = this.samples.get(reference) ?? [];
    return median((this.samples.get(sample) ?? []).flatMap((one, at) => (others[at] === undefined ? [] : [of(one, others[at])])));
  }

  /** Overload shows as refusals too: a rate means nothing without them. */
  failures(samples: readonly string[]): string[] {
    return samples.flatMap((sample) => {
      const all = this.samples.get(sample) ?? [];
      const [failed, answered] = [all.reduce((sum, one) => sum + one.failed, 0), all.reduce((sum, one) => sum + one.answered, 0)];
      return failed === 0 ? [] : [`Failed: ${failed} of ${answered} requests of "${sample}".`];
    });
  }

  row(sample: string, name: string, reference: string): BenchRow {
    const perSecond = this.median(sample, (one) => one.perSecond);
    const cpuMs = this.median(sample, (one) => one.cpuMs ?? NaN);
    return {
      name,
      perSecond,
      ratio: this.pairedMedian(sample, reference, (one, other) => one.perSecond / other.perSecond),
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

  private orderOf(servers: RunningServers, variant: VariantName, query: string): Omit<LoadOrder, 'kind' | 'seconds'> {
    return { url: urlOf(servers, variant), headers: this.scene.headers, bodies: bodiesOf(query, this.scene.cursors) };
  }

  private async measure(sample: string, read: Omit<LoadOrder, 'kind' | 'seconds'>, kind: LoadOrder['kind'], servers: RunningServers): Promise<void> {
    const before = servers.cpuMs();
    const result = await this.load.run({ ...read, kind, seconds: this.settings.seconds });
    const after = servers.cpuMs();
    if (result.answered === 0) throw new Error(`${sample}: nobody answered`);
    const cpuMs = before === null || after === null ? null : (after - before) / result.answered;
    const { perSecond, p50Ms, p99Ms } = result;
    this.settings.report(`${sample}: ${perSecond.toFixed(0)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, CPU ${cpuMs?.toFixed(2) ?? '?'} ms, ${result.failed} of ${result.answered} failed`);
    this.samples.set(sample, [...(this.samples.get(sample) ?? []), { ...result, cpuMs }]);
  }
}

export async function readBench(options: ReadBenchOptions): Promise<BenchTable[]> {
  const { rounds = 3, seconds = 2, connections = 32, debts = 5_000, report = () => undefined } = options;
  const settings = { rounds, seconds, connections, debts, report };
  const scene = await makeReadScene(options.config, debts);
  const load = startLoadGenerator();
  const bench = new ReadBench(options.config, scene, load, settings);
  try {
    for (const kind of ['one-process', 'many-processes'] as const) await bench.checkAnswers(kind);
    for (let round = 0; round < rounds; round += 1) await bench.plainRound(round);
    const peak = bench.median('hub', (one) => one.perSecond);
    for (let round = 0; round < rounds; round += 1) await bench.recordedRound(peak);
    return [plainTable(bench, settings), recordedTable(bench, peak)];
  } finally {
    await load.stop();
  }
}

function plainTable(bench: ReadBench, { connections, debts, rounds, seconds }: Settings): BenchTable {
  const names = ['stockLocal', 'hub', 'stockRemote', 'hubOverHttp', 'single', 'raw'] as const;
  const rows = names.map((name) => bench.row(name, LABELS[name], 'stockLocal'));
  const rate = (name: VariantName, reference: VariantName): string => bench.pairedMedian(name, reference, (one, other) => one.perSecond / other.perSecond).toFixed(2);
  const cpu = (name: VariantName, reference: VariantName): string => bench.pairedMedian(name, reference, (one, other) => (one.cpuMs ?? NaN) / (other.cpuMs ?? NaN)).toFixed(2);
  return {
    title: `Federated read of 20 debts with two hops, ${connections} connections, ${debts} debts`,
    reference: LABELS.stockLocal,
    rows,
    notes: [
      `${rounds} starts of ${PASSES} turns of ${seconds} s each, variants in turn; medians, ratios from neighbouring turns. CPU is that of the servers' Node processes, neither the database's nor the load generator's.`,
      `In process ${rate('hub', 'stockLocal')} times the stock source (target ${LOCAL_RATIO}) with ${cpu('hub', 'stockLocal')} of its processor time.`,
      `Over HTTP ${rate('hubOverHttp', 'stockRemote')} times the stock source over HTTP with ${cpu('hubOverHttp', 'stockRemote')} of its processor time.`,
      ...bench.failures(SERVED['one-process']),
      ...bench.failures(SERVED['many-processes']),
    ],
  };
}

function recordedTable(bench: ReadBench, peak: number): BenchTable {
  const [first] = SHARES_OF_PEAK;
  const more = (read: ReadName, share: number): string =>
    bench.pairedMedian(sampleAt(read, share), sampleAt('plain', share), (one, other) => one.p50Ms - other.p50Ms).toFixed(1);
  const samples = [...SHARES_OF_PEAK.flatMap((share) => READ_NAMES.map((read) => sampleAt(read, share))), ...RECORDED_NAMES.map(peakOf)];
  return {
    title: `The same read with personal fields, recorded in the ledger, at shares of the plain read's peak of ${Math.round(peak)} per second`,
    reference: sampleAt('plain', first),
    rows: samples.map((sample) => bench.row(sample, sample, sampleAt('plain', first))),
    notes: [
      'Open loop: a request is sent when it is due, whether or not the ones before are answered, and timed from that moment.',
      'The recorded read is the plain one with the 20 names: one disclosure, durable in the ledger before the answer. The case read asks for balance, days past due, name and phones: two disclosures, about 110 values.',
      ...SHARES_OF_PEAK.map((share) => `At ${share} of the peak p50 is ${more('recorded', share)} ms more for the recorded read${share === first ? ` (target: at most ${RECORDED_P50_MORE_MS})` : ''}, ${more('case', share)} ms for the case read.`),
      ...bench.failures(samples),
    ],
  };
}
