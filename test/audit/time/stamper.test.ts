/** Checkpoints stamped while the ledger works, over HTTP and a real database; an authority that is away delays nothing. */
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE, auditPoolConfig } from '../../../audit/definition';
import { writeExport } from '../../../audit/export/write-export';
import { openLedger } from '../../../audit/ledger-port';
import { openPemSigner } from '../../../audit/signer/pem-signer';
import { requestStamp } from '../../../audit/time/authority-client';
import { openStampVerifier } from '../../../audit/time/stamp-verifier';
import { openStamper } from '../../../audit/time/stamper';
import { createLedger } from '../../../audit/writer/create-ledger';
import { openRoomDatabase } from '../../../kernel/database/room-database';
import { Secret } from '../../../kernel/secret';
import { testDatabase } from '../../support/test-database';
import { testDiagnostics } from '../../support/test-ledger';
import { receipts, submission } from '../ledger-fixture';
import { testAuthority, type TestAuthority } from './test-authority';

const WAIT_MS = 10_000;
const never = new AbortController().signal;

interface ServedAuthority {
  readonly url: string;
  /** What happens instead of an honest answer. */
  mood: 'honest' | 'silent' | 'broken' | 'endless';
  stop(): Promise<unknown>;
}

async function serve(authority: TestAuthority): Promise<ServedAuthority> {
  const server = createServer((request, response) => {
    if (served.mood === 'silent') return response.destroy();
    if (served.mood === 'broken') return response.writeHead(500).end('no');
    if (served.mood === 'endless') return response.end(Buffer.alloc(1_000_000));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    return request.on('end', () => void authority.answer(Buffer.concat(chunks), new Date()).then((answer) => response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const served: ServedAuthority = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stamp`, mood: 'honest', stop };
  return served;
}

describe('an authority over HTTP', () => {
  it.each(['silent', 'broken', 'endless'] as const)('that is %s gives no token', async (mood) => {
    const served = await serve(await testAuthority());
    served.mood = mood;
    await expect(requestStamp(served.url, Buffer.from('x'), never)).rejects.toThrow();
    await served.stop();
  });
});

describe('the checkpoints of a ledger', () => {
  const database = testDatabase(AUDIT_DATABASE);

  it('are stamped as soon as the authority answers, once per interval, and exports carry the stamps', async () => {
    const authority = await testAuthority();
    const served = await serve(authority);
    served.mood = 'silent';
    const audit = await openRoomDatabase({ ...database.config, database: auditPoolConfig(database.config.database) }, AUDIT_DATABASE);
    const pool = audit.worker;
    const { origin } = database.config.ledger;
    const signer = openPemSigner(origin, new Secret(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
    await createLedger(pool, { origin, vkey: signer.vkey, now: new Date() });
    const ledger = await openLedger({ pool, signer, checkpointIntervalMs: 50, diagnostics: testDiagnostics() });
    const stamper = openStamper({ timestampUrl: served.url, timestampIntervalMs: 3_600_000 }, { pool, vkey: signer.vkey, isActive: () => ledger.isWriting, clock: () => new Date(), diagnostics: testDiagnostics() });
    const stamps = async (): Promise<number> => Number((await pool.query<{ count: string }>('select count(*) from checkpoint_timestamp')).rows[0]?.count);
    const append = async (): Promise<void> => {
      receipts(await ledger.ledgerFor('debts').append('direct', [submission()], WAIT_MS));
      await ledger.signNow();
    };
    try {
      await append();
      expect(await stamps()).toBe(0);
      served.mood = 'honest';
      for (const end = Date.now() + WAIT_MS; Date.now() < end && (await stamps()) === 0; ) await pause(20);
      await append();
      await pause(700);
      expect(await stamps()).toBe(1);
      const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-stamper-'));
      const file = path.join(folder, 'export.tar');
      await writeExport({ pool, signer, policy: null, clock: () => new Date() }, { stream: null, from: null, until: null, mandate: null, requestedBy: null }, file);
      const report = await verifyBundle(file, { vkey: signer.vkey, verifyStamp: openStampVerifier(authority.rootPem) });
      expect(report).toMatchObject({ outcome: 'verified', attested: [{ by: 'timestamp', name: 'Test Authority' }] });
      await fs.rm(folder, { recursive: true });
      await expect(pool.query('delete from checkpoint_timestamp')).rejects.toThrow();
    } finally {
      await stamper?.stop();
      await ledger.stop();
      await audit.close();
      await served.stop();
    }
  });
});
