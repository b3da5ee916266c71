/** A pause that its owner can end: workers rest between steps, and a stop must not wait for them. Hides no failure. */
import { setTimeout as pause } from 'node:timers/promises';

/** Resolves after `ms`, and at once when the signal is or becomes aborted. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
