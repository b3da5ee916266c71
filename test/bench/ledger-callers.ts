/** Callers that each append one submission after the other and wait for its receipt: how many a second, and how long each waits. */
import { performance } from 'node:perf_hooks';
import type { Submission } from '../../kernel/ledger';

export interface CallersRun {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export async function callersRun(append: (submission: Submission) => Promise<void>, submissions: readonly Submission[], callers: number): Promise<CallersRun> {
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  const caller = async (): Promise<void> => {
    for (let mine = next++; mine < submissions.length; mine = next++) {
      const sent = performance.now();
      await append(submissions[mine] as Submission);
      latencies.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - began) / 1_000;
  return { perSecond: submissions.length / seconds, ...waitsOf(latencies) };
}

/** Median and the slowest hundredth. */
export function waitsOf(latencies: readonly number[]): { readonly p50Ms: number; readonly p99Ms: number } {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
