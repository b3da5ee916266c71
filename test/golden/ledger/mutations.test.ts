/**
 * The mutated exports as files: made from the golden exports beside them, and each found broken for the reason that was
 * reviewed. `npm run golden` makes them again; what a verifier says of them is part of the format.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { verifyBundle } from '../../../audit/bundle/verify-bundle';
import { ASPECTS, type Report } from '../../../audit/log/verdict';
import { repack, unpack } from '../../audit/bundle-files';
import { REWRITES_GOLDEN } from '../../support/test-run';
import { MUTATIONS, type Mutation } from './mutations';

const FOLDER = path.join(__dirname, 'mutations');
const EXPECTED = path.join(FOLDER, 'expected.json');
const fileOf = (name: string): string => path.join(FOLDER, `${name}.tar.gz`);
const original = (of: Mutation['of']): Buffer => readFileSync(path.join(__dirname, `${of}.tar`));

interface Found {
  readonly aspect: string;
  readonly code: string;
  readonly file?: string;
  readonly index?: number;
}

async function mutated({ of, change }: Mutation): Promise<Buffer> {
  const members = (await unpack(original(of))).map(({ name, bytes }) => ({ name, bytes: Buffer.from(bytes) }));
  return change(members) ?? repack(members);
}

const verify = (bytes: Buffer, vkey: string): Promise<Report> => verifyBundle(Readable.from([bytes], { objectMode: false }), { vkey });

async function vkeyOf(of: Mutation['of']): Promise<string> {
  const [manifest] = await unpack(original(of));
  return (/"vkey":"([^"]+)"/.exec(manifest!.bytes.toString()) as unknown as [string, string])[1];
}

function foundIn(report: Report): Found {
  const aspect = ASPECTS.find((each) => report[each].state === 'failed') ?? 'none';
  const { code, file, index } = aspect === 'none' ? { code: report.outcome } : report[aspect].reasons[0]!;
  return { aspect, code, ...(file === undefined ? {} : { file }), ...(index === undefined ? {} : { index }) };
}

describe('a mutated export', () => {
  beforeAll(async () => {
    if (!REWRITES_GOLDEN) return;
    const expected: Record<string, Found> = {};
    for (const mutation of MUTATIONS) {
      const bytes = await mutated(mutation);
      writeFileSync(fileOf(mutation.name), gzipSync(bytes, { level: 9 }));
      expected[mutation.name] = foundIn(await verify(bytes, await vkeyOf(mutation.of)));
    }
    writeFileSync(EXPECTED, `${JSON.stringify(expected, null, 2)}\n`);
  });

  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s is found', async (name, { of }) => {
    const expected = JSON.parse(readFileSync(EXPECTED, 'utf8')) as Record<string, Found>;
    const report = await verify(gunzipSync(readFileSync(fileOf(name))), await vkeyOf(of));
    expect(report.outcome).toBe('broken');
    expect(foundIn(report)).toEqual(expected[name]);
  });

  it('has a file for each, and no file else', () => {
    expect(readdirSync(FOLDER).sort()).toEqual([...MUTATIONS.map(({ name }) => `${name}.tar.gz`), 'expected.json'].sort());
  });

  it('was an export that is verified before', async () => {
    for (const kind of ['log', 'stream'] as const) expect((await verify(original(kind), await vkeyOf(kind))).outcome).toBe('verified');
  });
});
