/**
 * Counters and durations of one process, in Prometheus' text format. Labels come from closed lists only: a label with an id
 * in it would be both personal data and a memory leak.
 */
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Seconds; from a cached read in process to the operation's deadline. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  readonly registry: Registry;
  /** By room (or `gateway`) and outcome (a HubError code, or `ok`). */
  readonly operations: Histogram<'room' | 'outcome'>;
}

/** A registry of its own, not the library's global one: several hubs may live in one process, as in tests. */
export function openMetrics(options: { readonly processMetrics: boolean } = { processMetrics: true }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry, prefix: 'cession_' });
  return {
    registry,
    operations: new Histogram({ name: 'cession_operation_seconds', help: 'Duration of operations.', labelNames: ['room', 'outcome'], buckets: DURATION_BUCKETS, registers }),
  };
}
