/**
 * Writes and verifies a large export with the compiled code, in a process that a test gives little memory. Prints one line of
 * JSON. Plain JavaScript: it is run by node itself.
 */
const { createWriteStream, mkdtempSync, readdirSync, rmSync, statSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');

const [root, count] = [process.argv[2], Number(process.argv[3])];
const compiled = (file) => require(path.join(root, 'audit', file));
const { sealEvent } = compiled('log/event');
const { writeEntry, ZERO_HASH } = compiled('log/entry');
const { CompactRange } = compiled('log/tree');
const { createSigningKey, openSigningKey } = compiled('log/note-key');
const { signCheckpoint } = compiled('log/checkpoint');
const { writeLogBundle } = compiled('bundle/log-bundle');
const { verifyBundle } = compiled('bundle/verify-bundle');
const { ExportAppendix } = compiled('report/export-appendix');

const ORIGIN = 'cession.test/large';
const KEY = createSigningKey(ORIGIN, Buffer.alloc(32, 7));
const SIGNER = openSigningKey(KEY.secret);
/** Made once: what is measured is what grows with the number of entries. */
const PADDING = 'x'.repeat(600);

/** The same each time: the checkpoint has to be known before the entries are written. */
function* entries() {
  let salts = 0;
  const drawSalt = () => Buffer.from(String((salts += 1)).padStart(16, '0')).toString('base64url');
  let prev = ZERO_HASH;
  for (let index = 0; index < count; index += 1) {
    const id = `event_${String(index).padStart(26, '0')}`;
    const at = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
    const frame = { typeVersion: 1, id, occurredAt: at, actor: { audience: 'SYSTEM', method: 'worker' }, retention: 'OPERATION' };
    const draft =
      index === 0
        ? { ...frame, type: 'audit.LedgerCreated', facts: { origin: ORIGIN, vkey: KEY.vkey } }
        : { ...frame, type: 'audit.ExportRequested', facts: { note: PADDING }, structural: { creditorId: { value: `creditor_${String(index % 50).padStart(26, '0')}`, reveal: null } } };
    const event = sealEvent(draft, drawSalt);
    const entry = writeEntry({ index, prev, recordedAt: at, source: 'audit', sourceSeq: index + 1 }, event.bytes, [{ stream: 'source:audit', n: index + 1, prev }], drawSalt);
    prev = entry.leafHash.toString('base64url');
    yield { index, bytes: entry.bytes, leafHash: entry.leafHash, disclosures: [...event.disclosures, ...entry.links] };
  }
}

async function main() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cession-large-'));
  try {
    const range = CompactRange.empty();
    for (const { leafHash } of entries()) range.append(leafHash);
    const checkpoint = await signCheckpoint({ origin: ORIGIN, size: count, root: range.root() }, SIGNER);
    const appendix = new ExportAppendix({ folder, readSchema: (type, version) => ({ $id: `${type}.v${version}.json`, description: type }), readErasures: async () => [] });
    const file = path.join(folder, 'large.tar');
    await writeLogBundle(createWriteStream(file), { checkpoint, vkey: KEY.vkey, signer: SIGNER, createdAt: '2026-11-21T09:00:00.000Z', mandate: null, entries: Readable.from(entries()), appendix });
    const { outcome, counts } = await verifyBundle(file, { vkey: KEY.vkey });
    const tables = readdirSync(folder).filter((name) => name.endsWith('.csv')).map((name) => statSync(path.join(folder, name)).size);
    process.stdout.write(JSON.stringify({ outcome, entries: counts.entries, bytes: statSync(file).size, tables }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
