/** Every entry the debts room writes is what its schema in schema/events says: facts in clear, ids hidden, amounts sealed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDisclosure } from '../../../audit/log/commitment';
import { parseEntry } from '../../../audit/log/entry';
import { disclosureBinding } from '../../../kernel/event-draft';
import type { StoredEntry } from '../../../kernel/ledger';
import { unseal } from '../../../kernel/vault/seal';
import { newId } from '../../../schema/ids';
import { debtsImport, debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { activePlacement, clientKey, command, determinedDebt, forPurpose, openScene, propose, read, TODAY, type Scene } from './scene';

const rooms = testRooms([debtsRoom]);
const FOLDER = join(__dirname, '..', '..', '..', 'schema', 'events');

interface FactSchema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly pattern?: string;
  readonly items?: FactSchema;
}

interface EventSchema {
  readonly properties: Readonly<Record<string, FactSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: boolean;
  readonly 'x-hidden': Readonly<Record<string, string>>;
  readonly 'x-personal': Readonly<Record<string, string>>;
  readonly 'x-streams': readonly string[];
}

const types = readdirSync(FOLDER).flatMap((file) => /^(debts\.\w+)\.v1\.json$/.exec(file)?.[1] ?? []);
const schemaOf = (type: string) => JSON.parse(readFileSync(join(FOLDER, `${type}.v1.json`), 'utf8')) as EventSchema;

/** Only the words these files use; an unknown word of JSON Schema would pass here and is caught by the list below. */
function fits(schema: FactSchema, value: unknown): boolean {
  if ('const' in schema) return value === schema.const;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  if (schema.pattern !== undefined && !(typeof value === 'string' && new RegExp(schema.pattern).test(value))) return false;
  if (schema.type === 'array') return Array.isArray(value) && value.every((item) => fits(schema.items ?? {}, item));
  return schema.type === 'integer' ? Number.isInteger(value) : typeof value === schema.type;
}

/** The names sealed beside an entry, opened with the borrower's key. */
async function sealedNames(entry: StoredEntry): Promise<string[]> {
  const sealed = entry.disclosures.filter(({ kind }) => kind === 'personal');
  const keys = await rooms.keyStore.keys(sealed.map(({ subject }) => subject!));
  return sealed.map(({ digest, subject, sealed: bytes, text }) => {
    expect(text).toBeNull();
    const opened = parseDisclosure(unseal(keys.get(subject!)!, disclosureBinding(digest), Buffer.from(bytes!, 'base64')).toString('utf8'));
    return opened.form === 'member' ? opened.name : opened.form;
  });
}

async function importOne(scene: Scene): Promise<void> {
  const tools = { worker: rooms.room('debts').database.worker, keyStore: rooms.keyStore, clock: () => new Date() };
  const batch = await debtsImport.openBatch(tools, { creditorId: scene.creditorId, fileHash: 'ef'.repeat(32) });
  const components = { principal: 5, interest: 0, penaltyInterest: 0, fee: 0, cost: 0 };
  const row = { rowNo: 1, debtId: newId('debt'), borrowerId: scene.borrowerId, reference: 'I-1', product: 'CREDIT_CARD', region: 'TW', currency: 'TWD', components, daysPastDue: 30, asOf: TODAY, payments: [] };
  await debtsImport.stageDebts(tools, batch.id, [row]);
  await debtsImport.moveChunk(tools, batch.id);
  await debtsImport.closeBatch(tools, batch.id, 1);
}

