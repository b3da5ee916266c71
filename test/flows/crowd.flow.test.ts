/** More callers at once than a room has connections: each is answered, for nobody waits for a connection while holding one. */
import { registerBorrower } from '../support/scenario';
import { testHub } from '../support/test-hub';

const AT_ONCE = 40;

describe('a crowd of commands that each read what they wrote', () => {
  const hub = testHub('one process');

  it('is served', async () => {
    const { operator } = await hub.creditor();
    expect(hub.config.database.poolSize).toBeLessThan(AT_ONCE);
    const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => registerBorrower(operator)));
    expect(new Set(ids).size).toBe(AT_ONCE);
  }, 30_000);
});
