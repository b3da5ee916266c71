/** What a regulator takes home and what a borrower sees of himself, through the gateway: trails, exports, own records. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { verifyCheckpoint } from '../../audit/log/checkpoint';
import { parseEntry } from '../../audit/log/entry';
import { openHeadProof, parseHeadProof } from '../../audit/log/head-proof';
import { readHeadsFacts } from '../../audit/log/heads-event';
import { parseVkey } from '../../audit/log/note-key';
import { parsePolicy } from '../../audit/log/policy';
import { decodeTile } from '../../audit/log/tiles';
import { verifyTlogProof } from '../../audit/log/tlog-proof';
import { CompactRange, leafHash } from '../../audit/log/tree';
import type { StoredEntry } from '../../kernel/ledger';
import { newId } from '../../schema/ids';
import type { Caller } from '../support/caller';
import { key, place, qualifiedEngagement, registerAgency, registerBorrower, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const REQUEST = `mutation ($input: RequestExportInput!) {
  requestExport(input: $input) { __typename ... on ExportRequested { ledgerIndex pending export { id state } } ... on Refusal { ruleId rulePack } }
}`;
const EXPORT = `query ($id: ID!) { export(id: $id) { state entriesDone entriesTotal treeSize bytes sha256 path stream } }`;
const TRAILS = `query ($creditor: ID!, $debt: ID!, $agency: ID!, $borrower: ID!) {
  creditor(id: $creditor) { trail(first: 100) { edges { node { index type } } } }
  debt(id: $debt) { trail(first: 100) { edges { node { index type } } } }
  agency(id: $agency) { trail(first: 100) { edges { node { index type } } } }
  borrower(id: $borrower) { trail(first: 100) { edges { node { index type } } } }
}`;
const OWN = `query { myRecords(first: 10) { edges { node { id name phones nationalId creditor { id } debts(first: 10) { edges { node { id balance { minor } } } } } } } }`;

interface Ready {
  readonly export: { readonly state: string; readonly entriesDone: number; readonly entriesTotal: number; readonly bytes: string; readonly sha256: string; readonly path: string; readonly stream: string };
}
type Trail = { readonly trail: { readonly edges: readonly { readonly node: { readonly index: number; readonly type: string } }[] } };

interface Found {
  readonly entries: { readonly edges: readonly { readonly node: { readonly index: number; readonly bytes: string; readonly verification: { readonly tlogProof: string } | null } }[] };
  readonly streamHead: { readonly proof: string; readonly headsEntry: string; readonly verification: { readonly tlogProof: string } } | null;
  readonly foreign: { readonly edges: readonly unknown[] };
  readonly foreignHead: unknown;
}
const FIND = `query ($creditor: ID!, $foreign: ID!) {
  entries(first: 100, filter: { subjectId: $creditor, types: ["debts.Placement"] }) { edges { node { index bytes verification { tlogProof } } } }
  streamHead(subjectId: $creditor) { proof headsEntry verification { tlogProof } }
  foreign: entries(first: 100, filter: { subjectId: $foreign, types: ["debts"] }) { edges { node { index } } }
  foreignHead: streamHead(subjectId: $foreign) { n }
}`;
const names = ({ disclosures }: StoredEntry, stream: string): boolean => disclosures.some(({ kind, reveal }) => kind === 'link' && reveal?.[0] === stream);

const typesIn = ({ trail }: Trail): string[] => trail.edges.map(({ node }) => node.type);

describe.each(MODES)('in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  const regulatorId = newId('regulator');
  let creditorId: string;
  let operator: Caller;
  let regulator: Caller;
  let agency: Caller;
  let agencyId: string;
  let debt: RegisteredDebt;
  let personId: string;
  let other: { creditorId: string; operator: Caller; debt: RegisteredDebt };

  beforeAll(async () => {
    ({ creditorId, operator } = await hub.creditor({ regulatorId }));
    agencyId = await registerAgency(operator);
    await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION' });
    debt = await registerDebt(operator);
    await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
    await agency.data(`query ($id: ID!) { debt(id: $id) { borrower { phones } } }`, { id: debt.debtId });
    const stranger = await hub.creditor();
    await qualifiedEngagement(stranger.operator.knows(operator), agencyId);
    other = { ...stranger, debt: await registerDebt(stranger.operator) };
    regulator = (await hub.caller('REGULATOR', regulatorId)).knows(agency).knows(other.operator);
    const persons = (await log.events('borrowers.BorrowersRegistered')).flatMap(({ items }) => items);
    personId = persons.find((item) => item['borrowerId'] === debt.borrowerId && item['personId'] !== undefined)!['personId'] as string;
  });

  const requestExport = async (subjectId: string) => regulator.ask(REQUEST, { input: { clientKey: key(), subjectId } });

  async function readyExport(subjectId: string): Promise<Ready['export']> {
    const { data } = await requestExport(subjectId);
    const requested = data!['requestExport'] as { __typename: string; pending: boolean; export: { id: string } };
    expect(requested).toMatchObject({ __typename: 'ExportRequested', pending: false });
    await regulator.until(EXPORT, { id: requested.export.id }, (answer) => (answer as unknown as Ready).export.state === 'READY');
    return (await regulator.data<Ready>(EXPORT, { id: requested.export.id })).export;
  }

  const download = (path: string, caller: Caller, headers: Record<string, string> = {}) => fetch(hub.url + path, { headers: { authorization: `Bearer ${caller.token}`, ...headers } });

  describe('a regulator', () => {
    it('sees the trail of each party and record under his mandate', async () => {
      const variables = { creditor: creditorId, debt: debt.debtId, agency: agencyId, borrower: debt.borrowerId };
      const trails = await regulator.data<{ creditor: Trail; debt: Trail; agency: Trail; borrower: Trail }>(TRAILS, variables);
      expect(typesIn(trails.debt)).toEqual([
        'debts.DebtRegistered',
        'debts.AmountDetermined',
        'debts.PlacementProposed',
        'debts.PlacementAccepted',
        'debts.GrantOpened',
      ]);
      expect(typesIn(trails.borrower)).toEqual(expect.arrayContaining(['borrowers.BorrowersRegistered', 'debts.GrantOpened', 'borrowers.DataDisclosed']));
      expect(typesIn(trails.creditor)).toEqual(expect.arrayContaining(['creditors.CreditorRegistered', 'creditors.AgreementSigned', 'agencies.EngagementQualified', 'debts.GrantOpened']));
      const agencyTrail = new Set(trails.agency.trail.edges.map(({ node }) => node.index));
      const ofOthers = (await log.entries()).filter(({ hidden }) => hidden['creditorId'] === other.creditorId);
      expect(typesIn(trails.agency)).toEqual(expect.arrayContaining(['agencies.EngagementQualified', 'borrowers.DataDisclosed']));
      expect(ofOthers.filter(({ index }) => agencyTrail.has(index))).toEqual([]);
      const foreign = await regulator.data<{ creditor: Trail | null; debt: Trail | null }>(TRAILS, { ...variables, creditor: other.creditorId, debt: other.debt.debtId });
      expect([foreign.creditor, foreign.debt]).toEqual([null, null]);
    });

    it('finds entries by type, and takes home proofs that hold without the hub', async () => {
      const vkey = (await log.entries())[0]!.facts['vkey'] as string;
      const policy = parsePolicy(Buffer.from(`log ${vkey}\nquorum none\n`));
      const expected = (await log.entries()).filter(({ type, stored }) => type.startsWith('debts.Placement') && names(stored, `creditor:${creditorId}`)).map(({ index }) => index);
      await regulator.until('{ checkpoint { size } }', {}, (data) => (data as { checkpoint: { size: number } }).checkpoint.size > Math.max(...expected));
      const { entries, streamHead, foreign, foreignHead } = await regulator.data<Found>(FIND, { creditor: creditorId, foreign: other.creditorId });
      expect(entries.edges.map(({ node }) => node.index)).toEqual(expected);
      for (const { node } of entries.edges) {
        expect(verifyTlogProof(node.verification!.tlogProof, leafHash(Buffer.from(node.bytes, 'base64')), policy)).toMatchObject({ integrity: { state: 'proven' }, policy: { verdict: { state: 'proven' } } });
      }
      const proof = parseHeadProof(streamHead!.proof.trimEnd())!;
      const headsEntry = Buffer.from(streamHead!.headsEntry, 'base64');
      const proven = verifyTlogProof(streamHead!.verification.tlogProof, leafHash(headsEntry), policy);
      expect([proven.integrity.state, proven.index]).toEqual(['proven', proven.checkpoint!.size - 1]);
      const ofCreditor = (await log.entries()).filter(({ index, stored }) => index < proven.index && names(stored, `creditor:${creditorId}`));
      expect(openHeadProof(Buffer.from(readHeadsFacts(parseEntry(headsEntry))!.root, 'base64url'), proof)?.n).toBe(ofCreditor.length);
      expect([foreign.edges, foreignHead]).toEqual([[], null]);
    });

    it('takes an export home in pieces and verifies it there, without trusting anybody', async () => {
      const ready = await readyExport(creditorId);
      expect(ready).toMatchObject({ stream: `creditor:${creditorId}`, entriesDone: ready.entriesTotal });
      const first = await download(ready.path, regulator, { range: 'bytes=0-999' });
      expect(first.status).toBe(206);
      const rest = await download(ready.path, regulator, { range: 'bytes=1000-' });
      const file = Buffer.concat([Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())]);
      expect([String(file.length), createHash('sha256').update(file).digest('hex')]).toEqual([ready.bytes, ready.sha256]);

      const vkey = (await log.entries())[0]!.facts['vkey'] as string;
      const report = await verifyBundle(Readable.from([file]), { vkey });
      expect(report).toMatchObject({ outcome: 'verified', kind: 'stream', streams: [{ from: 1, to: ready.entriesTotal }], completeness: { state: 'proven', reasons: [{ code: 'STREAMS_COMPLETE' }] } });
      expect(await verifyBundle(Readable.from([file]))).toMatchObject({ outcome: 'consistent' });
      const flipped = Buffer.from(file);
      flipped[flipped.indexOf('debts.GrantOpened')]! ^= 1;
      expect(await verifyBundle(Readable.from([flipped]), { vkey })).toMatchObject({ outcome: 'broken' });

      const downloads = await log.events('audit.ExportDownloaded');
      expect(downloads.map(({ facts }) => facts['offset'])).toEqual([0, 1000]);
      expect(await log.events('audit.ExportRequested')).toMatchObject([{ facts: { streamKind: 'creditor' }, hidden: { regulatorId } }]);
    });

    it.each([
      ['another creditor', () => other.creditorId],
      ["another creditor's debt", () => other.debt.debtId],
      ['a debt that does not exist', () => newId('debt')],
    ])('gets no export of %s', async (_case, subjectOf) => {
      expect((await requestExport(subjectOf())).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND', argument: 'input.subjectId' } }]);
    });

    it('gets no export of an agency that works for a creditor outside his mandate', async () => {
      expect((await requestExport(agencyId)).data).toEqual({ requestExport: { __typename: 'Refusal', ruleId: 'EXPORT-MANDATE-COVERS', rulePack: 'export-2026.1' } });
    });

    it('keeps his exports from everybody else', async () => {
      const { path } = await readyExport(debt.debtId);
      const colleague = await hub.caller('REGULATOR', newId('regulator'));
      expect((await download(path, colleague)).status).toBe(404);
      for (const caller of [operator, agency]) expect((await download(path, caller)).status).toBeGreaterThanOrEqual(401);
      expect((await fetch(hub.url + path)).status).toBe(401);
    });
  });

  it('an agency finds the entries that name it, and none else', async () => {
    const document = `query ($creditor: ID!) { entries(first: 100) { edges { node { index type } } } ofClient: entries(first: 100, filter: { subjectId: $creditor }) { edges { node { index } } } }`;
    const found = await agency.knows(regulator).data<Record<'entries' | 'ofClient', { edges: { node: { index: number } }[] }>>(document, { creditor: creditorId });
    const naming = (await log.entries()).filter(({ stored }) => names(stored, `agency:${agencyId}`));
    expect(found.entries.edges.map(({ node }) => node.index)).toEqual(naming.map(({ index }) => index));
    expect(found.ofClient.edges.map(({ node }) => node.index)).toEqual(naming.filter(({ stored }) => names(stored, `creditor:${creditorId}`)).map(({ index }) => index));
    expect(naming.length).toBeGreaterThan(found.ofClient.edges.length);
  });

  describe('the log over HTTP', () => {
    it('shows its hashes to every caller and its entries to none of a single creditor', async () => {
      const vkey = parseVkey((await log.entries())[0]!.facts['vkey'] as string);
      for (const caller of [operator, agency, regulator]) {
        const { size, root } = verifyCheckpoint(await (await download('/ledger/checkpoint', caller)).text(), vkey);
        const width = Math.min(size, 256);
        const tile = await download(`/ledger/tile/0/000${width === 256 ? '' : `.p/${width}`}`, caller);
        expect([tile.status, tile.headers.get('content-type'), tile.headers.get('vary')]).toEqual([200, 'application/octet-stream', 'authorization']);
        const range = CompactRange.empty();
        for (const hash of decodeTile(Buffer.from(await tile.arrayBuffer()), width)) range.append(hash);
        if (size === width) expect(range.root()).toEqual(root);
        // Without it, fetch would ask for a fresh copy.
        const kept = { 'cache-control': 'max-age=0', 'if-none-match': (await download('/ledger/tile/0/000.p/1', caller)).headers.get('etag')! };
        expect((await download('/ledger/tile/0/000.p/1', caller, kept)).status).toBe(304);
        expect((await download('/ledger/tile/entries/000.p/1', caller)).status).toBe(403);
        expect((await download('/ledger/read?from=0&limit=1&waitMs=0', caller)).status).toBe(404);
      }
      const supervisor = await hub.caller('REGULATOR', regulatorId, { scopes: ['ledger:all'] });
      expect((await download('/ledger/tile/entries/000.p/1', supervisor)).status).toBe(403);
      for (const path of ['/ledger/checkpoint', '/ledger/tile/0/000.p/1']) expect((await fetch(hub.url + path)).status).toBe(401);
    });
  });

  describe('a borrower', () => {
    const borrowerCaller = async (person: string) => (await hub.caller('BORROWER', person)).knows(operator);

    it('reads what is held about him, and that reading is an entry as well', async () => {
      const self = await borrowerCaller(personId);
      const { myRecords } = await self.data<{ myRecords: { edges: { node: unknown }[] } }>(OWN);
      expect(myRecords.edges).toEqual([
        {
          node: {
            id: debt.borrowerId,
            name: 'Synthetic Person',
            phones: ['+886900000123'],
            nationalId: expect.stringMatching(/^S/) as string,
            creditor: { id: creditorId },
            debts: { edges: [{ node: { id: debt.debtId, balance: { minor: 106_000 } } }] },
          },
        },
      ]);
      const last = (await log.events('borrowers.DataDisclosed')).at(-1)!;
      expect(last.parsed.event).toMatchObject({ purpose: 'OWN_RIGHTS', actor: { audience: 'BORROWER' } });
      expect(last.items).toMatchObject([{ borrowerId: debt.borrowerId, rightId: 'SELF' }]);
    });

    it('sees who has read his data', async () => {
      const self = await borrowerCaller(personId);
      const { borrower } = await self.data<{ borrower: Trail }>(`query ($id: ID!) { borrower(id: $id) { trail(first: 100) { edges { node { index type } } } } }`, { id: debt.borrowerId });
      expect(typesIn(borrower)).toEqual(expect.arrayContaining(['debts.GrantOpened', 'borrowers.DataDisclosed']));
    });

    it("finds nothing of another person's", async () => {
      const stranger = await borrowerCaller(newId('person'));
      expect(await stranger.data(OWN)).toEqual({ myRecords: { edges: [] } });
      const foreign = `query ($borrower: ID!, $debt: ID!) { borrower(id: $borrower) { id name } debt(id: $debt) { id } }`;
      expect(await stranger.data(foreign, { borrower: debt.borrowerId, debt: debt.debtId })).toEqual({ borrower: null, debt: null });
      const self = await borrowerCaller(personId);
      const second = await registerBorrower(operator, 'Synthetic Neighbour');
      expect(await self.knows(operator).data(foreign, { borrower: second, debt: other.debt.debtId })).toEqual({ borrower: null, debt: null });
    });
  });

  it('the log holds every acknowledged step once and as documented', () => log.check());
});
