/** The self-check in numbers, read from its row when somebody asks: the same in every replica, whichever of them checks. */
import type { Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { readSelfCheck, type SelfCheckState } from './self-check.repository';

const NEVER = -1;

export function measureSelfCheck(registry: Registry, pool: Pick<Pool, 'query'>, clock: () => Date): void {
  const gauge = (name: string, help: string, read: (state: SelfCheckState) => number): void => {
    new Gauge({
      name: `cession_ledger_self_check_${name}`,
      help,
      registers: [registry],
      async collect() {
        // A database that does not answer leaves the last value; that it is away shows elsewhere.
        await readSelfCheck(pool).then((state) => this.set(read(state)), () => undefined);
      },
    });
  };
  gauge('verified_index', 'Last ledger index derived again by the pass under way, or by the last one.', ({ verifiedIndex }) => verifiedIndex);
  gauge('age_seconds', 'Seconds since a whole pass last found nothing; -1: never.', ({ cleanAt }) => (cleanAt === null ? NEVER : (clock().getTime() - cleanAt.getTime()) / 1000));
  gauge('failures', 'Passes that found a difference, ever.', ({ failures }) => failures);
  gauge('differs', '1 while the last pass that ended found a difference.', ({ difference }) => (difference === null ? 0 : 1));
}
