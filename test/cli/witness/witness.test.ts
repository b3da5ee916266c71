/** The witness over HTTP, by the rules of C2SP tlog-witness; and what it keeps when things go wrong between storing and answering. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { formatAddCheckpoint, monitoringPath, originHash, parseAddCheckpoint } from '../../../audit/log/add-checkpoint';
import { parseCheckpointHead } from '../../../audit/log/checkpoint';
import { cosignersOf, createCosignerKey } from '../../../audit/log/cosigner';
import { openNote, parseNote, signNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey, parseVkey } from '../../../audit/log/note-key';
import { Witness } from '../../../cli/witness/witness';
import { serveWitness, type ServedWitness } from '../../../cli/witness/witness-server';
import { openWitnessStore, type WitnessStore } from '../../../cli/witness/witness-store';
import { growingLog } from './growing-log';

const KEY = createCosignerKey('witness.test/w1', Buffer.alloc(32, 77));
const witnessKey = parseVkey(KEY.vkey);
const LOG = growingLog(40);
const FORK = growingLog(40, { forkAt: 10, branch: 'b' });

let folder: string;
let served: ServedWitness[] = [];
let now = new Date('2026-11-21T20:00:00.000Z');
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-witness-'));
  now = new Date('2026-11-21T20:00:00.000Z');
});
afterEach(async () => {
  await Promise.all(served.map((one) => one.stop()));
  served = [];
  await fs.rm(folder, { recursive: true, force: true });
});

const witnessOf = (store: WitnessStore = openWitnessStore(folder)): Witness => new Witness({ secret: KEY.secret, logs: [parseVkey(LOG.vkey)], store, clock: () => now });
async function serve(witness = witnessOf(), prefix = ''): Promise<string> {
  const one = await serveWitness(witness, { host: '127.0.0.1', port: 0, prefix }, () => undefined);
  served.push(one);
  return one.url;
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}
async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() };
}
const post = (url: string, body: string): Promise<Answer> => ask(`${url}/add-checkpoint`, { method: 'POST', body });
const sizeOf = async (url: string): Promise<number | null> => {
  const { status, body } = await ask(`${url}/${monitoringPath(LOG.origin)}`);
  return status === 404 ? null : parseCheckpointHead(parseNote(body).text).size;
};

describe('a witness', () => {
  it('cosigns a log from its first checkpoint on, and shows the latest to monitors', async () => {
    const url = await serve();
    expect(await ask(`${url}/${monitoringPath(LOG.origin)}`)).toMatchObject({ status: 404 });
    for (const [from, to] of [[0, 3], [3, 8], [8, 8], [8, 20]] as const) {
      const { status, body } = await post(url, await LOG.request(from, to));
      expect(status).toBe(200);
      const opened = openNote((await LOG.checkpoint(to)) + body, [parseVkey(LOG.vkey), witnessKey]);
      expect(cosignersOf(opened, [witnessKey])).toEqual([{ key: witnessKey, at: now }]);
      const shown = await ask(`${url}/${monitoringPath(LOG.origin)}`);
      expect(shown).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8', body: (await LOG.checkpoint(to)) + body });
    }
  });

  it('answers an equal size with a fresh cosignature, so that a client can show how new its checkpoint is', async () => {
    const url = await serve();
    const first = await post(url, await LOG.request(0, 5));
    now = new Date(now.getTime() + 60_000);
    const second = await post(url, await LOG.request(5, 5));
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).not.toBe(first.body);
  });

  it('never dates a larger tree before a smaller one, though its clock is set back and it starts again', async () => {
    await post(await serve(), await LOG.request(0, 5));
    now = new Date(now.getTime() - 3_600_000);
    const { body } = await post(await serve(witnessOf()), await LOG.request(5, 6));
    expect(cosignersOf(openNote((await LOG.checkpoint(6)) + body, [witnessKey]), [witnessKey])).toEqual([{ key: witnessKey, at: new Date('2026-11-21T20:00:00.000Z') }]);
  });

  it('covers extension lines and further signatures, and stores only those it knows', async () => {
    const signer = openSigningKey(createSigningKey(LOG.origin, Buffer.alloc(32, 1)).secret);
    const stranger = openSigningKey(createSigningKey('stranger.test', Buffer.alloc(32, 9)).secret);
    const text = `${parseNote(await LOG.checkpoint(5)).text}an extension\n`;
    const url = await serve();
    expect(await post(url, formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: await signNote(text, [stranger, signer]) }))).toMatchObject({ status: 200 });
    const { body } = await ask(`${url}/${monitoringPath(LOG.origin)}`);
    expect(parseNote(body).text).toBe(text);
    expect(parseNote(body).signatures.map(({ name }) => name)).toEqual([LOG.origin, 'witness.test/w1']);
  });

  it('serves below a prefix and nowhere else', async () => {
    const url = await serve(witnessOf(), 'w/1');
    expect(await post(url, await LOG.request(0, 5))).toMatchObject({ status: 200 });
    expect(await sizeOf(url)).toBe(5);
    expect(await post(url.replace('/w/1', ''), await LOG.request(5, 6))).toMatchObject({ status: 404 });
  });
});

const changed = async (from: number, to: number, change: (body: string) => string): Promise<string> => {
  const body = await LOG.request(from, to);
  const other = change(body);
  if (other === body) throw new Error('the change changes nothing');
  return other;
};
const foreign = growingLog(40, { origin: 'log.test/two' });
const stolenName = growingLog(40, { seed: 2 });

describe('a request that a witness at size 12 refuses', () => {
  it.each<[string, number, () => Promise<string>]>([
    ['an empty body', 400, async () => ''],
    ['no old line', 400, () => changed(12, 20, (body) => body.replace(/^old 12\n/, ''))],
    ['an old size with a leading zero', 400, () => changed(12, 20, (body) => body.replace('old 12', 'old 012'))],
    ['an old size with a sign', 400, () => changed(12, 20, (body) => body.replace('old 12', 'old +12'))],
    ['a proof line that is no hash', 400, () => changed(12, 20, (body) => body.replace('old 12\n', 'old 12\nAAAA\n'))],
    ['64 proof lines', 400, () => changed(12, 20, (body) => body.replace('old 12\n', `old 12\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}`))],
    ['no empty line', 400, () => changed(12, 20, (body) => body.replaceAll('\n\n', '\n'))],
    ['a checkpoint without signature', 400, () => changed(12, 20, (body) => body.slice(0, body.lastIndexOf('\u2014')))],
    ['a size that is no number', 400, () => changed(12, 20, (body) => body.replace('\n20\n', '\ntwenty\n'))],
    ['a body of megabytes', 400, async () => 'x'.repeat(2_000_000)],
    ['an unknown log', 404, () => foreign.request(12, 20)],
    ['a known log under another key', 403, () => stolenName.request(12, 20)],
    ['a signature that does not hold', 403, () => changed(12, 20, (body) => body.replace(/.(.{8})\n$/, (all, end: string) => `${all.startsWith('A') ? 'B' : 'A'}${end}\n`))],
    ['an old size above that of the checkpoint', 400, async () => formatAddCheckpoint({ oldSize: 13, consistency: [], checkpoint: await LOG.checkpoint(12) })],
    ['an old size that is not the witness\'s: from the beginning again', 409, () => LOG.request(0, 20)],
    ['an old size that is not the witness\'s: behind', 409, () => LOG.request(11, 20)],
    ['an old size that is not the witness\'s: ahead', 409, () => LOG.request(13, 20)],
    ['a smaller checkpoint', 409, () => LOG.request(8, 11)],
    ['the empty tree', 409, async () => formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: await LOG.checkpoint(0) })],
    ['a fork with a proof of its own', 422, () => FORK.request(12, 20)],
    ['another tree of the same size', 422, () => FORK.request(12, 12)],
    ['no proof', 422, async () => formatAddCheckpoint({ oldSize: 12, consistency: [], checkpoint: await LOG.checkpoint(20) })],
    ['a proof from another size', 422, async () => formatAddCheckpoint({ oldSize: 12, consistency: await LOG.proof(11, 20), checkpoint: await LOG.checkpoint(20) })],
    ['a proof with a hash too many', 422, async () => formatAddCheckpoint({ oldSize: 12, consistency: [...(await LOG.proof(12, 20)), Buffer.alloc(32)], checkpoint: await LOG.checkpoint(20) })],
    ['a proof for an equal size', 422, async () => formatAddCheckpoint({ oldSize: 12, consistency: await LOG.proof(11, 12), checkpoint: await LOG.checkpoint(12) })],
  ])('%s → %d', async (_case, status, body) => {
    const url = await serve();
    await post(url, await LOG.request(0, 12));
    const answer = await post(url, await body());
    expect(answer.status).toBe(status);
    if (status === 409) expect(answer).toEqual({ status, type: 'text/x.tlog.size', body: '12\n' });
    expect(await sizeOf(url)).toBe(12);
    expect((await post(url, await LOG.request(12, 20))).status).toBe(200);
  });

  it.each<[string, () => Promise<string>]>([
    ['a proof from size 0', async () => formatAddCheckpoint({ oldSize: 0, consistency: [Buffer.alloc(32)], checkpoint: await LOG.checkpoint(5) })],
    ['size 0 with another root than the empty one', async () => {
      const signer = openSigningKey(createSigningKey(LOG.origin, Buffer.alloc(32, 1)).secret);
      return formatAddCheckpoint({ oldSize: 0, consistency: [], checkpoint: await signNote(`${LOG.origin}\n0\n${Buffer.alloc(32).toString('base64')}\n`, [signer]) });
    }],
  ])('at the very beginning: %s → 422', async (_case, body) => {
    const url = await serve();
    expect((await post(url, await body())).status).toBe(422);
    expect(await sizeOf(url)).toBeNull();
    expect((await post(url, await LOG.request(0, 0))).status).toBe(200);
    expect((await post(url, await LOG.request(0, 5))).status).toBe(200);
  });

  it.each<[string, string, string]>([
    ['GET', '/add-checkpoint', ''],
    ['POST', `/${monitoringPath(LOG.origin)}`, 'x'],
    ['GET', `/${originHash(LOG.origin).toUpperCase()}/checkpoint`, ''],
    ['GET', `/${originHash(LOG.origin)}/checkpoint/../checkpoint`, ''],
    ['GET', '/../../etc/passwd', ''],
    ['GET', '/', ''],
  ])('another path or method: %s %s → 404', async (method, at, body) => {
    const url = await serve();
    await post(url, await LOG.request(0, 12));
    const answer = await ask(url + at, { method, ...(body !== '' && { body }) });
    expect(answer.status === 404 || (at.includes('..') && answer.body === (await ask(`${url}/${monitoringPath(LOG.origin)}`)).body)).toBe(true);
  });

  it('keeps a fork as evidence that anybody can check', async () => {
    const url = await serve();
    await post(url, await LOG.request(0, 12));
    await post(url, await FORK.request(12, 12));
    const [name = ''] = await fs.readdir(path.join(folder, 'evidence', originHash(LOG.origin)));
    const evidence = await fs.readFile(path.join(folder, 'evidence', originHash(LOG.origin), name), 'utf8');
    const shown = (await ask(`${url}/${monitoringPath(LOG.origin)}`)).body;
    const trees = [evidence, shown].map((note) => parseCheckpointHead(openNote(note, [parseVkey(LOG.vkey)]).text));
    expect(trees.map(({ size }) => size)).toEqual([12, 12]);
    expect(trees[0]?.root.equals(trees[1]?.root as Buffer)).toBe(false);
  });
});

describe('requests that race', () => {
  const racing = async (urls: readonly string[]): Promise<void> => {
    await post(urls[0] as string, await LOG.request(0, 5));
    const bodies = await Promise.all(Array.from({ length: 30 }, (_, n) => LOG.request(5, 6 + n)));
    const answers = await Promise.all(bodies.map((body, n) => post(urls[n % urls.length] as string, body)));
    const won = answers.flatMap(({ status }, n) => (status === 200 ? [6 + n] : []));
    // All came from size 5: exactly one may continue it, all others learn the size it left.
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200)).toEqual(Array.from({ length: 29 }, () => ({ status: 409, type: 'text/x.tlog.size', body: `${won[0]}\n` })));
    for (const url of urls) expect(await sizeOf(url)).toBe(won[0]);
  };

  it('within one process: one is cosigned, none rolls the witness back (trap: check and store not atomic)', async () => racing([await serve()]));

  it('between two processes on one folder by mistake: the same', async () => racing([await serve(witnessOf(openWitnessStore(folder))), await serve(witnessOf(openWitnessStore(folder)))]));

  it('cosign sizes that only grow, whatever the order and number of requests', async () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const own = await fs.mkdtemp(path.join(folder, 'run-'));
        const witness = witnessOf(openWitnessStore(own));
        const bodies = await Promise.all(steps.map(([a, b, honest]) => (honest ? LOG : FORK).request(Math.min(a, b), Math.max(a, b))));
        const answers = await Promise.all(bodies.map((body) => witness.add(body)));
        const roots = new Map<number, string>();
        let size = 0;
        for (const [n, answer] of answers.entries()) {
          if (answer.status !== 200) continue;
          const { claim } = parseAddCheckpoint(bodies[n] as string);
          if (claim.size < size) return false;
          size = claim.size;
          const root = claim.root.toString('hex');
          if ((roots.get(size) ?? root) !== root) return false;
          roots.set(size, root);
        }
        return true;
      }),
      { numRuns: 25 },
    );
  });
});

describe('a witness that stored and lost its answer', () => {
  it('tells the client its size, and cosigns the same checkpoint again (trap: witness state stored before the cosignature is delivered and never retried)', async () => {
    const store = openWitnessStore(folder);
    const dying: WitnessStore = { ...store, save: async (...state) => (await store.save(...state), Promise.reject(new Error('killed'))) };
    expect(await post(await serve(witnessOf(dying)), await LOG.request(0, 12))).toMatchObject({ status: 500 });
    const url = await serve(witnessOf());
    expect(await post(url, await LOG.request(0, 12))).toEqual({ status: 409, type: 'text/x.tlog.size', body: '12\n' });
    expect((await post(url, await LOG.request(12, 12))).status).toBe(200);
  });

  it('that could not store has cosigned nothing', async () => {
    const full: WitnessStore = { ...openWitnessStore(folder), save: async () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) };
    const answer = await post(await serve(witnessOf(full)), await LOG.request(0, 12));
    expect(answer).toMatchObject({ status: 500 });
    expect(answer.body).not.toContain('\u2014');
    expect(await sizeOf(await serve(witnessOf()))).toBeNull();
  });

  it('does not believe a state that it did not sign', async () => {
    await post(await serve(), await LOG.request(0, 12));
    const state = path.join(folder, 'state', originHash(LOG.origin));
    await fs.writeFile(path.join(state, '2'), await LOG.checkpoint(5));
    expect(await post(await serve(witnessOf()), await LOG.request(5, 20))).toMatchObject({ status: 500 });
  });

  it('leaves no half-written state: a draft is never read', async () => {
    await post(await serve(), await LOG.request(0, 12));
    await fs.writeFile(path.join(folder, 'state', originHash(LOG.origin), 'abcdef.draft'), 'log.te');
    expect(await sizeOf(await serve(witnessOf()))).toBe(12);
  });
});
