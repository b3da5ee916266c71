/**
 * Counters and durations of one process, in Prometheus' text format. Labels come from closed lists only: a label with an id
 * in it would be both personal data and a memory leak.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a cached read in process to the operation's deadline. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  readonly registry: Registry;
  /** By room (or `gateway`) and outcome (a HubError code, or `ok`). */
  readonly operations: Histogram<'room' | 'outcome'>;
  /** From submission to receipt, by channel. */
  readonly appends: Histogram<'channel' | 'outcome'>;
  /** Entries between a follower and the head. */
  readonly followerLag: Gauge<'room'>;
  /** Outbox records without a receipt. */
  readonly outboxBacklog: Gauge<'room'>;
  readonly ledgerSize: Gauge;
  readonly refusals: Counter<'room' | 'rule'>;
}

/** A registry of its own, not the library's global one: several hubs may live in one process, as in tests. */
export function openMetrics(options: { readonly processMetrics: boolean } = { processMetrics: true }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.processMetrics) collectDefaultMetrics({ register: registry, prefix: 'cession_' });
  return {
    registry,
    operations: new Histogram({ name: 'cession_operation_seconds', help: 'Duration of operations.', labelNames: ['room', 'outcome'], buckets: DURATION_BUCKETS, registers }),
    appends: new Histogram({ name: 'cession_append_seconds', help: 'Time from submission to ledger receipt.', labelNames: ['channel', 'outcome'], buckets: DURATION_BUCKETS, registers }),
    followerLag: new Gauge({ name: 'cession_follower_lag_entries', help: 'Entries between a follower and the ledger head.', labelNames: ['room'], registers }),
    outboxBacklog: new Gauge({ name: 'cession_outbox_backlog_records', help: 'Outbox records without a receipt.', labelNames: ['room'], registers }),
    ledgerSize: new Gauge({ name: 'cession_ledger_size_entries', help: 'Entries in the ledger.', registers }),
    refusals: new Counter({ name: 'cession_refusals_total', help: 'Refused commands and reads by rule.', labelNames: ['room', 'rule'], registers }),
  };
}
