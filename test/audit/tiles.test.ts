/** The log as tiles over HTTP, through the gateway: a stranger rebuilds the signed root, and only who may reads the entries. */
import { gunzipSync } from 'node:zlib';
import { request as rawRequest } from 'node:http';
import { once } from 'node:events';
import { parseEntry } from '../../audit/log/entry';
import { parseVkey } from '../../audit/log/note-key';
import { verifyCheckpoint } from '../../audit/log/checkpoint';
import { proveInclusion } from '../../audit/log/proof';
import { decodeEntryBundle, decodeTile, tileNodes, tilePath, tilesOf, type Tile } from '../../audit/log/tiles';
import { CompactRange, leafHash, verifyInclusion } from '../../audit/log/tree';
import { orderPruning } from '../../audit/retention/pruning';
import { newId } from '../../schema/ids';
import type { Audience } from '../../schema/vocabulary';
import { openSample, ORGS, type Sample } from '../gateway/open-sample';
import { testDatabase } from '../support/test-database';
import { AUDIT_ROOM_DATABASES, openTestAuditRoom, type TestAuditRoom } from './audit-room';
import { receipts, submission } from './ledger-fixture';

/** Two full tiles of leaf hashes, a partial one, and a partial one of the level above. */
const ENTRIES = 560;
const [bankA, bankB] = [newId('creditor'), newId('creditor')];

let room: TestAuditRoom;
let sample: Sample;
const database = testDatabase(...AUDIT_ROOM_DATABASES);
database.beforeClose(() => sample.stop());

const tokenOf = (audience: Audience, scopes: readonly string[] = ['ledger:all'], org = ORGS[audience]): Promise<string> =>
  sample.issuer.mintToken({ audience, org, sub: audience === 'BORROWER' ? org : 'reader', scopes });

/** The path as it is, however a client library would tidy it. */
async function ask(target: string, token: string | null, options: { method?: string; headers?: Record<string, string> } = {}): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }> {
  const url = new URL(sample.gateway.url);
  const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers };
  const request = rawRequest({ host: url.hostname, port: url.port, path: target, method: options.method ?? 'GET', headers }).end();
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

beforeAll(async () => {
  room = await openTestAuditRoom(database);
  sample = await openSample({ routes: room.audit.routes });
  receipts(await room.audit.ledger.ledgerFor('debts').append('direct', Array.from({ length: ENTRIES }, () => submission()), 30_000));
  await room.mandate(bankA, ORGS.REGULATOR);
  await room.settled();
  await room.audit.ledger.signNow();
}, 60_000);

async function checkpoint(): Promise<{ size: number; root: Buffer }> {
  const { body } = await ask('/ledger/checkpoint', await tokenOf('PARTNER', []));
  return verifyCheckpoint(body.toString(), parseVkey(room.signer.vkey));
}

