/** The ledger and its witnesses, over HTTP and a real database: cosignatures arrive, lost answers are retried, a rolled-back ledger stops. */
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE, auditPoolConfig } from '../../../audit/definition';
import { writeExport } from '../../../audit/export/write-export';
import { openLedger, type OpenedLedger } from '../../../audit/ledger-port';
import { formatAddCheckpoint, monitoringPath } from '../../../audit/log/add-checkpoint';
import { parseCheckpoint, signCheckpoint } from '../../../audit/log/checkpoint';
import { createCosignerKey } from '../../../audit/log/cosigner';
import { parseNote } from '../../../audit/log/note';
import { parseVkey } from '../../../audit/log/note-key';
import type { LedgerSigner } from '../../../audit/signer/ledger-signer';
import { openPemSigner } from '../../../audit/signer/pem-signer';
import { hubPolicy } from '../../../audit/witness/hub-policy';
import { prepareWitnessing } from '../../../audit/witness/witnessing';
import type { WitnessSubmitter } from '../../../audit/witness/witness-submitter';
import { latestCheckpoint } from '../../../audit/writer/checkpointer';
import { createLedger } from '../../../audit/writer/create-ledger';
import { Witness } from '../../../cli/witness/witness';
import { serveWitness } from '../../../cli/witness/witness-server';
import { openWitnessStore } from '../../../cli/witness/witness-store';
import { openRoomDatabase } from '../../../kernel/database/room-database';
import { Secret } from '../../../kernel/secret';
import { filesOf } from '../bundle-files';
import { testDatabase, type TestDatabase } from '../../support/test-database';
import { testDiagnostics } from '../../support/test-ledger';
import { receipts, submission } from '../ledger-fixture';

const KEY = createCosignerKey('witness.test/w1', Buffer.alloc(32, 5));
const WAIT_MS = 10_000;

interface Scene {
  readonly pool: Pool;
  readonly signer: LedgerSigner;
  readonly folder: string;
  witness(): Promise<string>;
  /** The hub's ledger with witnesses at these addresses. */
  open(...urls: readonly string[]): Promise<{ ledger: OpenedLedger; submitter: WitnessSubmitter }>;
  append(ledger: OpenedLedger, count: number): Promise<void>;
  /** A server that plays a witness. */
  proxy(answer: RequestListener): Promise<string>;
}

/** A claim about a new ledger in a database of its own. */
function witnessed(claim: string, run: (scene: Scene) => Promise<void>): void {
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
    async open(...urls) {
      const witnessing = prepareWitnessing(urls.map((url) => ({ vkey: KEY.vkey, url })), pool, [parseVkey(signer.vkey)], testDiagnostics());
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

async function until(claim: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(20)) if (await holds()) return;
  throw new Error(`${claim} did not come about`);
}

const cosignedSizes = async (pool: Pool): Promise<number[]> => (await pool.query<{ size: string }>('select size from cosignature order by size')).rows.map((row) => Number(row.size));
const sizeAt = async (url: string, origin: string): Promise<number> => parseCheckpoint(parseNote(await (await fetch(`${url}/${monitoringPath(origin)}`)).text()).text).size;
/** What somebody with the log's key let the witness cosign first. */
async function showOther({ signer }: Scene, url: string, size: number): Promise<void> {
  const checkpoint = await signCheckpoint({ origin: signer.name, size, root: Buffer.alloc(32, 9) }, signer);
  const { status } = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint }) });
  expect(status).toBe(200);
}

/** Room for whatever the ledger would sign if it did not refuse. */
const someTime = (): Promise<void> => pause(300);

witnessed('brings each checkpoint to its witness, and exports carry what came back', async (scene) => {
  const { pool, signer, folder } = scene;
  const url = await scene.witness();
  const { ledger, submitter } = await scene.open(url);
  await scene.append(ledger, 5);
  await submitter.settle(WAIT_MS);
  await scene.append(ledger, 3);
  await submitter.settle(WAIT_MS);
  const latest = await latestCheckpoint(pool);
  expect(await sizeAt(url, signer.name)).toBe(latest?.size);
  const file = path.join(folder, 'export.tar');
  const policy = hubPolicy(signer.vkey, [{ vkey: KEY.vkey, url }]) as Buffer;
  await writeExport({ pool, signer, policy, clock: () => new Date() }, { stream: null, from: null, until: null, mandate: null, requestedBy: null }, file);
  expect((await filesOf(await fs.readFile(file))).get('policy')).toEqual(policy);
  const report = await verifyBundle(file, { policy, now: new Date() });
  expect(report).toMatchObject({ outcome: 'verified', policy: { state: 'proven', reasons: [{ code: 'QUORUM_REACHED' }] }, time: { state: 'proven' } });
  expect(report.attested.map(({ size }) => size)).toEqual(await cosignedSizes(pool));
  expect(report.attested.length).toBeGreaterThan(1);
});

