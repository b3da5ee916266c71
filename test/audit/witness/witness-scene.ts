/** A ledger in a database of its own with witnesses over HTTP, for claims about what they see of it. */
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { AUDIT_DATABASE, auditPoolConfig } from '../../../audit/definition';
import { openLedger, type OpenedLedger } from '../../../audit/ledger-port';
import { createCosignerKey } from '../../../audit/log/cosigner';
import { parseVkey } from '../../../audit/log/note-key';
import type { LedgerSigner } from '../../../audit/signer/ledger-signer';
import { openPemSigner } from '../../../audit/signer/pem-signer';
import type { WitnessAddress } from '../../../audit/witness/witness-client';
import { prepareWitnessing } from '../../../audit/witness/witnessing';
import type { WitnessSubmitter } from '../../../audit/witness/witness-submitter';
import { createLedger } from '../../../audit/writer/create-ledger';
import { Witness } from '../../../cli/witness/witness';
import { serveWitness } from '../../../cli/witness/witness-server';
import { openWitnessStore } from '../../../cli/witness/witness-store';
import { openRoomDatabase } from '../../../kernel/database/room-database';
import { Secret } from '../../../kernel/secret';
import { testDatabase, type TestDatabase } from '../../support/test-database';
import { testDiagnostics } from '../../support/test-ledger';
import { receipts, submission } from '../ledger-fixture';

export const KEY = createCosignerKey('witness.test/w1', Buffer.alloc(32, 5));
export const WAIT_MS = 10_000;

export interface Scene {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  readonly folder: string;
  witness(): Promise<string>;
  /** The hub's ledger with the witness at these addresses, or with others. */
  open(...witnesses: readonly (string | WitnessAddress)[]): Promise<{ ledger: OpenedLedger; submitter: WitnessSubmitter }>;
  append(ledger: OpenedLedger, count: number): Promise<void>;
  /** A server that plays a witness. */
  proxy(answer: RequestListener): Promise<string>;
}

/** A claim about a new ledger in a database of its own. */
export function witnessed(claim: string, run: (scene: Scene) => Promise<void>): void {
  describe('a witnessed ledger', () => {
    const database = testDatabase(AUDIT_DATABASE);
    const ends: (() => Promise<unknown>)[] = [];
    beforeAll(() =>
      database.beforeClose(async () => {
        for (const end of ends.reverse()) await end();
      }),
    );
    it(claim, async () => run(await makeScene(database, ends)));
  });
}

async function makeScene(database: TestDatabase, ends: (() => Promise<unknown>)[]): Promise<Scene> {
  const audit = await openRoomDatabase({ ...database.config, database: auditPoolConfig(database.config.database) }, AUDIT_DATABASE);
  ends.push(() => audit.close());
  const pool = audit.worker;
  const { origin } = database.config.ledger;
  const signer = openPemSigner(origin, new Secret(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
  await createLedger(pool, { origin, vkey: signer.vkey, now: new Date() });
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-witnessing-'));
  ends.push(() => fs.rm(folder, { recursive: true, force: true }));
  return {
    pool,
    signer,
    folder,
    async witness() {
      const witness = new Witness({ secret: KEY.secret, logs: [parseVkey(signer.vkey)], store: openWitnessStore(folder), clock: () => new Date() });
      const served = await serveWitness(witness, { host: '127.0.0.1', port: 0, prefix: '' }, () => undefined);
      ends.push(() => served.stop());
      return served.url;
    },
    async open(...witnesses) {
      const addresses = witnesses.map((witness) => (typeof witness === 'string' ? { vkey: KEY.vkey, url: witness } : witness));
      const witnessing = prepareWitnessing(addresses, pool, [parseVkey(signer.vkey)], testDiagnostics());
      const ledger = await openLedger({ pool, signer, checkpointIntervalMs: 50, seen: witnessing.seen, diagnostics: testDiagnostics() });
      const submitter = witnessing.begin(() => ledger.isWriting);
      ends.push(() => submitter.stop().then(() => ledger.stop()));
      return { ledger, submitter };
    },
    async append(ledger, count) {
      receipts(await ledger.ledgerFor('debts').append('direct', Array.from({ length: count }, () => submission()), WAIT_MS));
      await ledger.signNow();
    },
    async proxy(answer) {
      const server = createServer(answer);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      ends.push(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
  };
}

export async function until(claim: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(20)) if (await holds()) return;
  throw new Error(`${claim} did not come about`);
}

export const cosignedSizes = async (pool: Pool): Promise<number[]> => (await pool.query<{ size: string }>('select size from cosignature order by size')).rows.map((row) => Number(row.size));
