/** C2SP tlog-proof files: written, read again, and verified by a policy; every change of a line is found. */
import fc from 'fast-check';
import { FormatError } from '../../../audit/log/format-error';
import { createSigningKey } from '../../../audit/log/note-key';
import { parsePolicy } from '../../../audit/log/policy';
import { proveInclusion } from '../../../audit/log/proof';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../../audit/log/tlog-proof';
import { KEY, ORIGIN, sampleLog, type SampleLog } from '../sample-log';

const POLICY = parsePolicy(Buffer.from(`log ${KEY.vkey}\nquorum none\n`));
let log: SampleLog;
beforeAll(async () => {
  log = await sampleLog(20);
});

async function proofOf(index: number, extra: Buffer | null = null): Promise<string> {
  return formatTlogProof({ index, proof: await proveInclusion(index, log.entries.length, log.read), checkpoint: log.checkpoint, extra });
}
const leafOf = (index: number): Buffer => log.leaves[index] as Buffer;

describe('a tlog-proof', () => {
  it('of every entry of every size is verified by a policy', async () => {
    for (const size of [1, 2, 3, 7, 8]) {
      const sample = await sampleLog(size);
      for (let index = 0; index < size; index += 1) {
        const text = formatTlogProof({ index, proof: await proveInclusion(index, size, sample.read), checkpoint: sample.checkpoint, extra: null });
        expect(verifyTlogProof(text, sample.leaves[index] as Buffer, POLICY)).toMatchObject({ integrity: { state: 'proven' }, policy: { verdict: { state: 'proven' } }, index, checkpoint: { origin: ORIGIN, size } });
      }
    }
  });

  it('has the lines of the specification', async () => {
    const text = await proofOf(5, Buffer.from('extra data'));
    expect(text.split('\n').slice(0, 4)).toEqual(['c2sp.org/tlog-proof@v1', 'extra ZXh0cmEgZGF0YQ==', 'index 5', leafOf(4).toString('base64')]);
    expect(text.endsWith(`\n\n${log.checkpoint}`)).toBe(true);
    expect(formatTlogProof(parseTlogProof(text))).toBe(text);
    expect(parseTlogProof(text).extra?.toString()).toBe('extra data');
  });

  it('of another entry proves nothing about this one', async () => {
    expect(verifyTlogProof(await proofOf(5), leafOf(6), POLICY).integrity).toMatchObject({ state: 'failed', reasons: [{ code: 'INCLUSION_INVALID' }] });
  });

  it('of a log that the policy does not know keeps inclusion and policy apart', async () => {
    const other = parsePolicy(Buffer.from(`log ${createSigningKey('other.test', Buffer.alloc(32, 3)).vkey}\nquorum none\n`));
    expect(verifyTlogProof(await proofOf(5), leafOf(5), other)).toMatchObject({ integrity: { state: 'proven' }, policy: { verdict: { state: 'failed', reasons: [{ code: 'LOG_NOT_IN_POLICY' }] } }, checkpoint: null });
  });

  it.each<[string, (text: string) => string]>([
    ['another first line', (text) => text.replace('@v1', '@v2')],
    ['no index', (text) => text.replace('index 5\n', '')],
    ['an index with a leading zero', (text) => text.replace('index 5', 'index 05')],
    ['an index beyond 2^53', (text) => text.replace('index 5', 'index 9007199254740993')],
    ['extra after the index', (text) => text.replace('index 5\n', 'index 5\nextra AAAA\n')],
    ['an extra that is not base64', (text) => text.replace('index 5\n', 'extra A\nindex 5\n')],
    ['a hash of 31 bytes', (text) => text.replace('index 5\n', `index 5\n${Buffer.alloc(31).toString('base64')}\n`)],
    ['a hash in base64url', (text) => text.replace('index 5\n', `index 5\n${Buffer.alloc(32, 255).toString('base64').replaceAll('/', '_')}\n`)],
    ['64 hashes', (text) => text.replace('index 5\n', `index 5\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}`)],
    ['no empty line', (text) => text.replaceAll('\n\n', '\n')],
    ['a checkpoint that is none', (text) => text.replace(`\n\n${ORIGIN}\n20\n`, `\n\n${ORIGIN}\ntwenty\n`)],
    ['carriage returns', (text) => text.replaceAll('\n', '\r\n')],
  ])('with %s is refused', async (_case, change) => {
    const text = await proofOf(5);
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(() => verifyTlogProof(changed, leafOf(5), POLICY)).toThrow(FormatError);
  });

  it('changed in any character is refused or fails', async () => {
    const text = await proofOf(7);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'A1/+=\n —x'), (at, by) => {
        const changed = text.slice(0, at) + by + text.slice(at + 1);
        if (changed === text) return true;
        try {
          const { integrity, policy } = verifyTlogProof(changed, leafOf(7), POLICY);
          return integrity.state === 'failed' || policy.verdict.state === 'failed';
        } catch (error) {
          return error instanceof FormatError;
        }
      }),
      { numRuns: 400 },
    );
  });
});