describe('checkpoint and hash tiles', () => {
  it.each(['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'] as const)('lead any caller to the signed root: %s', async (audience) => {
    const token = await tokenOf(audience, []);
    const { size, root } = await checkpoint();
    const range = CompactRange.empty();
    const nodes = new Map<string, Buffer>();
    for (const tile of tilesOf(size)) {
      const { status, body, headers } = await ask(`/ledger/${tilePath(tile)}`, token);
      expect([status, headers['content-type']]).toEqual([200, 'application/octet-stream']);
      const hashes = decodeTile(body, tile.width);
      tileNodes(tile).forEach((node, at) => nodes.set(`${node.level} ${node.index}`, hashes[at]!));
      if (tile.level === 0) for (const hash of hashes) range.append(hash);
    }
    expect(range.root()).toEqual(root);
    // The level above is what the leaves say: its first hash is the root of the first 256.
    const first = CompactRange.empty();
    for (let at = 0; at < 256; at += 1) first.append(nodes.get(`0 ${at}`)!);
    expect(nodes.get('8 0')).toEqual(first.root());
  });

  it('are not for who has no token, or a bad one', async () => {
    for (const target of ['/ledger/checkpoint', '/ledger/tile/0/000', '/ledger/tile/entries/000', '/ledger/tile/0/nothing']) {
      expect((await ask(target, null)).status).toBe(401);
      expect((await ask(target, `${await tokenOf('PARTNER')}x`)).status).toBe(401);
    }
  });

  it('say how long they may be kept, and by whom: never by a cache that others share', async () => {
    const token = await tokenOf('PARTNER');
    const { size } = await checkpoint();
    const cached = async (target: string): Promise<unknown> => (await ask(target, token)).headers['cache-control'];
    expect(await cached('/ledger/tile/0/000')).toBe('private, max-age=31536000, immutable');
    expect(await cached(`/ledger/tile/0/002.p/${size - 512}`)).toBe('private, max-age=60');
    expect(await cached('/ledger/checkpoint')).toBe('private, no-cache');
    const { headers } = await ask('/ledger/checkpoint', token);
    expect([headers['content-type'], headers['vary']]).toEqual(['text/plain; charset=utf-8', 'authorization']);
  });

  it('are not sent again to who has them, and a HEAD tells of them without a body', async () => {
    const token = await tokenOf('PARTNER');
    const whole = await ask('/ledger/tile/0/000', token);
    const again = await ask('/ledger/tile/0/000', token, { headers: { 'if-none-match': String(whole.headers['etag']) } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const told = await ask('/ledger/tile/0/000', token, { method: 'HEAD' });
    expect([told.status, told.headers['content-length'], told.body.length]).toEqual([200, '8192', 0]);
    const stale = await ask('/ledger/tile/0/000', token, { headers: { 'if-none-match': '"other"' } });
    expect([stale.status, stale.body.equals(whole.body)]).toEqual([200, true]);
  });

  it('serve every partial tile within the signed tree, also where the full one exists (trap: partial tile replaced by full)', async () => {
    const token = await tokenOf('PARTNER');
    const full = (await ask('/ledger/tile/0/001', token)).body;
    for (const width of [1, 17, 255]) expect((await ask(`/ledger/tile/0/001.p/${width}`, token)).body.equals(full.subarray(0, width * 32))).toBe(true);
  });
});

describe('what is no tile of the log', () => {
  it.each([
    ['beyond the tree', '/ledger/tile/0/003'],
    ['a full tile that is not full yet', '/ledger/tile/0/002'],
    ['wider than the tree', '/ledger/tile/0/002.p/255'],
    ['a level that has no hash', '/ledger/tile/2/000.p/1'],
    ['no hash at all', '/ledger/tile/0/000.p/0'],
    ['a partial tile of full width', '/ledger/tile/0/000.p/256'],
    ['a level written with a leading zero', '/ledger/tile/00/000'],
    ['a level beyond the last', '/ledger/tile/64/000'],
    ['a width written with a leading zero', '/ledger/tile/0/000.p/01'],
    ['a number of two digits', '/ledger/tile/0/00'],
    ['a number without groups', '/ledger/tile/0/1000'],
    ['groups without x', '/ledger/tile/0/000/001'],
    ['a leading group of zeros', '/ledger/tile/0/x000/001'],
    ['a number beyond what a number can hold', `/ledger/tile/0/${'x999/'.repeat(8)}999`],
    ['a number of ten thousand groups', `/ledger/tile/0/${'x999/'.repeat(2_000)}999`],
    ['a path that climbs', '/ledger/tile/../checkpoint'],
    ['a path that climbs to the port of the rooms', '/ledger/tile/../read?from=0&limit=1&waitMs=0'],
    ['escaped digits', '/ledger/tile/0/%30%30%30'],
    ['an escaped slash', '/ledger/tile%2f0/000'],
    ['a slash at the end', '/ledger/tile/0/000/'],
    ['two slashes', '/ledger//tile/0/000'],
    ['other case', '/ledger/TILE/0/000'],
    ['a query', '/ledger/tile/0/000?a=1'],
    ['a query of the checkpoint', '/ledger/checkpoint?a=1'],
    ['below the checkpoint', '/ledger/checkpoint/000'],
    ['the rooms’ own port', '/ledger/read?from=0&limit=1&waitMs=0'],
  ])('is not found: %s', async (_case, target) => {
    expect((await ask(target, await tokenOf('PARTNER'))).status).toBe(404);
  });

  it('is not found by another method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await ask('/ledger/tile/0/000', await tokenOf('PARTNER'), { method })).status).toBe(404);
  });
});

describe('entry bundles', () => {
  const bundle = (token: string, tile: Omit<Tile, 'level'> = { index: 0, width: 256 }, headers = {}): ReturnType<typeof ask> => ask(`/ledger/${tilePath({ ...tile, level: null })}`, token, { headers });

  it('are for staff of the only creditor, with scope and authority, until there is another one', async () => {
    const staff = (scopes?: readonly string[]): Promise<string> => tokenOf('INTERNAL', scopes, bankA);
    expect((await bundle(await staff())).status).toBe(403);
    await room.authority(bankA, 'reader');
    await room.settled();
    expect((await bundle(await staff())).status).toBe(200);
    expect((await bundle(await staff([]))).status).toBe(403);
    await room.creditor(bankB);
    await room.settled();
    expect((await bundle(await staff())).status).toBe(403);
  });

  it.each([
    ['a partner', 'PARTNER'],
    ['a borrower', 'BORROWER'],
    ['staff without authority', 'INTERNAL'],
    ['a regulator who supervises one creditor of two', 'REGULATOR'],
  ] as const)('are refused to %s, even with the scope', async (_who, audience) => {
    const { status, body } = await bundle(await tokenOf(audience));
    expect([status, JSON.parse(body.toString())]).toMatchObject([403, { errors: [{ extensions: { code: 'NOT_PERMITTED', ruleId: 'LEDGER-EVERY-CREDITOR' } }] }]);
  });

  describe('for a regulator who supervises every creditor of the log', () => {
    beforeAll(async () => {
      await room.mandate(bankB, ORGS.REGULATOR);
      await room.settled();
    });

    it('are refused without the scope', async () => {
      const { status, body } = await bundle(await tokenOf('REGULATOR', ['exports:write']));
      expect([status, JSON.parse(body.toString())]).toMatchObject([403, { errors: [{ extensions: { ruleId: 'SCOPE-HELD' } }] }]);
    });

    it('hold the entries that the tiles of hashes name, and one of them is proven under the checkpoint', async () => {
      const token = await tokenOf('REGULATOR');
      const { size, root } = await checkpoint();
      const leaves: Buffer[] = [];
      const entries: Buffer[] = [];
      for (const tile of tilesOf(size)) {
        if (tile.level !== 0) continue;
        leaves.push(...decodeTile((await ask(`/ledger/${tilePath(tile)}`, token)).body, tile.width));
        entries.push(...decodeEntryBundle((await bundle(token, tile)).body, tile.width));
      }
      expect(entries.map(leafHash)).toEqual(leaves);
      const index = 300;
      const proof = await proveInclusion(index, size, async (nodes) =>
        nodes.map((node) => {
          const range = CompactRange.empty();
          for (const leaf of leaves.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level)) range.append(leaf);
          return range.root();
        }),
      );
      expect(verifyInclusion(index, size, leafHash(entries[index]!), proof, root)).toBe(true);
      expect(parseEntry(entries[index]!).index).toBe(index);
    });

    it('travel compressed to who asks for that, under another tag', async () => {
      const token = await tokenOf('REGULATOR');
      const plain = await bundle(token);
      const zipped = await bundle(token, { index: 0, width: 256 }, { 'accept-encoding': 'gzip' });
      expect(zipped.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
      expect(zipped.headers['etag']).not.toBe(plain.headers['etag']);
      expect([plain.headers['content-encoding'], plain.headers['cache-control']]).toEqual([undefined, 'private, max-age=31536000, immutable']);
    });

    it('are given to so many at once, and to the others later', async () => {
      const token = await tokenOf('REGULATOR');
      const answers = await Promise.all(Array.from({ length: 40 }, () => bundle(token)));
      const refused = answers.filter(({ status }) => status !== 200);
      expect(answers.length - refused.length).toBeGreaterThanOrEqual(8);
      expect(refused.filter(({ status, headers }) => status !== 503 || headers['retry-after'] !== '1')).toEqual([]);
      // Every place was given back.
      for (let at = 0; at < 10; at += 1) expect((await bundle(token)).status).toBe(200);
    });

    it('end where the checkpoint ends', async () => {
      const token = await tokenOf('REGULATOR');
      expect((await bundle(token, { index: 3, width: 1 })).status).toBe(404);
      expect((await ask('/ledger/tile/entries/000.p/0', token)).status).toBe(404);
    });

    it('are not served below the minimum index, which everybody may read, while every hash still is', async () => {
      const token = await tokenOf('REGULATOR');
      const minimum = async (): Promise<string> => (await ask('/ledger/minimum-index', await tokenOf('PARTNER', []))).body.toString();
      expect(await minimum()).toBe('0\n');
      await orderPruning(room.audit.room.database.worker, { from: 0, minimumIndex: 256, counts: new Map(), keptBy: null }, new Date());
      while ((await minimum()) !== '256\n') await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await bundle(token, { index: 0, width: 256 })).status).toBe(404);
      expect((await bundle(token, { index: 0, width: 255 })).status).toBe(404);
      expect((await bundle(token, { index: 1, width: 256 })).status).toBe(200);
      expect((await ask('/ledger/tile/0/000', token)).status).toBe(200);
      expect((await ask('/ledger/minimum-index', null)).status).toBe(401);
    });

    it('are refused again once a creditor comes that he does not supervise', async () => {
      await room.creditor(newId('creditor'));
      await room.settled();
      expect((await bundle(await tokenOf('REGULATOR'))).status).toBe(403);
    });
  });
});
