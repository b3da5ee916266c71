/** The bound and the order of what waits for the writer. */
import { checkSubmission, type Intake } from '../../audit/writer/intake';
import { MAX_QUEUED, SubmissionQueue, type Pending } from '../../audit/writer/submission-queue';
import { HubError } from '../../kernel/errors';
import { submission } from './ledger-fixture';

const intake = checkSubmission('debts', 'direct', submission()) as Intake;

function pending(name: string, deadlineMs = Infinity, failures: unknown[] = []): Pending & { readonly name: string } {
  return { name, intake, deadlineMs, settle: () => undefined, fail: (error) => failures.push(error), attempts: 0 };
}

const names = (pendings: readonly Pending[]): string[] => pendings.map((one) => (one as Pending & { name: string }).name);

describe('the queue before the writer', () => {
  it('pushes back when full, naming a time to come again, and takes nothing of what it refused', () => {
    const queue = new SubmissionQueue();
    queue.push(Array.from({ length: MAX_QUEUED - 1 }, (_, n) => pending(String(n))));
    const refusal = ((): unknown => {
      try {
        queue.push([pending('x'), pending('y')]);
        return null;
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toBeInstanceOf(HubError);
    expect((refusal as HubError).extensions).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) as number });
    expect(queue.length).toBe(MAX_QUEUED - 1);
    queue.push([pending('last')]);
    expect(queue.length).toBe(MAX_QUEUED);
  });

  it('keeps the order, also of what was put back', () => {
    const queue = new SubmissionQueue();
    queue.push([pending('a'), pending('b'), pending('c')]);
    const taken = queue.take(2, Infinity, 0);
    queue.push([pending('d')]);
    queue.putBack(taken);
    expect(names(queue.take(10, Infinity, 0))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes at least one however long it is, and no more than fit', () => {
    const queue = new SubmissionQueue();
    queue.push([pending('a'), pending('b')]);
    expect(names(queue.take(10, 1, 0))).toEqual(['a']);
  });

  it('drops those whose caller has given up', () => {
    const queue = new SubmissionQueue();
    queue.push([pending('late', 5), pending('waiting', 50)]);
    expect(names(queue.take(10, Infinity, 10))).toEqual(['waiting']);
    expect(queue.length).toBe(0);
  });

  it('announces what arrives, once to each who waits', async () => {
    const queue = new SubmissionQueue();
    const arrivals = [queue.arrival(), queue.arrival()];
    queue.push([pending('a')]);
    await expect(Promise.all(arrivals)).resolves.toHaveLength(2);
  });
});
