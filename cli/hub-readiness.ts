/** Whether the hub at an address is ready, asked over HTTP like anybody else would; waits a while for one that is starting. */
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;
const ANSWER_MS = 5_000;

/** Sentences that say what is not ready; empty when everything is. null when nothing answers there. */
export type Readiness = readonly string[] | null;

async function askReadiness(url: string, signal: AbortSignal): Promise<Readiness> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) });
    if (response.status === 200) return [];
    const { reasons } = (await response.json()) as { reasons?: unknown };
    return Array.isArray(reasons) && reasons.length > 0 ? reasons.map(String) : [`It answers with status ${response.status}.`];
  } catch {
    return null;
  }
}

/** The last answer when `waitMs` are over, or earlier when it is ready or the signal ends the wait. */
export async function awaitReadiness(url: string, waitMs: number, signal: AbortSignal): Promise<Readiness> {
  for (const until = Date.now() + waitMs; ; await pause(POLL_MS)) {
    const readiness = await askReadiness(url, signal);
    if (readiness?.length === 0 || signal.aborted || Date.now() >= until) return readiness;
  }
}