witnessed('submits again when the answer was lost (trap: witness state stored before the cosignature is delivered and never retried)', async (scene) => {
  const url = await scene.witness();
  let lost = 0;
  const proxy = await scene.proxy((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void fetch(url + (request.url ?? ''), { method: request.method ?? 'GET', ...(request.method === 'POST' && { body: Buffer.concat(chunks) }) }).then(async (answer) => {
        const body = await answer.text();
        // The witness has stored and cosigned; the hub never hears of it.
        if (request.method === 'POST' && answer.status === 200 && lost++ === 0) return response.destroy();
        return response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(body);
      });
    });
  });
  const { ledger } = await scene.open(proxy);
  await scene.append(ledger, 4);
  await until('a cosignature', async () => (await cosignedSizes(scene.pool)).length > 0);
  expect(lost).toBeGreaterThan(1);
});

witnessed('signs and appends while its witness is away, and is cosigned when it is back', async (scene) => {
  let away: string | null = null;
  const url = await scene.witness();
  const proxy = await scene.proxy((request, response) => {
    if (away === null) return response.destroy();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    return request.on('end', () => void fetch(`${away}${request.url}`, { method: request.method ?? 'GET', ...(request.method === 'POST' && { body: Buffer.concat(chunks) }) }).then(async (answer) => response.writeHead(answer.status).end(await answer.text())));
  });
  const { ledger } = await scene.open(proxy);
  await scene.append(ledger, 4);
  expect((await latestCheckpoint(scene.pool))?.size).toBeGreaterThanOrEqual(5);
  expect(await cosignedSizes(scene.pool)).toEqual([]);
  away = url;
  await until('a cosignature', async () => (await cosignedSizes(scene.pool)).length > 0);
});

witnessed('asks a witness that missed checkpoints for the newest one, not for those it missed', async (scene) => {
  const url = await scene.witness();
  let isAway = true;
  const asked: number[] = [];
  const proxy = await scene.proxy((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    return request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (request.method === 'POST') asked.push(parseCheckpoint(parseNote(body.subarray(body.indexOf('\n\n') + 2).toString()).text).size);
      if (isAway) return response.destroy();
      return void fetch(url + (request.url ?? ''), { method: request.method ?? 'GET', ...(request.method === 'POST' && { body }) }).then(async (answer) => response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text()));
    });
  });
  const { ledger } = await scene.open(proxy);
  await scene.append(ledger, 4);
  await until('a first request', () => asked.length > 0);
  await scene.append(ledger, 4);
  const latest = (await latestCheckpoint(scene.pool))!.size;
  expect(asked[0]).toBeLessThan(latest);
  isAway = false;
  await until('a cosignature of the newest', async () => (await cosignedSizes(scene.pool)).includes(latest));
  // What was missed is not asked for again: a witness that has seen more could only refuse it.
  expect(await cosignedSizes(scene.pool)).toEqual([latest]);
});

witnessed('that is older than what its witness saw signs nothing and appends nothing (threat: restored backup)', async (scene) => {
  const url = await scene.witness();
  await showOther(scene, url, 1_000);
  const { ledger } = await scene.open(url);
  await until('a refusal to go on', () => ledger.unready().some((reason) => reason.includes('contradicts itself')));
  await someTime();
  expect(await latestCheckpoint(scene.pool)).toBeNull();
  await expect(ledger.ledgerFor('debts').append('direct', [submission()], 1_000)).rejects.toThrow('no receipt');
});

witnessed('that is not the one its witness saw signs nothing more (threat: rewritten history)', async (scene) => {
  const url = await scene.witness();
  await showOther(scene, url, 1);
  const { ledger } = await scene.open(url);
  await until('a refusal to go on', () => ledger.unready().some((reason) => reason.includes('contradicts itself')));
  expect(await latestCheckpoint(scene.pool)).toBeNull();
});

witnessed('learns of a larger tree from a witness that was away at the start', async (scene) => {
  const url = await scene.witness();
  let isAway = true;
  const proxy = await scene.proxy((request, response) => {
    if (isAway) return response.destroy();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    return request.on('end', () => void fetch(url + (request.url ?? ''), { method: request.method ?? 'GET', ...(request.method === 'POST' && { body: Buffer.concat(chunks) }) }).then(async (answer) => response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text())));
  });
  await showOther(scene, url, 1_000);
  const { ledger } = await scene.open(proxy);
  await until('the first checkpoint', async () => (await latestCheckpoint(scene.pool)) !== null);
  isAway = false;
  await until('a refusal to go on', () => ledger.unready().some((reason) => reason.includes('contradicts itself')));
});

witnessed('is not stopped by a witness that only claims to have seen more', async (scene) => {
  let asked = 0;
  const liar = await scene.proxy((request, response) => {
    asked += 1;
    if (request.method === 'POST') return response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('1000000\n');
    return response.writeHead(200).end(`${scene.signer.name}\n1000000\n${Buffer.alloc(32, 7).toString('base64')}\n\n\u2014 ${scene.signer.name} ${Buffer.alloc(68).toString('base64')}\n`);
  });
  const { ledger } = await scene.open(liar);
  await until('a submission', () => asked > 2);
  await scene.append(ledger, 3);
  await someTime();
  expect(ledger.unready()).toEqual([]);
  expect((await latestCheckpoint(scene.pool))?.size).toBeGreaterThanOrEqual(4);
  expect(await cosignedSizes(scene.pool)).toEqual([]);
});
