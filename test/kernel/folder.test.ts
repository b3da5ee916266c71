/** Folders that have to be made on the way to a file: all of them, or a refusal that says where nothing can be made. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makeFolder } from '../../kernel/folder';

describe('a folder', () => {
  const home = mkdtempSync(path.join(os.tmpdir(), 'cession-folder-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('is made with all that lead to it, for their owner alone, and those are named', async () => {
    const [outer, inner] = [path.join(home, 'a'), path.join(home, 'a', 'b')];
    expect(await makeFolder(inner, 0o700)).toEqual([outer, inner]);
    for (const made of [outer, inner]) expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(await makeFolder(inner, 0o700)).toEqual([]);
  });

  it('that two make at once is made', async () => {
    const folder = path.join(home, 'c', 'd', 'e');
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder, 0o700)));
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it('is refused below a file', async () => {
    const file = path.join(home, 'file');
    writeFileSync(file, '');
    await expect(makeFolder(path.join(file, 'below'), 0o700)).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  (process.platform === 'linux' ? it : it.skip)('is refused where the system makes none, instead of being tried for ever (only Linux has /proc)', async () => {
    await expect(makeFolder('/proc/cession/below', 0o700)).rejects.toThrow('The folder /proc/cession cannot be made: nothing can be made in /proc.');
  });
});
