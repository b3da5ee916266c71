/** What each audience sees of the ledger, and the way of an export from the request to the offline verdict. */
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import express from 'express';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE } from '../../audit/definition';
import { createSigningKey, openSigningKey, parseVkey } from '../../audit/log/note-key';
import { verifyCheckpoint } from '../../audit/log/checkpoint';
import { leafHash, verifyInclusion } from '../../audit/log/tree';
import { openAuditRoom, type OpenAuditRoom } from '../../audit/subgraph';
import { createLedger } from '../../audit/writer/create-ledger';
import type { Actor } from '../../kernel/actor';
import { mountRoutes } from '../../kernel/authenticated-route';
import { openMetrics } from '../../kernel/metrics';
import { openDiagnostics } from '../../kernel/diagnostics';
import { composeSubmission, type EventDraft } from '../../kernel/event-draft';
import { KEY_STORE_DATABASE, openKeyStore } from '../../kernel/vault/key-store';
import { deriveMasterKeys } from '../../kernel/vault/master-keys';
import { newId } from '../../schema/ids';
import type { RoomName, StreamName } from '../../schema/vocabulary';
import { testDatabase } from '../support/test-database';

const [bankA, bankB] = [newId('creditor'), newId('creditor')];
const agency = newId('agency');
const [debtA, debtB] = [newId('debt'), newId('debt')];
const borrowerA = newId('borrower');
const person = newId('person');
const regulatorId = newId('regulator');
const mandate = newId('mandate');

const actor = (audience: Actor['audience'], org: string, sub: string): Actor => ({ audience, org, sub, scopes: ['exports:write'], purpose: null, method: 'token' });
const staffA = actor('INTERNAL', bankA, 'staff-a');
const stranger = actor('INTERNAL', bankA, 'nobody');
const staffB = actor('INTERNAL', bankB, 'staff-b');
const regulator = actor('REGULATOR', regulatorId, 'examiner');
const otherRegulator = actor('REGULATOR', newId('regulator'), 'examiner');
const self = actor('BORROWER', person, person);

