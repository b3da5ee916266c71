/** The last step of the tour: a witness remembers how long the log was, so a log restored from an older copy is found out. */
import type { LocalWork } from './local-work';
import type { Step } from './step';

/** The size of a checkpoint stands in its second line (C2SP tlog-checkpoint). */
const sizeOf = (checkpoint: string): number => Number(checkpoint.split('\n')[1]);

export function witnessStep(local: LocalWork): Step {
  return {
    id: 'witness',
    title: { en: 'A witness cosigns the log, and refuses the same log rolled back to an earlier state', zh: '见证方为账本副署，并拒绝被回滚的同一账本' },
    async run(work) {
      const earlier = work.fact('earlierCheckpoint');
      const { bytes } = await work.download('regulator', '/ledger/checkpoint');
      const newest = bytes.toString('utf8');
      work.expect('the log has grown since', sizeOf(newest) > sizeOf(earlier));
      const vkey = await local.readLedgerKey();
      await local.withWitness(vkey, async (witness) => {
        const submitted = (size: number, checkpoint: string) =>
          work.act(`POST ${witness.url}/add-checkpoint   # the signed checkpoint of size ${size}`, async () => {
            const result = await witness.submit(checkpoint);
            return { result, told: `HTTP ${result.status}\n${result.text.trim()}` };
          });
        const cosigned = await submitted(sizeOf(newest), newest);
        work.expect('the witness cosigns it', cosigned.status === 200 && cosigned.text.startsWith('\u2014 '));
        const refused = await submitted(sizeOf(earlier), earlier);
        work.expect('the earlier one is refused, and the witness says which size it has seen', refused.status === 409 && Number(refused.text) === sizeOf(newest));
      });
    },
  };
}
