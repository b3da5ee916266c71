/** What follows the example log when its key changes: the entry, the first checkpoint over it, and its line in later exports. */
import { formatCheckpoint } from '../../../audit/log/checkpoint';
import { writeEntry, ZERO_HASH } from '../../../audit/log/entry';
import { sealEvent } from '../../../audit/log/event';
import { formatKeyChanges } from '../../../audit/log/keys-file';
import { ROTATION_TYPE, signRotation, type KeyHolder } from '../../../audit/log/log-keys';
import { signNote } from '../../../audit/log/note';
import { createSigningKey, openSigningKey } from '../../../audit/log/note-key';
import { proveInclusion } from '../../../audit/log/proof';
import type { CompactRange } from '../../../audit/log/tree';
import { ORIGIN } from './example-log';

const NEXT = openSigningKey(createSigningKey(ORIGIN, Buffer.from(Array.from({ length: 32 }, (_, i) => 64 + i))).secret);
const AT = '2026-11-21T20:40:00.000Z';

interface ExampleLog {
  readonly range: CompactRange;
  readonly nodes: Map<string, Buffer>;
  readonly leaves: readonly Buffer[];
  readonly signer: KeyHolder;
  readonly drawSalt: () => string;
}

/** Texts by the name of their example. Appends to the range, so it comes after everything that is made from the log before. */
export async function changeKey({ range, nodes, leaves, signer, drawSalt }: ExampleLog): Promise<[string, string][]> {
  const index = leaves.length;
  const facts = await signRotation(signer, NEXT);
  const id = `event_${String(index).padStart(26, '0')}`;
  const { bytes: event } = sealEvent({ type: ROTATION_TYPE, typeVersion: 1, id, occurredAt: AT, actor: { audience: 'SYSTEM', method: 'worker' }, facts: { ...facts }, retention: 'STANDING' }, drawSalt);
  const source = 'audit/direct';
  const place = { index, prev: (leaves.at(-1) as Buffer).toString('base64url'), recordedAt: AT, source, sourceSeq: 2 };
  const { bytes, leafHash } = writeEntry(place, event, [{ stream: `source:${source}`, n: 1, prev: ZERO_HASH }], drawSalt);
  range.append(leafHash, ({ level, index: at }, hash) => nodes.set(`${level}/${at}`, hash));
  const size = index + 1;
  const checkpoint = await signNote(formatCheckpoint({ origin: ORIGIN, size, root: range.root() }), [signer, NEXT]);
  const proof = await proveInclusion(index, size, async (wanted) => wanted.map(({ level, index: at }) => nodes.get(`${level}/${at}`) as Buffer));
  return [
    ['nextvkey', NEXT.vkey],
    ['rotation', facts.statement.trimEnd()],
    ['rotationentry', bytes.toString()],
    ['nextcheckpoint', checkpoint.trimEnd()],
    ['keychange', formatKeyChanges([{ bytes, proof }]).trimEnd()],
  ];
}