/** Does everything this room can do once, except what only a race brings about. */
async function everything(): Promise<void> {
  const scene = await openScene(rooms);
  const { debtId, placementId } = await activePlacement(rooms, scene);
  await command(rooms, scene.staff, 'recordPayment', { debtId, amount: { minor: 5, currency: 'TWD' }, receivedOn: TODAY });
  await read(rooms, scene.agency, 'query ($id: ID!) { debt(id: $id) { balance { minor } } }', { id: debtId });
  await read(rooms, forPurpose(scene.agency, 'SERVICING'), 'query ($id: ID!) { debt(id: $id) { balance { minor } } }', { id: debtId });
  await propose(rooms, scene, debtId);
  await command(rooms, scene.staff, 'requestRecall', { placementId, reason: 'COMPLAINT' });
  await command(rooms, scene.staff, 'recallPlacement', { placementId, reason: 'COMPLAINT' });
  await command(rooms, scene.staff, 'closePlacement', { placementId, reason: 'OTHER' });
  await rooms.settled();
  await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'RETAINED_BY_LAW', basis: 'LITIGATION', retainedUntil: '2098-12-31' });
  await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED', evidenceHash: 'cd'.repeat(32) });
  const rejected = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
  await rooms.settled();
  await command(rooms, scene.agency, 'rejectPlacement', { placementId: rejected, reason: 'CAPACITY' });
  await command(rooms, scene.agency, 'rejectPlacement', { clientKey: clientKey(), placementId: rejected, reason: 'CAPACITY' });
  await command(rooms, scene.staff, 'recordPayment', { debtId: await determinedDebt(rooms, scene), amount: { minor: 100_000, currency: 'TWD' }, receivedOn: TODAY });
  await importOne(scene);
  await rooms.settled();
}

async function ownEntries(): Promise<StoredEntry[]> {
  for (;;) {
    const { rows } = await rooms.room('debts').database.worker.query('select 1 from outbox where id not in (select outbox_id from delivery)');
    if (rows.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { entries } = await rooms.ledger.ledgerFor('debts').read(0, 500, 0);
  return entries.filter(({ bytes }) => parseEntry(bytes).event.type.startsWith('debts.'));
}

describe('an entry of the debts room', () => {
  let entries: StoredEntry[] = [];

  beforeAll(async () => {
    await everything();
    entries = await ownEntries();
  });

  it('was made of every type that has a schema, except the one only a race brings about', () => {
    const made = new Set(entries.map(({ bytes }) => parseEntry(bytes).event.type));
    expect(types.filter((type) => !made.has(type))).toEqual(['debts.PlacementVoided']);
    expect([...made].filter((type) => !types.includes(type))).toEqual([]);
  });

  it('says in clear what its schema allows and nothing else', () => {
    for (const { bytes } of entries) {
      const { type, facts } = parseEntry(bytes).event;
      const schema = schemaOf(type);
      expect(schema.additionalProperties).toBe(false);
      const wrong = Object.entries(facts).filter(([name, value]) => schema.properties[name] === undefined || !fits(schema.properties[name], value));
      expect([type, wrong]).toEqual([type, []]);
      expect([type, schema.required.filter((name) => !(name in facts))]).toEqual([type, []]);
    }
  });

  it('hides the ids its schema names and seals what is personal', async () => {
    for (const entry of entries) {
      const { type, items } = parseEntry(entry.bytes).event;
      const schema = schemaOf(type);
      const texts = entry.disclosures.flatMap(({ kind, text }) => (kind === 'structural' && text !== null ? [parseDisclosure(text)] : []));
      const names = texts.flatMap((disclosure) => (disclosure.form === 'member' ? [disclosure.name] : []));
      expect([type, names.filter((name) => !(name in schema['x-hidden']))]).toEqual([type, []]);
      expect([type, (await sealedNames(entry)).sort()]).toEqual([type, Object.keys(schema['x-personal']).sort()]);
      expect(items.length > 0).toBe(type === 'debts.DataDisclosed');
    }
  });

  it('is in the streams its schema names', () => {
    for (const { bytes, disclosures } of entries) {
      const { type } = parseEntry(bytes).event;
      const streams = disclosures.flatMap(({ kind, text }) => (kind === 'link' ? [parseDisclosure(text!)] : [])).map((link) => (link.form === 'link' ? link.stream.split(':')[0]! : ''));
      const allowed = [...schemaOf(type)['x-streams'], 'source'];
      expect([type, streams.filter((kind) => !allowed.includes(kind))]).toEqual([type, []]);
    }
  });

  it('never holds an id of a subject or an amount in clear', () => {
    for (const { bytes } of entries) expect(bytes.toString()).not.toMatch(/(debt|borrower|person|creditor|agency|grant|placement|payment|batch)_[0-9a-hjkmnp-tv-z]{26}|"(principal|amountMinor)"/);
  });
});
