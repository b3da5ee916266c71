/** What the read bench reads: one creditor with a portfolio of debts, registered through the rooms' bulk doors and in the ledger. */
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { prepareHub, startHub } from '../../hub';
import { awaitLedger } from '../../cli/import/ledger-wait';
import { openLocalIssuer } from '../../gateway/gateway';
import type { PreparedConfig } from '../../kernel/config';
import { openDiagnostics } from '../../kernel/diagnostics';
import type { OpenRoom } from '../../kernel/room-host';
import { newId } from '../../schema/ids';
import type { RoomName } from '../../schema/vocabulary';
import { borrowersImport } from '../../subgraphs/borrowers/subgraph';
import { bootstrapCreditor, STAFF_SCOPES } from '../../subgraphs/creditors/subgraph';
import { debtsImport } from '../../subgraphs/debts/subgraph';
import { READ_PATH } from './read-query';

export interface ReadScene {
  readonly debts: number;
  /** Of a staff member of the creditor, with the purpose that personal data is read for. */
  readonly headers: Readonly<Record<string, string>>;
  /** Places in the list that pages are read behind. */
  readonly cursors: readonly string[];
}

const OPERATOR = 'bench-operator';
const CHUNK = 1_000;
const CURSORS = 200;

export async function makeReadScene(config: PreparedConfig, debts: number): Promise<ReadScene> {
  const diagnostics = openDiagnostics(config.logLevel);
  const prepared = await prepareHub(config, diagnostics);
  const hub = await startHub(prepared, diagnostics);
  try {
    const room = (name: RoomName): OpenRoom => hub.rooms.find((each) => each.name === name)!;
    const creditorId = await registerCreditor(room('creditors'));
    await registerDebts(room('borrowers'), room('debts'), creditorId, debts);
    const wait = await awaitLedger([room('creditors').database.worker, room('borrowers').database.worker, room('debts').database.worker], () => undefined, 20_000);
    if (!wait.appended) throw new Error(`${wait.waiting} records have no place in the ledger`);
    await analyse(config);
    const issuer = await openLocalIssuer(config);
    const token = await issuer.mintToken({ audience: 'INTERNAL', org: creditorId, sub: OPERATOR, scopes: STAFF_SCOPES });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-purpose': 'SERVICING' };
    return { debts, headers, cursors: await readCursors(`${hub.url}${READ_PATH}`, headers, wait.ledgerIndex) };
  } finally {
    await hub.stop();
    await prepared.stop();
  }
}

async function registerCreditor({ database }: OpenRoom): Promise<string> {
  const creditor = { code: 'BENCH', name: 'Bench Bank', jurisdiction: 'CN' };
  return (await bootstrapCreditor(database.worker, { creditor, operatorSub: OPERATOR, regulatorId: null, now: new Date() })).creditorId;
}

async function registerDebts(borrowers: OpenRoom, debts: OpenRoom, creditorId: string, count: number): Promise<void> {
  const fileHash = createHash('sha256').update(`bench ${count}`).digest();
  const { keyStore } = debts.services;
  const [borrowerTools, debtTools] = [{ worker: borrowers.database.worker, keyStore }, { worker: debts.database.worker, keyStore, clock: () => new Date() }];
  const { id: batchId } = await debtsImport.openBatch(debtTools, { creditorId, fileHash: fileHash.toString('hex') });
  const batch = { batchId, creditorId, fileHash, mappingHash: fileHash };
  await borrowersImport.openBatch(borrowerTools, batch);
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - from) }, (_, at) => from + at + 1);
    const known = await borrowersImport.stage(borrowerTools, batch, rows.map((rowNo) => ({ rowNo, registration: registrationOf(rowNo) })));
    await debtsImport.stageDebts(debtTools, batchId, rows.map((rowNo) => ({ ...debtOf(rowNo), debtId: newId('debt'), borrowerId: known.get(rowNo)! })));
  }
  while ((await borrowersImport.move(borrowerTools, batch, CHUNK)) > 0);
  while (!(await debtsImport.moveChunk(debtTools, batchId, CHUNK)).isDone);
  await debtsImport.closeBatch(debtTools, batchId, count);
  await borrowersImport.closeBatch(borrowerTools, batchId);
}

/** Recognisable as made up: no such numbers are given to anybody. */
function registrationOf(rowNo: number): Parameters<typeof borrowersImport.stage>[2][number]['registration'] {
  const nationalId = `S${String(rowNo).padStart(9, '0')}`;
  const phones = [`+886 900 ${String(rowNo).padStart(6, '0')}`, `+886 901 ${String(rowNo).padStart(6, '0')}`].slice(0, 1 + (rowNo % 2));
  const contactPoints = phones.map((value) => ({ kind: 'PHONE' as const, value, source: 'CONTRACT' as const }));
  return { name: `Synthetic Person ${rowNo}`, nationalId, nationalIdKey: nationalId, employer: null, contactPoints };
}

function debtOf(rowNo: number) {
  const components = { principal: 100_000 + rowNo, interest: 5_000, penaltyInterest: 0, fee: 1_000, cost: 0 };
  return { rowNo, reference: `R-${rowNo}`, product: 'CREDIT_CARD', region: 'TW', currency: 'TWD', components, daysPastDue: 30 + (rowNo % 300), asOf: '2026-09-30', payments: [] };
}

/** A fresh database has no statistics, and its first minutes would be measured with other plans than its days. */
async function analyse(config: PreparedConfig): Promise<void> {
  const admin = new Client({ connectionString: config.database.url.reveal() });
  await admin.connect();
  await admin.query('vacuum (analyze)');
  await admin.end();
}

interface CursorPage {
  readonly data: { readonly debts: { readonly edges: readonly { readonly cursor: string }[]; readonly pageInfo: { readonly endCursor: string; readonly hasNextPage: boolean } } };
}

async function readCursors(url: string, headers: Readonly<Record<string, string>>, atLeast: number): Promise<string[]> {
  const query = 'query ($after: String) { debts(first: 100, after: $after) { edges { cursor } pageInfo { endCursor hasNextPage } } }';
  const cursors: string[] = [];
  for (let after: string | null = null; cursors.length < CURSORS; ) {
    const body = JSON.stringify({ query, variables: { after } });
    const response = await fetch(url, { method: 'POST', headers: { ...headers, 'x-ledger-at-least': String(atLeast) }, body });
    const { debts } = ((await response.json()) as CursorPage).data;
    // A page behind the last ones would be shorter than the others.
    cursors.push(...debts.edges.slice(0, 50).map(({ cursor }) => cursor));
    if (!debts.pageInfo.hasNextPage) break;
    after = debts.pageInfo.endCursor;
  }
  return cursors.slice(0, CURSORS);
}
