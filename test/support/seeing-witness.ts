/** A real witness of a hub under test, in a folder of its own: what it cosigned, the ledger is held against. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { formatAddCheckpoint } from '../../audit/log/add-checkpoint';
import { createCosignerKey } from '../../audit/log/cosigner';
import { parseVkey } from '../../audit/log/note-key';
import { Witness } from '../../cli/witness/witness';
import { serveWitness } from '../../cli/witness/witness-server';
import { openWitnessStore } from '../../cli/witness/witness-store';

const KEY = createCosignerKey('witness.test/w', Buffer.alloc(32, 5));

export interface SeeingWitness {
  /** How a hub is told of it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** It has seen this checkpoint of the log and nothing before. */
export async function witnessThatSaw(checkpoint: string, logVkey: string): Promise<SeeingWitness> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-seeing-'));
  const witness = new Witness({ secret: KEY.secret, logs: [parseVkey(logVkey)], store: openWitnessStore(folder), clock: () => new Date() });
  const served = await serveWitness(witness, { host: '127.0.0.1', port: 0, prefix: '' }, () => undefined);
  const { status } = await fetch(`${served.url}/add-checkpoint`, { method: 'POST', body: formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint }) });
  if (status !== 200) throw new Error(`the witness answered ${status}`);
  return {
    environment: { CESSION_WITNESSES: `${KEY.vkey} ${served.url}` },
    async stop() {
      await served.stop();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}
