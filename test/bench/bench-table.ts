/** What a bench hands to its runner and how a person reads it: rows of rates and latencies beside the one they are compared with. */
import Table from 'cli-table3';

export interface BenchRow {
  readonly name: string;
  /** Medians of the rounds; NaN for what a bench does not measure. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** `perSecond` over that of the reference. */
  readonly ratio: number;
  /** Processor time of all Node processes of the variant per operation, where the system tells it. */
  readonly cpuMs?: number | null;
}

export interface BenchTable {
  readonly title: string;
  /** The row that `ratio` is relative to. */
  readonly reference: string;
  readonly rows: readonly BenchRow[];
  /** What a reader must know to use the numbers, and targets met or missed. */
  readonly notes?: readonly string[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const digits = (value: number): string => (Number.isNaN(value) ? '' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

export function renderTable({ title, reference, rows, notes = [] }: BenchTable): string {
  const table = new Table({
    head: ['', 'per second', 'ratio', 'p50 ms', 'p99 ms', 'CPU ms'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, perSecond, ratio, p50Ms, p99Ms, cpuMs } of rows) {
    table.push([name, digits(perSecond), ratio.toFixed(2), digits(p50Ms), digits(p99Ms), cpuMs == null ? '' : digits(cpuMs)]);
  }
  return [title, `ratio: relative to "${reference}"`, table.toString(), ...notes.map((note) => `- ${note}`)].join('\n');
}
