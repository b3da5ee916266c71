/** A hub for the controls, with a witness of its own process's making and a token for each party, as an operator would have them. */
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createCosignerKey } from '../../audit/log/cosigner';
import { parseVkey } from '../../audit/log/note-key';
import { openPemSigner } from '../../audit/signer/pem-signer';
import { Witness } from '../../cli/witness/witness';
import { serveWitness, type ServedWitness } from '../../cli/witness/witness-server';
import { openWitnessStore } from '../../cli/witness/witness-store';
import { DEFAULT_LEDGER_ORIGIN, type WitnessConfig } from '../../kernel/ledger-config';
import { Secret } from '../../kernel/secret';
import { newId } from '../../schema/ids';
import { registerAgency, registerDebt } from '../support/scenario';
import { testHub, type TestHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';
import type { CastFile } from './cast';

const WITNESS = createCosignerKey('witness.test/controls', Buffer.alloc(32, 7));

export interface WitnessedHub {
  readonly hub: TestHub;
  readonly log: WholeLog;
  /** What an operator writes into the file that `npm run controls` reads. */
  readonly castFile: () => Promise<CastFile>;
}

/** Registers its own beforeAll and afterAll. */
export function witnessedHub(): WitnessedHub {
  const key = new Secret(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const { vkey } = openPemSigner(DEFAULT_LEDGER_ORIGIN, key);
  const witnesses: WitnessConfig[] = [];
  let served: ServedWitness;
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-controls-'));
    const witness = new Witness({ secret: WITNESS.secret, logs: [parseVkey(vkey)], store: openWitnessStore(folder), clock: () => new Date() });
    served = await serveWitness(witness, { host: '127.0.0.1', port: 0, prefix: '' }, () => undefined);
    witnesses.push({ vkey: WITNESS.vkey, url: served.url });
  });
  const hub = testHub('one process', { key, witnesses });
  hub.database.beforeClose(async () => {
    await served.stop();
    await fs.rm(folder, { recursive: true, force: true });
  });
  const log = new WholeLog(hub.database);
  return { hub, log, castFile: async () => ({ url: hub.url, vkey, tokens: await tokensOf(hub, log) }) };
}

async function tokensOf(hub: TestHub, log: WholeLog): Promise<CastFile['tokens']> {
  const regulatorId = newId('regulator');
  const { operator } = await hub.creditor({ regulatorId });
  const { operator: stranger } = await hub.creditor();
  const [agencyId, rivalId] = [await registerAgency(operator), await registerAgency(operator)];
  const { borrowerId } = await registerDebt(operator);
  const persons = (await log.events('borrowers.BorrowersRegistered')).flatMap(({ items }) => items);
  const personId = persons.find((item) => item['borrowerId'] === borrowerId && item['personId'] !== undefined)!['personId'] as string;
  const tokenOf = async (...given: Parameters<TestHub['caller']>): Promise<string> => (await hub.caller(...given)).token;
  return {
    operator: operator.token,
    stranger: stranger.token,
    agency: await tokenOf('PARTNER', agencyId, { scopes: ['placements:write', 'exports:write'] }),
    rival: await tokenOf('PARTNER', rivalId, { scopes: ['placements:write'] }),
    regulator: await tokenOf('REGULATOR', regulatorId, { scopes: ['exports:write'] }),
    borrower: await tokenOf('BORROWER', personId, { scopes: ['exports:write'] }),
  };
}