describe('the audit room', () => {
  const signer = openSigningKey(createSigningKey('cession.local/ledger', Buffer.alloc(32, 4)).secret);
  let audit: OpenAuditRoom;
  let home: string;
  let server: Server;
  let caller: Actor = regulator;
  const database = testDatabase(AUDIT_DATABASE, KEY_STORE_DATABASE);
  database.beforeClose(async () => {
    server.closeAllConnections();
    server.close();
    await audit.stop();
    await fs.rm(home, { recursive: true, force: true });
  });

  async function record(room: RoomName, draft: Pick<EventDraft, 'type' | 'facts' | 'hidden' | 'streams'> & Partial<EventDraft>): Promise<number> {
    const submission = composeSubmission({ typeVersion: 1, retention: 'STANDING', actor: null, occurredAt: new Date(), ...draft }, null);
    const [result] = await audit.ledger.ledgerFor(room).append('direct', [submission], 5_000);
    if (!result?.ok) throw new Error(result?.message);
    return result.index;
  }

  const term = { from: '2026-01-01T00:00:00.000Z', until: '2036-01-01T00:00:00.000Z' };
  const authority = (creditorId: string, staffSub: string): Promise<number> => {
    const authorityId = newId('authority');
    return record('creditors', {
      type: 'creditors.StaffAuthorityGranted',
      facts: { purposes: [], categories: [], scopes: [], ...term },
      hidden: { authorityId, staffSub, creditorId },
      streams: [`creditor:${creditorId}`, `grant:${authorityId}`],
    });
  };
  const debtRegistered = (debtId: string, creditorId: string, streams: readonly StreamName[]): Promise<number> =>
    record('debts', { type: 'debts.DebtRegistered', facts: { currency: 'CNY' }, hidden: { debtId, creditorId }, streams: [`debt:${debtId}`, `creditor:${creditorId}`, ...streams] });

  async function ask(who: Actor, document: string, variables: Record<string, unknown> = {}) {
    return audit.room.execute({ actor: who, document, variables, operationName: null, requestId: 'test', atLeast: await audit.ledger.ledgerFor('audit').read(0, 1, 0).then(({ size }) => size - 1), planned: false });
  }

  beforeAll(async () => {
    home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-audit-'));
    const config = { ...database.config, home };
    const { worker } = await database.open(AUDIT_DATABASE);
    const keyStore = openKeyStore((await database.open(KEY_STORE_DATABASE)).worker, deriveMasterKeys(config.masterKey));
    await createLedger(worker, { origin: 'cession.local/ledger', vkey: signer.vkey, now: new Date() });
    audit = await openAuditRoom({ config: { ...config, ledger: { ...config.ledger, checkpointIntervalMs: 50 } }, signer, keyStore, diagnostics: openDiagnostics('silent'), metrics: openMetrics({ processMetrics: false }) });
    await authority(bankA, staffA.sub);
    await authority(bankB, staffB.sub);
    await record('creditors', {
      type: 'creditors.SupervisionMandateGranted',
      facts: { purposes: ['SUPERVISION'], basis: 'LAW', categories: [], ...term },
      hidden: { mandateId: mandate, regulatorId, creditorId: bankA },
      streams: [`creditor:${bankA}`, `grant:${mandate}`],
    });
    await record('borrowers', {
      type: 'borrowers.BorrowersRegistered',
      facts: { count: 1 },
      hidden: {},
      items: [
        { value: { borrowerId: borrowerA, creditorId: bankA }, reveal: [`borrower:${borrowerA}`, `creditor:${bankA}`] },
        { value: { borrowerId: borrowerA, personId: person }, reveal: [] },
      ],
      streams: [`creditor:${bankA}`, `borrower:${borrowerA}`],
    });
    await debtRegistered(debtA, bankA, [`borrower:${borrowerA}`, `agency:${agency}`]);
    await debtRegistered(debtB, bankB, [`agency:${agency}`]);
    const app = express();
    mountRoutes(app, audit.routes, () => Promise.resolve(caller));
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  const ENTRIES = '{ entries(first: 100) { edges { node { type index } } pageInfo { hasNextPage } } }';
  async function typesSeenBy(who: Actor): Promise<string[]> {
    const { data, errors } = await ask(who, ENTRIES);
    expect(errors).toBeUndefined();
    return (data as { entries: { edges: { node: { type: string } }[] } }).entries.edges.map(({ node }) => node.type);
  }

  it.each([
    ['staff under an authority: its creditor', staffA, ['creditors.StaffAuthorityGranted', 'creditors.SupervisionMandateGranted', 'borrowers.BorrowersRegistered', 'debts.DebtRegistered']],
    ['staff of the other creditor: the other creditor', staffB, ['creditors.StaffAuthorityGranted', 'debts.DebtRegistered']],
    ['staff without an authority: nothing', stranger, []],
    ['a regulator: the creditors of its mandate', regulator, ['creditors.StaffAuthorityGranted', 'creditors.SupervisionMandateGranted', 'borrowers.BorrowersRegistered', 'debts.DebtRegistered']],
    ['a regulator without a mandate: nothing', otherRegulator, []],
    ['a borrower: his own', self, ['borrowers.BorrowersRegistered', 'debts.DebtRegistered']],
  ])('shows entries to %s', async (_case, who, types) => {
    expect(await typesSeenBy(who)).toEqual(types);
  });

  it('shows a trail only as far as the reader may see, with or without existing', async () => {
    const trail = async (who: Actor, typename: string, id: string): Promise<unknown> => {
      const { data, errors } = await ask(who, `query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${typename} { trail(first: 10) { edges { node { index } } } } } }`, {
        r: [{ __typename: typename, id }],
      });
      expect(errors).toBeUndefined();
      return (data as { _entities: { trail: { edges: unknown[] } }[] })._entities[0]?.trail.edges.length;
    };
    expect(await trail(staffA, 'Debt', debtA)).toBe(1);
    expect(await trail(staffA, 'Debt', debtB)).toBe(0);
    expect(await trail(staffA, 'Debt', newId('debt'))).toBe(0);
    expect(await trail(staffA, 'Agency', agency)).toBe(1);
    expect(await trail(staffB, 'Agency', agency)).toBe(1);
    expect(await trail(self, 'Borrower', borrowerA)).toBe(2);
    expect(await trail(staffB, 'Borrower', borrowerA)).toBe(0);
    expect(await trail(regulator, 'Creditor', bankA)).toBe(4);
    expect(await trail(regulator, 'Creditor', bankB)).toBe(0);
  });

  it('reveals hidden values by scope: never the person behind a borrower', async () => {
    const { data } = await ask(staffA, '{ entries(first: 100) { edges { node { type withheld revealed { name value } } } } }');
    const nodes = (data as { entries: { edges: { node: { type: string; withheld: number; revealed: { name: string | null; value: string }[] } }[] } }).entries.edges.map(({ node }) => node);
    const registered = nodes.find(({ type }) => type === 'borrowers.BorrowersRegistered');
    expect(JSON.stringify(registered?.revealed)).toContain(borrowerA);
    expect(JSON.stringify(nodes)).not.toContain(person);
    expect(registered?.withheld).toBeGreaterThan(0);
  });

  it('pages forwards and backwards through the same entries', async () => {
    const page = async (args: string): Promise<{ indexes: number[]; end: string; start: string; more: boolean[] }> => {
      const { data, errors } = await ask(staffA, `{ entries(${args}) { edges { node { index } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`);
      expect(errors).toBeUndefined();
      const { edges, pageInfo } = (data as { entries: { edges: { node: { index: number } }[]; pageInfo: { startCursor: string; endCursor: string; hasNextPage: boolean; hasPreviousPage: boolean } } }).entries;
      return { indexes: edges.map(({ node }) => node.index), end: pageInfo.endCursor, start: pageInfo.startCursor, more: [pageInfo.hasPreviousPage, pageInfo.hasNextPage] };
    };
    const all = await page('first: 100');
    const first = await page('first: 3');
    const second = await page(`first: 3, after: ${JSON.stringify(first.end)}`);
    const back = await page(`last: 3, before: ${JSON.stringify(second.start)}`);
    expect([...first.indexes, ...second.indexes]).toEqual(all.indexes);
    expect(back.indexes).toEqual(first.indexes);
    expect(first.more[1]).toBe(true);
  });

  it('proves an entry: its bytes lead to a checkpoint that the key of the ledger signed', async () => {
    await audit.ledger.signNow();
    const first = await ask(staffA, '{ entries(first: 1) { edges { node { index } } } }');
    const { index } = (first.data as { entries: { edges: [{ node: { index: number } }] } }).entries.edges[0].node;
    const { data, errors } = await ask(staffA, `{ entry(index: ${index}) { index leafHash bytes verification { proof checkpoint { note size } } } }`);
    expect(errors).toBeUndefined();
    const { entry } = data as { entry: { index: number; leafHash: string; bytes: string; verification: { proof: string[]; checkpoint: { note: string; size: number } } } };
    const { size, root } = verifyCheckpoint(entry.verification.checkpoint.note, parseVkey(signer.vkey));
    const leaf = leafHash(Buffer.from(entry.bytes, 'base64'));
    expect(leaf.toString('base64')).toBe(entry.leafHash);
    expect(verifyInclusion(index, size, leaf, entry.verification.proof.map((hash) => Buffer.from(hash, 'base64')), root)).toBe(true);
  });

  it('answers out of scope and absent alike', async () => {
    const ofBankB = (await typesIndex(staffB)).at(-1);
    for (const index of [ofBankB, 999_999]) expect((await ask(staffA, `{ entry(index: ${index}) { index } }`)).data).toEqual({ entry: null });
  });

  async function typesIndex(who: Actor): Promise<number[]> {
    const { data } = await ask(who, ENTRIES);
    return (data as { entries: { edges: { node: { index: number } }[] } }).entries.edges.map(({ node }) => node.index);
  }

  const REQUEST = `mutation ($input: RequestExportInput!) { requestExport(input: $input) {
    ... on ExportRequested { ledgerIndex export { id state } } ... on Refusal { ruleId message } } }`;
  const request = (who: Actor, subjectId: string, clientKey: string) => ask(who, REQUEST, { input: { clientKey, subjectId } });

  it('refuses an export that the mandate does not cover', async () => {
    expect((await request(regulator, agency, 'agency')).data).toEqual({ requestExport: { ruleId: 'EXPORT-MANDATE-COVERS', message: expect.any(String) as string } });
    expect((await request(regulator, bankB, 'bank-b')).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    expect((await request(otherRegulator, bankA, 'bank-a')).errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    expect((await request(regulator, person, 'person')).errors?.[0]?.extensions).toMatchObject({ code: 'BAD_INPUT' });
  });

  it('makes an export that verifies offline, and records request and download', async () => {
    const { data, errors } = await request(regulator, bankA, 'export-1');
    expect(errors).toBeUndefined();
    const { id } = (data as { requestExport: { export: { id: string } } }).requestExport.export;
    const state = async (): Promise<{ state: string; bytes: string; sha256: string; path: string; entriesDone: number }> =>
      ((await ask(regulator, `{ export(id: "${id}") { state bytes sha256 path entriesDone } }`)).data as { export: { state: string; bytes: string; sha256: string; path: string; entriesDone: number } }).export;
    for (let tries = 0; (await state()).state !== 'READY' && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    const ready = await state();
    expect(ready).toMatchObject({ state: 'READY', path: `/exports/${id}` });
    expect((await ask(otherRegulator, `{ export(id: "${id}") { state } }`)).data).toEqual({ export: null });

    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = Buffer.from(await (await fetch(base + ready.path)).arrayBuffer());
    expect(createHash('sha256').update(file).digest('hex')).toBe(ready.sha256);
    const rest = await fetch(base + ready.path, { headers: { range: 'bytes=1000-' } });
    expect(rest.status).toBe(206);
    expect(Buffer.from(await rest.arrayBuffer()).equals(file.subarray(1000))).toBe(true);
    caller = otherRegulator;
    expect((await fetch(base + ready.path)).status).toBe(404);
    caller = regulator;

    const saved = path.join(home, 'saved.tar');
    await fs.writeFile(saved, file);
    const report = await verifyBundle(saved, { vkey: signer.vkey });
    expect(report).toMatchObject({ outcome: 'verified' });
    file[file.indexOf('debts.DebtRegistered')] = 0x44;
    await fs.writeFile(saved, file);
    expect(await verifyBundle(saved, { vkey: signer.vkey })).toMatchObject({ outcome: 'broken' });

    const types = await typesSeenBy(staffA);
    expect(types.filter((type) => type === 'audit.ExportRequested')).toHaveLength(1);
    expect(types.filter((type) => type === 'audit.ExportDownloaded')).toHaveLength(2);
  });

  it('makes an export anew that was being made when the process died', async () => {
    const { data } = await request(regulator, bankA, 'export-1');
    const { id } = (data as { requestExport: { export: { id: string } } }).requestExport.export;
    const admin = await database.admin();
    const file = path.join(home, 'exports', `${id}.tar`);
    await fs.rm(file);
    await fs.writeFile(`${file}.part`, 'half of it');
    await admin.query(`update audit.export set state = 'RUNNING', sha256 = null where id = $1`, [id]);
    const isReady = async (): Promise<boolean> => (await admin.query<{ state: string }>('select state from audit.export where id = $1', [id])).rows[0]?.state === 'READY';
    for (let tries = 0; !(await isReady()) && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await verifyBundle(file, { vkey: signer.vkey })).toMatchObject({ outcome: 'verified' });
    expect(await fs.readdir(path.join(home, 'exports'))).toEqual([`${id}.tar`]);
  });

  it('gives nothing any more once the mandate has ended', async () => {
    const { data } = await request(regulator, bankA, 'export-1');
    const { id } = (data as { requestExport: { export: { id: string } } }).requestExport.export;
    await record('creditors', {
      type: 'creditors.SupervisionMandateEnded',
      facts: { reason: 'TERM' },
      hidden: { mandateId: mandate, creditorId: bankA },
      streams: [`creditor:${bankA}`, `grant:${mandate}`],
    });
    expect(await typesSeenBy(regulator)).toEqual([]);
    expect((await ask(regulator, `{ export(id: "${id}") { state } }`)).data).toEqual({ export: null });
    expect((await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/exports/${id}`)).status).toBe(404);
  });

  it('leads from a global id to the type that answers for it', async () => {
    const { data } = await ask(staffA, `{ node(id: "${debtB}") { __typename id } nothing: node(id: "debt_x") { id } checkpoint { size } }`);
    expect(data).toMatchObject({ node: { __typename: 'Debt', id: debtB }, nothing: null, checkpoint: { size: expect.any(Number) as number } });
  });
});
