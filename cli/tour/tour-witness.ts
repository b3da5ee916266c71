/** A witness for the length of a step, as `cession witness init`, `trust` and `serve` make one, in the tour's own folder. */
import { formatAddCheckpoint } from '../../audit/log/add-checkpoint';
import { createWitnessFolder, openWitnessFolder, trustLog } from '../witness/witness-folder';
import { Witness } from '../witness/witness';
import { serveWitness } from '../witness/witness-server';
import { openWitnessStore } from '../witness/witness-store';
import type { TourWitness } from './local-work';

const NAME = 'witness.tour.example/cession';

export async function withTourWitness(folder: string, vkey: string, work: (witness: TourWitness) => Promise<void>): Promise<void> {
  await createWitnessFolder(folder, NAME);
  await trustLog(folder, vkey);
  const { secret, logs } = await openWitnessFolder(folder);
  const failures: unknown[] = [];
  const witness = new Witness({ secret, logs, store: openWitnessStore(folder), clock: () => new Date() });
  const served = await serveWitness(witness, { host: '127.0.0.1', port: 0, prefix: '' }, (error) => failures.push(error));
  try {
    await work({
      url: served.url,
      async submit(checkpoint) {
        // The log believes that the witness has seen nothing, as one does that was restored from an old copy.
        const body = formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint });
        const response = await fetch(`${served.url}/add-checkpoint`, { method: 'POST', body });
        return { status: response.status, text: await response.text() };
      },
    });
  } finally {
    await served.stop();
  }
  if (failures.length > 0) throw failures[0];
}
