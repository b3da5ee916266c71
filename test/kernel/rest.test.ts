/** A rest ends when its owner says so, and only then early. */
import { rest } from '../../kernel/rest';

const LONG_MS = 3_600_000;

describe('a rest', () => {
  it('ends at once when its owner stops, and when he had stopped before', async () => {
    const owner = new AbortController();
    const resting = rest(LONG_MS, owner.signal);
    owner.abort();
    await expect(resting).resolves.toBeUndefined();
    await expect(rest(LONG_MS, owner.signal)).resolves.toBeUndefined();
  });

  it('ends by itself', async () => {
    await expect(rest(1, new AbortController().signal)).resolves.toBeUndefined();
  });

  it('hides no mistake of who rests', async () => {
    await expect(rest('soon' as unknown as number, new AbortController().signal)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});
