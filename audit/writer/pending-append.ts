/**
 * One call of append with all its submissions: hands each a Pending, answers when the last has its result, and gives up at the
 * deadline. Knows nothing of batches.
 */
import { performance } from 'node:perf_hooks';
import { HubError } from '../../kernel/errors';
import type { AppendResult } from '../../kernel/ledger';
import type { Intake } from './intake';
import type { Pending } from './submission-queue';

const RETRY_AFTER_MS = 1_000;

/** No receipt: the caller does not know whether there will be an entry. */
export function away(cause?: unknown): HubError {
  return new HubError('LEDGER_UNAVAILABLE', 'The ledger gave no receipt.', { retryAfterMs: RETRY_AFTER_MS, cause });
}

export function failAll(pendings: readonly Pending[], cause: unknown): void {
  for (const pending of pendings) pending.fail(away(cause));
}

/** `checked`: what already has its answer, and what `submit` has to queue; the answers come in the order given. */
export function awaitResults(checked: readonly (Intake | AppendResult)[], deadlineMs: number, submit: (pendings: readonly Pending[]) => void): Promise<AppendResult[]> {
  return new Promise((resolve, reject) => {
    const results = new Array<AppendResult>(checked.length);
    let open = checked.length;
    const timer = setTimeout(() => reject(away()), deadlineMs);
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      reject(error instanceof Error ? error : away(error));
    };
    const settleAt = (at: number, result: AppendResult): void => {
      results[at] = result;
      open -= 1;
      if (open > 0) return;
      clearTimeout(timer);
      resolve(results);
    };
    const deadline = performance.now() + deadlineMs;
    const pendings: Pending[] = [];
    checked.forEach((intake, at) => {
      if ('ok' in intake) settleAt(at, intake);
      else pendings.push({ intake, deadlineMs: deadline, settle: (result) => settleAt(at, result), fail, attempts: 0 });
    });
    try {
      submit(pendings);
    } catch (error) {
      fail(error);
    }
  });
}
