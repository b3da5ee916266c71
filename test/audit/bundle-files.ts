/** The files of an export by name, as a strict reader gives them out, and an export made of files, honest or not. */
import { Readable } from 'node:stream';
import { readContainer } from '../../audit/bundle/container-reader';
import { memberHeader, padding, TRAILER } from '../../audit/bundle/member';

export interface Member {
  name: string;
  bytes: Buffer;
}

export async function unpack(bundle: Buffer): Promise<Member[]> {
  const members: Member[] = [];
  for await (const member of readContainer(Readable.from([bundle], { objectMode: false }))) members.push(member);
  return members;
}

export function repack(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(({ name, bytes }) => [memberHeader(name, bytes.length), bytes, Buffer.alloc(padding(bytes.length))]), TRAILER]);
}

export async function filesOf(bundle: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  return new Map((await unpack(bundle)).map(({ name, bytes }) => [name, bytes]));
}
