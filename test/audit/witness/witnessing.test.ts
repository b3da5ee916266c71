/** The ledger and its witnesses, over HTTP and a real database: cosignatures arrive, lost answers are retried, a rolled-back ledger stops. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { writeExport } from '../../../audit/export/write-export';
import { formatAddCheckpoint, monitoringPath } from '../../../audit/log/add-checkpoint';
import { parseCheckpoint, signCheckpoint } from '../../../audit/log/checkpoint';
import { parseNote } from '../../../audit/log/note';
import { hubPolicy } from '../../../audit/witness/hub-policy';
import { latestCheckpoint } from '../../../audit/writer/checkpointer';
import { filesOf } from '../bundle-files';
import { submission } from '../ledger-fixture';
import { cosignedSizes, KEY, until, WAIT_MS, witnessed, type Scene } from './witness-scene';

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

witnessed('submits again when the answer was lost (trap: witness state stored before the cosignature is delivered and never retried) (fault: the witness loses its answer, persisted)', async (scene) => {
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

witnessed('signs and appends while its witness is away, and is cosigned when it is back (fault: the witness loses its answer, not persisted)', async (scene) => {
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
