/** What may be pruned of a stored ledger: whole bundles at its beginning, none younger than its class allows, none under a legal hold. */
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../../audit/definition';
import { orderPruning, planPruning, type PruningPlan } from '../../../audit/retention/pruning';
import { PRUNING_FOLLOWING } from '../../../audit/retention/pruning.follower';
import { createLedger } from '../../../audit/writer/create-ledger';
import type { RetentionClass } from '../../../kernel/event-draft';
import { composeSubmission } from '../../../kernel/event-draft';
import type { FollowedEvent } from '../../../kernel/follower/followed-event';
import { newId } from '../../../schema/ids';
import type { RoomName, StreamName } from '../../../schema/vocabulary';
import { factFaults } from '../../support/event-schemas';
import { testDatabase } from '../../support/test-database';
import { openWriter, ORIGIN, receipts, type OpenedWriter } from '../ledger-fixture';

const database = testDatabase(AUDIT_DATABASE);
const creditorId = newId('creditor');
const [held, other] = [newId('borrower'), newId('borrower')];
const holdId = newId('hold');
let clock = new Date('2000-01-01T00:00:00.000Z');
let pool: Pool;
let opened: OpenedWriter;
const said = new Map<RoomName, number>();

async function append(type: string, retention: RetentionClass, hidden: Record<string, string>, streams: readonly StreamName[], count = 1): Promise<number> {
  const room = type.split('.')[0] as RoomName;
  const submissions = Array.from({ length: count }, () => {
    const sourceSeq = (said.get(room) ?? 0) + 1;
    said.set(room, sourceSeq);
    return { ...composeSubmission({ type, typeVersion: 1, retention, actor: null, occurredAt: clock, facts: {}, hidden, streams }, null), sourceSeq };
  });
  return receipts(await opened.writer.append(room, 'outbox', submissions, 30_000)).at(-1)!.index;
}

/** 256 entries a bundle: the first of 2000, of every class; the second of 2001, disclosures; the third of 2002, the last one of a held borrower. */
beforeAll(async () => {
  pool = (await database.open(AUDIT_DATABASE)).worker;
  await createLedger(pool, { origin: ORIGIN, vkey: 'cession.local/ledger+00000000+none', now: clock });
  opened = await openWriter(pool, { clock: () => clock });
  await append('creditors.CreditorRegistered', 'STANDING', { creditorId }, [`creditor:${creditorId}`]);
  await append('debts.DebtRegistered', 'DEBT_RECORD', { borrowerId: other }, [`borrower:${other}`], 100);
  await append('debts.CommandRefused', 'OPERATION', { creditorId }, [`creditor:${creditorId}`], 154);
  clock = new Date('2001-01-01T00:00:00.000Z');
  await append('debts.DataDisclosed', 'SHARE_RECORD', { borrowerId: other }, [`borrower:${other}`], 256);
  clock = new Date('2002-01-01T00:00:00.000Z');
  await append('debts.DataDisclosed', 'SHARE_RECORD', { borrowerId: other }, [`borrower:${other}`], 255);
  await append('debts.DataDisclosed', 'SHARE_RECORD', { borrowerId: held }, [`borrower:${held}`]);
  expect(await append('debts.DataDisclosed', 'SHARE_RECORD', { borrowerId: other }, [`borrower:${other}`], 10)).toBe(777);
}, 60_000);
database.beforeClose(() => opened.writer.close());

const plan = (now: string, from = 0, size = 778): Promise<PruningPlan> => planPruning(pool, { from, size, now: new Date(now) });

