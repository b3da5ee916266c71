/** CSV files as they come: which are read alike, and which are refused, at which line, without a word of their content. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { openCsv, type CsvRecord } from '../../../cli/import/csv-records';
import { ImportError } from '../../../cli/import/import-error';
import { LINE_BYTES_MAX } from '../../../cli/import/line-gate';

const SHAPE = { delimiter: ',', columns: ['a', 'b'], header: true };
let folder: string;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-csv-'));
});
afterAll(() => fs.rm(folder, { recursive: true }));

async function recordsOf(content: string | Buffer, shape = SHAPE): Promise<CsvRecord[]> {
  const file = path.join(folder, 'portfolio.csv');
  await fs.writeFile(file, content);
  const records: CsvRecord[] = [];
  for await (const record of openCsv(file, shape).records) records.push(record);
  return records;
}

async function faultOf(content: string | Buffer): Promise<ImportError> {
  try {
    await recordsOf(content);
  } catch (error) {
    if (error instanceof ImportError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

const cells = (records: readonly CsvRecord[]) => records.map((record) => record.cells);

describe('a CSV file', () => {
  it.each<[string, string]>([
    ['with line feeds', 'a,b\n1,2\n3,4\n'],
    ['with carriage returns and line feeds', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['with both', 'a,b\r\n1,2\n3,4\r\n'],
    ['without a line end at its end', 'a,b\n1,2\n3,4'],
    ['with a byte order mark', '\uFEFFa,b\n1,2\n3,4\n'],
    ['with empty lines', 'a,b\n\n1,2\n\n3,4\n\n'],
    ['with quotes', '"a","b"\n"1","2"\n3,4\n'],
  ])('%s gives the same rows', async (_case, content) => {
    expect(cells(await recordsOf(content))).toEqual([['1', '2'], ['3', '4']]);
  });

  it('numbers lines through quoted line ends and empty lines, and rows without them', async () => {
    const records = await recordsOf('a,b\n"1\n1",2\n\n3,4\n');
    expect(records.map(({ line, rowNo }) => [line, rowNo])).toEqual([[2, 1], [5, 2]]);
  });

  it('keeps a character whose bytes lie on both sides of a read', async () => {
    const filler = 'x'.repeat(262_144 - 'a,b\n'.length - 1);
    const [record] = await recordsOf(`a,b\n${filler}漢字,2\n`);
    expect(record!.cells[0]).toBe(`${filler}漢字`);
  });

  it('gives a short row as it is: the mapping rejects it, the file goes on', async () => {
    expect(cells(await recordsOf('a,b\n1\n3,4\n'))).toEqual([['1'], ['3', '4']]);
  });
});

describe('a file that is not CSV as agreed', () => {
  const latin1 = Buffer.concat([Buffer.from('a,b\n1,2\nM'), Buffer.from([0xfc]), Buffer.from('ller,4\n')]);
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\n1,2\n', 'utf16le')]);

  it.each<[string, string | Buffer, string, number | null]>([
    ['is empty', '', 'WRONG_HEADER', 1],
    ['names other columns', 'a,c\n1,2\n', 'WRONG_HEADER', 1],
    ['names a column too many', 'a,b,c\n1,2,3\n', 'WRONG_HEADER', 1],
    ['is in Latin-1', latin1, 'WRONG_ENCODING', 3],
    ['is in UTF-16 with its mark', utf16, 'WRONG_ENCODING', 1],
    ['is in UTF-16 without its mark', Buffer.from('a,b\n1,2\n', 'utf16le'), 'WRONG_ENCODING', 1],
    ['does not close a quote', 'a,b\n1,2\n"3,4\n5,6\n', 'NOT_CSV', 4],
    ['goes on after a closing quote', 'a,b\n1,2\n"3"x,4\n', 'NOT_CSV', 3],
  ])('because it %s is refused, naming the line', async (_case, content, code, line) => {
    const fault = await faultOf(content);
    expect([fault.code, fault.line]).toEqual([code, line]);
  });

  it('never has its content repeated in the message', async () => {
    const fault = await faultOf('a,b\nWang Xiaoming,"13800138000"9\n');
    expect(fault.message).not.toMatch(/Wang|1380/);
  });

  it('is refused for a line without end before that line is in memory', async () => {
    const file = path.join(folder, 'long.csv');
    const handle = await fs.open(file, 'w');
    await handle.write('a,b\n1,2\n');
    const block = Buffer.alloc(1_048_576, 0x61);
    for (let written = 0; written < 200; written += 1) await handle.write(block);
    await handle.close();
    const csv = openCsv(file, SHAPE);
    const read = (async () => {
      for await (const record of csv.records) expect(record.rowNo).toBe(1);
    })();
    await expect(read).rejects.toMatchObject({ code: 'LINE_TOO_LONG', line: 3 });
    expect(csv.bytesRead).toBeLessThan(2 * LINE_BYTES_MAX + 1_048_576);
  });

  it('is refused when it is not there', async () => {
    const { records } = openCsv(path.join(folder, 'absent.csv'), SHAPE);
    await expect(records[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
