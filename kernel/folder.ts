/**
 * Makes folders that are not there yet, level by level from the first that is. Refuses where nothing can be made: node's own
 * recursive mkdir asks for ever where a folder is there and a child of it is answered ENOENT, as /proc does.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { StartError } from './start-error';

/** The folders that were made, outermost first. */
export async function makeFolder(folder: string, mode: number): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path.resolve(folder); !(await isThere(at)); at = path.dirname(at)) missing.unshift(at);
  for (const each of missing) await makeOne(each, mode);
  return missing;
}

async function isThere(folder: string): Promise<boolean> {
  try {
    await fs.stat(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function makeOne(folder: string, mode: number): Promise<void> {
  try {
    await fs.mkdir(folder, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else made it meanwhile.
    if (code === 'EEXIST') return;
    if (code === 'ENOENT') throw new StartError(`The folder ${folder} cannot be made: nothing can be made in ${path.dirname(folder)}.`, 'Choose a folder on a disk.', error);
    throw error;
  }
}
