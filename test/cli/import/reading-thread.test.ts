/** A portfolio read in a thread of its own is the one read in place, down to its faults. Threads run compiled files. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ImportError } from '../../../cli/import/import-error';
import { parseMapping } from '../../../cli/import/mapping';
import { readParts } from '../../../cli/import/portfolio-parts';
import { CSV, MAPPING } from './scene';

const COMPILED = path.resolve(__dirname, '../../../dist/cli/import/reading-thread.js');
/** Writes each part as a line, and as the last one why there are no more. */
const READ = `const { readPartsInThread } = require(${JSON.stringify(COMPILED)});
  const [file, mapping, answers, most] = process.argv.slice(1);
  const say = (line) => require('node:fs').appendFileSync(answers, JSON.stringify(line) + '\\n');
  (async () => {
    let parts = 0;
    try {
      for await (const part of readPartsInThread({ file, mapping })) {
        say(part);
        if (++parts === Number(most)) break;
      }
    } catch ({ name, code, line, message }) {
      say({ name, code, line, message });
    }
  })();`;
const ROWS = 20_000;

let folder: string;
let asked = 0;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-thread-'));
});
afterAll(() => fs.rm(folder, { recursive: true }));

async function written(content: string): Promise<string> {
  const file = path.join(folder, 'portfolio.csv');
  await fs.writeFile(file, content);
  return file;
}

async function inThread(file: string, most = Number.POSITIVE_INFINITY): Promise<unknown[]> {
  const answers = path.join(folder, `${(asked += 1)}.jsonl`);
  await promisify(execFile)(process.execPath, ['-e', READ, file, MAPPING, answers, String(most)]);
  return (await fs.readFile(answers, 'utf8')).trim().split('\n').map((line): unknown => JSON.parse(line));
}

async function inPlace(file: string): Promise<unknown[]> {
  const parts: unknown[] = [];
  try {
    for await (const part of readParts(file, parseMapping(MAPPING))) parts.push(JSON.parse(JSON.stringify(part)));
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const { name, code, line, message } = error;
    parts.push({ name, code, line, message });
  }
  return parts;
}

const header = CSV.slice(0, CSV.indexOf('\n') + 1);
const many = `${header}${Array.from({ length: ROWS }, (_, at) => `${at + 1},${at + 1},${at % 3 === 0 ? '' : '10.50'},${(at % 5) * 30}`).join('\n')}\n`;

(existsSync(COMPILED) ? describe : describe.skip)('a portfolio read in a thread', () => {
  it('of a few rows is the one read in place', async () => {
    const file = await written(CSV);
    expect(await inThread(file)).toEqual(await inPlace(file));
  });

  it('comes in the same parts, however many, and the last one has the hash of the file', async () => {
    const file = await written(many);
    const parts = await inThread(file);
    expect(parts).toHaveLength(1 + ROWS / 1_000);
    expect(parts).toEqual(await inPlace(file));
    expect(parts.at(-1)).toMatchObject({ rows: ROWS, fileHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  });

  it('ends with its reader, who may stop early', async () => {
    expect(await inThread(await written(many), 2)).toHaveLength(2);
  });

  it.each([
    ['a broken quote', `${many}"1,2,3,4\n`, 'NOT_CSV'],
    ['another header', 'a,b,c,d\n1,2,3,4\n', 'WRONG_HEADER'],
    ['bytes that are no text', `${many}\u0000,2,3,4\n`, 'WRONG_ENCODING'],
  ])('is refused for %s as in place', async (_fault, content, code) => {
    const file = await written(content);
    const answers = await inThread(file);
    expect(answers.at(-1)).toMatchObject({ name: 'ImportError', code });
    expect(answers.at(-1)).toEqual((await inPlace(file)).at(-1));
  });
});
