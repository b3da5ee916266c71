/** Agencies and borrowers take home what the ledger says about themselves, through the gateway, and nothing about anybody else. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { AUDIT_DATABASE, openLedgerSigner, writeExport } from '../../audit/subgraph';
import { newId } from '../../schema/ids';
import { filesOf } from '../audit/bundle-files';
import type { Caller } from '../support/caller';
import { key, place, qualifiedEngagement, registerAgency, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const REQUEST = `mutation ($input: RequestExportInput!) {
  requestExport(input: $input) { __typename ... on ExportRequested { pending export { id stream mandateId } } ... on Refusal { ruleId } }
}`;
const EXPORT = `query ($id: ID!) { export(id: $id) { state path bytes stream } }`;
const OPEN = ['exports:write'];

interface Shown {
  readonly state: string;
  readonly path: string;
  readonly bytes: string;
  readonly stream: string;
}

/** Everything that a file shows in clear or behind base64url. */
function shown(file: Buffer): string {
  const raw = file.toString('latin1');
  return raw + (raw.match(/[A-Za-z0-9_-]{40,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString('latin1')).join('\n');
}

describe.each(MODES)('in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  const persons = new Map<string, string>();
  let creditorId: string;
  let operator: Caller;
  let agencyId: string;
  let rivalId: string;
  let agency: Caller;
  let debt: RegisteredDebt;
  let neighbour: RegisteredDebt;
  let self: Caller;

  beforeAll(async () => {
    ({ creditorId, operator } = await hub.creditor());
    agencyId = await registerAgency(operator);
    rivalId = await registerAgency(operator);
    for (const id of [agencyId, rivalId]) await qualifiedEngagement(operator, id);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION', scopes: ['placements:write', ...OPEN] });
    const rival = await hub.caller('PARTNER', rivalId, { purpose: 'COLLECTION' });
    [debt, neighbour] = [await registerDebt(operator), await registerDebt(operator)];
    for (const [record, caller, id] of [[debt, agency, agencyId], [neighbour, rival, rivalId]] as const) {
      await place(operator, caller, { debtId: record.debtId, agencyId: id, agreementId: await signAgreement(operator, id) });
      await caller.knows(operator).data(`query ($id: ID!) { debt(id: $id) { borrower { phones } } }`, { id: record.debtId });
    }
    for (const { items } of await log.events('borrowers.BorrowersRegistered')) {
      for (const item of items) if (item['personId'] !== undefined) persons.set(item['borrowerId'] as string, item['personId'] as string);
    }
    self = (await hub.caller('BORROWER', persons.get(debt.borrowerId)!, { scopes: OPEN })).knows(agency);
  });

  const ask = (caller: Caller, subjectId: string) => caller.ask(REQUEST, { input: { clientKey: key(), subjectId } });
  const download = (caller: Caller, path: string, headers: Record<string, string> = {}) => fetch(hub.url + path, { headers: { authorization: `Bearer ${caller.token}`, ...headers } });

  async function ready(caller: Caller, subjectId: string): Promise<Shown> {
    const { data, text } = await ask(caller, subjectId);
    const requested = data?.['requestExport'] as { __typename: string; export: { id: string; mandateId: string | null } } | undefined;
    if (requested?.__typename !== 'ExportRequested') throw new Error(`refused: ${text}`);
    expect(requested.export.mandateId).toBeNull();
    await caller.until(EXPORT, { id: requested.export.id }, (answer) => (answer['export'] as Shown).state === 'READY');
    return (await caller.data<{ export: Shown }>(EXPORT, { id: requested.export.id })).export;
  }

  async function takeHome(caller: Caller, subjectId: string): Promise<Buffer> {
    const { path, bytes } = await ready(caller, subjectId);
    const pieces = [await download(caller, path, { range: 'bytes=0-999' }), await download(caller, path, { range: 'bytes=1000-' })];
    expect(pieces.map(({ status }) => status)).toEqual([206, 206]);
    const file = Buffer.concat(await Promise.all(pieces.map(async (piece) => Buffer.from(await piece.arrayBuffer()))));
    expect(String(file.length)).toBe(bytes);
    return file;
  }

  const vkeyOf = async (): Promise<string> => (await log.entries())[0]!.facts['vkey'] as string;

  it('an agency takes home its own stream: complete, with the request for it, and nothing of another', async () => {
    const file = await takeHome(agency, agencyId);
    const report = await verifyBundle(Readable.from([file]), { vkey: await vkeyOf() });
    expect(report).toMatchObject({ outcome: 'verified', streams: [{ stream: `agency:${agencyId}`, from: 1 }], mandate: null, requestedBy: agencyId, completeness: { reasons: [{ code: 'STREAMS_COMPLETE' }] } });
    const files = await filesOf(file);
    expect(files.get('manifest')?.toString()).toContain(`"requestedBy":"${agencyId}"`);
    const summary = JSON.parse(files.get('report/summary.json')?.toString() ?? '') as { events: Record<string, number>; actors: Record<string, number> };
    expect(summary.events).toMatchObject({ 'agencies.EngagementQualified/1': 1, 'debts.GrantOpened/1': 1, 'borrowers.DataDisclosed/2': 1, 'audit.ExportRequested/1': 1 });
    expect(summary.actors[agencyId]).toBeGreaterThan(1);
    const text = shown(file);
    expect(text).toContain(debt.debtId);
    for (const other of [rivalId, neighbour.debtId, neighbour.borrowerId, ...persons.values()]) expect(text).not.toContain(other);
    const requests = await log.events('audit.ExportRequested');
    expect(requests).toMatchObject([{ facts: { streamKind: 'agency' }, hidden: { agencyId, stream: `agency:${agencyId}` } }]);
    expect((await log.events('audit.ExportDownloaded')).map(({ facts, hidden }) => [facts['offset'], hidden['agencyId']])).toEqual([[0, agencyId], [1000, agencyId]]);
  });

  it('a borrower takes home what is recorded about him, and nobody is told which person he is', async () => {
    const file = await takeHome(self, debt.borrowerId);
    expect(await verifyBundle(Readable.from([file]), { vkey: await vkeyOf() })).toMatchObject({ outcome: 'verified', streams: [{ stream: `borrower:${debt.borrowerId}`, from: 1 }], completeness: { state: 'proven' } });
    const page = (await filesOf(file)).get('report/report.zh.html')?.toString();
    expect(page).toContain(`borrower:${debt.borrowerId}`);
    const entries = shown(Buffer.concat([...(await filesOf(file))].filter(([name]) => name.startsWith('disclosures/')).map(([, bytes]) => bytes)));
    expect(entries).toContain(agencyId);
    for (const other of [rivalId, neighbour.debtId, neighbour.borrowerId, persons.get(neighbour.borrowerId)!]) expect(shown(file)).not.toContain(other);
    const [request] = (await log.events('audit.ExportRequested')).filter(({ facts }) => facts['streamKind'] === 'borrower');
    expect(request?.hidden).toMatchObject({ borrowerId: debt.borrowerId });
    expect(request?.stored.disclosures.filter(({ text, reveal }) => reveal?.length !== 0 && Buffer.from(text ?? '', 'base64url').includes('person_'))).toEqual([]);
    const trail = await operator.knows(self).data<{ borrower: { trail: { edges: { node: { type: string } }[] } } }>(`query ($id: ID!) { borrower(id: $id) { trail(last: 20) { edges { node { type } } } } }`, { id: debt.borrowerId });
    expect(trail.borrower.trail.edges.map(({ node }) => node.type)).toEqual(expect.arrayContaining(['audit.ExportRequested', 'audit.ExportDownloaded']));
  });

  it('whoever reads of a borrower who read his own data, is not told which person he is', async () => {
    const reader = (await hub.caller('BORROWER', persons.get(debt.borrowerId)!, { purpose: 'OWN_RIGHTS' })).knows(agency);
    await reader.data('query { myRecords(first: 1) { edges { node { id name phones } } } }');
    self.knows(reader);
    const [own] = (await log.events('borrowers.DataDisclosed')).filter(({ parsed }) => parsed.event.actor.audience === 'BORROWER');
    expect(own?.items).toMatchObject([{ borrowerId: debt.borrowerId, rightId: 'SELF' }]);
    // His own file signs a checkpoint over what was read, and names him as little as any other.
    const files = [await takeHome(self, debt.borrowerId)];
    const signer = await openLedgerSigner(hub.config, false);
    const pool = (await hub.database.open(AUDIT_DATABASE)).worker;
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-own-'));
    for (const stream of [null, `creditor:${creditorId}`, `borrower:${debt.borrowerId}`] as const) {
      const order = { stream, from: null, until: null, mandate: null, requestedBy: null };
      const { file } = await writeExport({ pool, signer, policy: null, clock: () => new Date() }, order, path.join(folder, 'export.tar'));
      files.push(await fs.readFile(file));
    }
    await fs.rm(folder, { recursive: true });
    // The creditor's stream shows no subject of a borrower's; the other three do.
    expect(files.map((file) => shown(file).includes('"rightId":"SELF"'))).toEqual([true, true, false, true]);
    for (const file of files) {
      expect(await verifyBundle(Readable.from([file]), { vkey: signer.vkey })).toMatchObject({ outcome: 'verified' });
      for (const person of persons.values()) expect(shown(file)).not.toContain(person);
    }
    for (const caller of [operator, agency]) {
      const { data } = await caller.knows(self).ask(`query { entries(last: 100) { edges { node { revealed { value } } } } }`);
      expect(JSON.stringify(data)).not.toContain('person_');
    }
  });

  it.each<[string, () => Caller, () => string]>([
    ['another agency, for an agency', () => agency, () => rivalId],
    ['an agency that does not exist, for an agency', () => agency, () => newId('agency')],
    ['its client, for an agency', () => agency, () => creditorId],
    ['a debt entrusted to it, for an agency', () => agency, () => debt.debtId],
    ['a borrower it calls, for an agency', () => agency, () => debt.borrowerId],
    ['another borrower, for a borrower', () => self, () => neighbour.borrowerId],
    ['a borrower that does not exist, for a borrower', () => self, () => newId('borrower')],
    ['his debt, for a borrower', () => self, () => debt.debtId],
    ['the agency that calls him, for a borrower', () => self, () => agencyId],
  ])('there is no export of %s', async (_case, caller, subject) => {
    const size = await log.saidCount();
    expect((await ask(caller(), subject())).errors).toMatchObject([{ message: 'There is nothing by this id in your scope.', extensions: { code: 'NOT_FOUND', argument: 'input.subjectId' } }]);
    expect(await log.saidCount()).toBe(size);
  });

  it('there is none without the scope for it', async () => {
    for (const [audience, org, subject] of [['PARTNER', agencyId, agencyId], ['BORROWER', persons.get(debt.borrowerId)!, debt.borrowerId]] as const) {
      expect((await ask(await hub.caller(audience, org, { scopes: [] }), subject)).errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED' } }]);
    }
  });

  it('a borrower with records at two creditors asks once, and gets a file of each that tells nothing of the other', async () => {
    const second = await hub.creditor();
    const input = { name: 'Synthetic Person', nationalId: `S${newId('event').slice(-9).toUpperCase()}`, contactPoints: [] };
    const REGISTER = 'mutation ($input: RegisterBorrowerInput!) { registerBorrower(input: $input) { ... on BorrowerRegistered { borrower { id } } } }';
    const records: string[] = [];
    for (const caller of [operator, second.operator]) records.push((await caller.data<{ registerBorrower: { borrower: { id: string } } }>(REGISTER, { input: { ...input, clientKey: key() } })).registerBorrower.borrower.id);
    const registered = (await log.events('borrowers.BorrowersRegistered')).flatMap(({ items }) => items);
    const [person, same] = records.map((id) => registered.find((item) => item['borrowerId'] === id && item['personId'] !== undefined)!['personId'] as string);
    expect(same).toBe(person);
    const both = (await hub.caller('BORROWER', person!, { scopes: OPEN })).knows(second.operator);
    const REQUEST_ALL = REQUEST.replace('RequestExportInput', 'RequestOwnExportsInput').replace('requestExport', 'requestOwnExports');
    const ask = async (clientKey: string) => (await both.data<{ requestOwnExports: { export: { id: string; stream: string } }[] }>(REQUEST_ALL, { input: { clientKey } })).requestOwnExports;
    const clientKey = key();
    const exports = (await ask(clientKey)).map((answer) => answer.export);
    expect(exports.map(({ stream }) => stream)).toEqual(records.map((id) => `borrower:${id}`).sort());
    expect((await ask(clientKey)).map((answer) => answer.export.id)).toEqual(exports.map(({ id }) => id));
    for (const { id, stream } of exports) {
      await both.until(EXPORT, { id }, (answer) => (answer['export'] as Shown).state === 'READY');
      const file = Buffer.from(await (await download(both, `/exports/${id}`)).arrayBuffer());
      expect(await verifyBundle(Readable.from([file]), { vkey: await vkeyOf() })).toMatchObject({ outcome: 'verified', streams: [{ stream, from: 1 }] });
      const other = records.find((record) => !stream.endsWith(record))!;
      for (const hidden of [other, person!, stream.endsWith(records[0]!) ? second.creditorId : creditorId]) expect(shown(file)).not.toContain(hidden);
    }
    expect((await agency.ask(REQUEST_ALL, { input: { clientKey: key() } })).errors?.[0]).toMatchObject({ message: expect.stringContaining('Unknown type') as string, extensions: { code: 'BAD_INPUT' } });
  });

  it('an export is seen and downloaded by nobody but who asked for it', async () => {
    const [ofAgency, ofSelf] = [await ready(agency, agencyId), await ready(self, debt.borrowerId)];
    const strangers = [await hub.caller('PARTNER', rivalId), await hub.caller('BORROWER', persons.get(neighbour.borrowerId)!), await hub.caller('REGULATOR', newId('regulator'))];
    for (const [path, callers] of [[ofAgency.path, [self, ...strangers]], [ofSelf.path, [agency, ...strangers]]] as const) {
      for (const caller of callers) {
        expect((await download(caller, path)).status).toBe(404);
        expect(await caller.data(EXPORT, { id: path.split('/').at(-1) })).toEqual({ export: null });
      }
      expect((await fetch(hub.url + path)).status).toBe(401);
    }
  });

  it('an export whose days are over says so to who asked for it, and is not downloaded', async () => {
    const { path } = await ready(agency, agencyId);
    const id = path.split('/').at(-1)!;
    await (await hub.database.admin()).query(`update audit.export set state = 'EXPIRED' where id = $1`, [id]);
    expect(await agency.data(EXPORT, { id })).toMatchObject({ export: { state: 'EXPIRED', path: null } });
    const answer = await download(agency, path);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('file was deleted')]);
    expect((await download(self, path)).status).toBe(404);
  });

  it('the log holds every acknowledged step once and as documented', () => log.check());
});
