/**
 * What happens around a ledger, so that every repository of the audit room is asked: exports, receipts, both sides compared; and
 * what its own workers keep. MUST be imported after the recorder.
 */
import { START_MARK } from '../../../audit/self-check/self-check';
import { beginPass, endPass, keepMark, readSelfCheck } from '../../../audit/self-check/self-check.repository';
import { planKeyChange, proveKeyChanges, readLogKeys } from '../../../audit/signer/signing-keys.repository';
import { addTimestamp, lastTimestamp, readTimestamps } from '../../../audit/time/timestamps.repository';
import { addCosignature, cosignedByAll, cosignedCheckpoint, lastCosignedSize, withCosignatures } from '../../../audit/witness/cosignatures.repository';
import { latestCheckpoint } from '../../../audit/writer/checkpointer';
import type { Actor } from '../../../kernel/actor';
import { newId } from '../../../schema/ids';
import { key } from '../../support/scenario';
import type { TestRooms } from '../../support/test-rooms';

const REQUEST = 'mutation ($input: RequestExportInput!) { requestExport(input: $input) { ... on ExportRequested { export { id } } } }';
const EXPORT = 'query ($id: ID!) { export(id: $id) { state } }';
const ACKNOWLEDGE = 'mutation ($input: AcknowledgeHandoversInput!) { acknowledgeHandovers(input: $input) { __typename } }';
const OPEN = 'query { reconciliation { sharesWithoutReceipt(first: 1) { edges { node { ledgerIndex payloadHash } } } } }';
const listed = (end: 'first' | 'last'): string => `query { reconciliation { asOfIndex counts { shares }
  sharesWithoutReceipt(${end}: 1) { edges { cursor } } receiptsWithoutShare(${end}: 1) { edges { cursor } } recallsWithoutAttestation(${end}: 1) { edges { cursor } } refusals(${end}: 1) { edges { cursor } } } }`;

export interface AuditParties {
  readonly staff: Actor;
  /** Has been shown something it has not acknowledged. */
  readonly agency: Actor;
  readonly regulator: Actor;
  readonly borrowerId: string;
}

/** `seen`: the ledger index to stand on at least. */
export async function auditHistory(rooms: TestRooms, { staff, agency, regulator, borrowerId }: AuditParties, seen: () => number): Promise<void> {
  const { rows } = await rooms.room('audit').database.worker.query<{ person: string }>('select person_id as person from standing_person where borrower_id = $1', [borrowerId]);
  const self: Actor = { ...staff, audience: 'BORROWER', sub: rows[0]!.person, org: rows[0]!.person, purpose: 'OWN_RIGHTS' };
  const ask = (actor: Actor, document: string, variables = {}) => rooms.execute('audit', actor, document, variables, seen());
  for (const [actor, subjectId] of [[regulator, staff.org], [regulator, agency.org], [agency, agency.org], [self, borrowerId]] as const) {
    const { data } = await ask(actor, REQUEST, { input: { clientKey: key(), subjectId } });
    const id = (data?.['requestExport'] as { export?: { id: string } } | null)?.export?.id ?? newId('export');
    await ask(actor, EXPORT, { id });
  }
  const { data } = await ask(agency, OPEN);
  const [share] = (data!['reconciliation'] as { sharesWithoutReceipt: { edges: { node: { ledgerIndex: number; payloadHash: string } }[] } }).sharesWithoutReceipt.edges;
  await ask(agency, ACKNOWLEDGE, { input: { clientKey: key(), handovers: [share!.node, { ledgerIndex: 0, payloadHash: 'e'.repeat(64) }] } });
  for (const actor of [staff, agency, regulator]) for (const end of ['first', 'last'] as const) await ask(actor, listed(end));
  await workers(rooms);
}

async function workers(rooms: TestRooms): Promise<void> {
  await rooms.ledger.signNow();
  const { worker } = rooms.room('audit').database;
  const at = new Date('2026-11-21T20:20:10.123Z');
  const { size } = (await latestCheckpoint(worker))!;
  const difference = { table: 'entry', check: 'LEAF_HASH', at: 'index 0', expected: '', got: '' } as unknown as NonNullable<Parameters<typeof endPass>[2]['difference']>;
  await beginPass(worker, START_MARK, at);
  await keepMark(worker, START_MARK);
  for (const found of [difference, null]) await endPass(worker, START_MARK, { at, difference: found });
  await readSelfCheck(worker);
  await planKeyChange(worker, newId('event'), 'example+00000000+none');
  await readLogKeys(worker);
  await proveKeyChanges(worker, size);
  await addTimestamp(worker, { size, authority: 'tsa.example', token: Buffer.from('token'), at });
  await lastTimestamp(worker, 'tsa.example');
  await readTimestamps(worker, [size]);
  await addCosignature(worker, { size, witness: 'witness.example+00000000+none', line: 'line', at });
  await cosignedByAll(worker, ['witness.example+00000000+none']);
  await lastCosignedSize(worker, 'witness.example+00000000+none');
  await withCosignatures(worker, [{ size, note: 'note' }]);
  await cosignedCheckpoint(worker);
}
