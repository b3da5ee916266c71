/** The files of an export by name, as a strict reader gives them out. */
import { Readable } from 'node:stream';
import { readContainer } from '../../audit/bundle/container-reader';

export async function filesOf(bundle: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const { name, bytes } of readContainer(Readable.from([bundle], { objectMode: false }))) files.set(name, bytes);
  return files;
}