describe('the entries of a ledger from 2000 to 2002', () => {
  it.each([
    ['2002-06-01', 0, { index: 0, retention: 'STANDING', until: '2023-01-01' }],
    ['2022-12-31', 0, { index: 0, retention: 'STANDING', until: '2023-01-01' }],
    ['2023-01-02', 768, null],
  ])('may be given up, on %s, before index %i', async (day, minimumIndex, kept) => {
    const found = await plan(`${day}T00:00:00.000Z`);
    expect(found.minimumIndex).toBe(minimumIndex);
    expect(found.keptBy === null ? null : { ...found.keptBy, until: found.keptBy.until?.toISOString().slice(0, 10) }).toEqual(kept === null ? null : { ...kept, isHeld: false });
  });

  it('are counted by class, in whole bundles', async () => {
    const { counts } = await plan('2030-01-01T00:00:00.000Z');
    expect(Object.fromEntries(counts)).toEqual({ STANDING: 2, DEBT_RECORD: 100, OPERATION: 154, SHARE_RECORD: 512 });
  });

  it('are looked at from the minimum on, which never goes back', async () => {
    expect(await plan('2005-06-01T00:00:00.000Z', 256)).toMatchObject({ from: 256, minimumIndex: 256, keptBy: { index: 256, retention: 'SHARE_RECORD' } });
    expect(await plan('2006-06-01T00:00:00.000Z', 256)).toMatchObject({ from: 256, minimumIndex: 512, keptBy: { index: 512 } });
  });

  it('are given up only below the checkpoint', async () => {
    expect(await plan('2030-01-01T00:00:00.000Z', 0, 600)).toMatchObject({ minimumIndex: 512, keptBy: null });
    expect(await plan('2030-01-01T00:00:00.000Z', 512, 600)).toMatchObject({ minimumIndex: 512, keptBy: null });
  });

  it('stay while a legal hold stands on a borrower they are about, and so does the hold itself', async () => {
    const size = (await append('borrowers.LegalHoldPlaced', 'STANDING', { holdId, borrowerId: held, creditorId }, [`creditor:${creditorId}`])) + 1;
    expect(await plan('2030-01-01T00:00:00.000Z', 0, size)).toMatchObject({ minimumIndex: 512, keptBy: { index: 767, isHeld: true, until: null } });
    const after = (await append('debts.CommandRefused', 'OPERATION', { creditorId }, [`creditor:${creditorId}`], 256)) + 1;
    expect(await plan('2050-01-01T00:00:00.000Z', 768, after)).toMatchObject({ minimumIndex: 768, keptBy: { index: size - 1, isHeld: true } });
    const lifted = (await append('borrowers.LegalHoldLifted', 'STANDING', { holdId, borrowerId: held, creditorId }, [`creditor:${creditorId}`])) + 1;
    expect(await plan('2050-01-01T00:00:00.000Z', 0, lifted)).toMatchObject({ minimumIndex: 1024, keptBy: null });
  });
});

describe('the order to prune', () => {
  it('is an entry of the audit room that says by which rule', async () => {
    await orderPruning(pool, { from: 0, minimumIndex: 512, counts: new Map(), keptBy: null }, clock);
    const { rows } = await pool.query<{ event: { type: string; facts: object } }>(`select convert_from(event, 'UTF8')::json as event from outbox`);
    expect(rows).toMatchObject([{ event: { type: 'audit.EntriesPruned', facts: { minimumIndex: 512, rulePack: 'retention-2026.1' } } }]);
    expect(factFaults('audit.EntriesPruned', rows[0]!.event.facts)).toEqual([]);
  });

  it('is never made without anything to prune', async () => {
    await expect(orderPruning(pool, { from: 512, minimumIndex: 512, counts: new Map(), keptBy: null }, clock)).rejects.toThrow('nothing may be pruned');
  });

  it.each([['no number', 'all'], ['a fraction', 0.5], ['an entry that is still to come', 2_000]])('with %s for its index halts the room', async (_case, minimumIndex) => {
    const { handler } = PRUNING_FOLLOWING.get('audit.EntriesPruned')![0]!;
    const event = { index: 1_000, type: 'audit.EntriesPruned', facts: { minimumIndex } } as unknown as FollowedEvent;
    await expect(handler!(undefined as never, event, undefined as never)).rejects.toMatchObject({ name: 'FollowerMismatch' });
  });
});
