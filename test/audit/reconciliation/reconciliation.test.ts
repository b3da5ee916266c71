/**
 * Both sides of handovers compared, in real rooms on a real ledger: recalls without attestation, and gaps planted in the ledger
 * itself, each found where it is.
 */
import { auditRoom } from '../../../audit/subgraph';
import { composeSubmission } from '../../../kernel/event-draft';
import { insertOutbox } from '../../../kernel/outbox/outbox';
import { databaseOf } from '../../../kernel/room-host';
import { newId } from '../../../schema/ids';
import { rebuildStanding, standingOf } from '../../flows/standing-rebuild';
import { AgencySigner } from '../../support/agency-signer';
import { key, recallPlacement } from '../../support/scenario';
import { testDatabase } from '../../support/test-database';
import { testRooms } from '../../support/test-rooms';
import { HANDOVER_ROOMS, HandoverScene, type Case } from '../handover/scene';

const rooms = testRooms(HANDOVER_ROOMS);
const anew = testDatabase(databaseOf(auditRoom));
const { commanders, openCase, reportOf, share } = new HandoverScene(rooms);

describe('a recall', () => {
  const ATTEST = 'mutation ($input: AttestReturnOrDestructionInput!) { attestReturnOrDestruction(input: $input) { __typename } }';

  it('is without attestation until its agency attests, and again when what the law had kept is past its day', async () => {
    const own = await openCase();
    expect((await reportOf(own.staff)).recallsWithoutAttestation).toEqual([]);
    await recallPlacement(commanders.as(own.staff), own.placementId);
    for (const actor of [own.staff, own.bank.regulator, own.agency]) {
      const report = await reportOf(actor);
      expect(report.recallsWithoutAttestation).toMatchObject([{ placement: { id: own.placementId }, agency: { id: own.agency.org }, overdue: false, keptUntil: null }]);
      expect(report.counts).toMatchObject({ recallsWithoutAttestation: 1, recallsOverdue: 0 });
    }
    const attest = async (input: object) => rooms.execute('debts', own.agency, ATTEST, { input: { clientKey: key(), placementId: own.placementId, ...input } }, commanders.seen);
    await attest({ method: 'RETAINED_BY_LAW', basis: 'LITIGATION', retainedUntil: '2098-12-31' });
    expect((await reportOf(own.staff)).counts).toMatchObject({ recallsWithoutAttestation: 0 });
    await rooms.room('audit').database.worker.query(`update standing_attestation_duty set fulfilled_until = '2026-01-01', attest_by = '2026-01-01' where placement_id = $1`, [own.placementId]);
    expect(await reportOf(own.bank.regulator)).toMatchObject({ counts: { recallsOverdue: 1 }, recallsWithoutAttestation: [{ overdue: true, keptUntil: '2026-01-01' }] });
    await attest({ method: 'DESTROYED' });
    expect((await reportOf(own.staff)).recallsWithoutAttestation).toEqual([]);
  });
});

describe('gaps planted in the ledger', () => {
  const plant = (own: Case, facts: { share: number; payloadHash: string }, hidden: Record<string, string> = {}): Promise<number> => plantAs('audit', own, { type: 'audit.HandoverAcknowledged', facts, hidden });

  /** As the room's own relay would, past every rule: what a room taken over could write. */
  async function plantAs(room: 'audit' | 'debts', own: Case, { type, facts, hidden }: { type: string; facts: Record<string, string | number | boolean>; hidden: Record<string, string> }): Promise<number> {
    const submission = composeSubmission(
      {
        type,
        typeVersion: 1,
        retention: 'SHARE_RECORD',
        actor: null,
        occurredAt: new Date(),
        facts,
        hidden: { agencyId: own.agency.org, ...hidden },
        streams: [`agency:${own.agency.org}`, `creditor:${own.bank.creditorId}`],
      },
      null,
    );
    const { database, services } = rooms.room(room);
    await insertOutbox(database.worker, [{ submission }]);
    services.receipts.recorded();
    const index = await services.receipts.await([submission.idempotencyKey], 5_000);
    commanders.seen = Math.max(commanders.seen, index!);
    return index!;
  }

  it('are each found by their index and named', async () => {
    const own = await openCase();
    const [first, second, third] = [await share(own), await share(own), await share(own)];
    const planted = [
      await plant(own, { share: first.ledgerIndex + 1_000, payloadHash: first.payloadHash }),
      await plant(own, { share: first.ledgerIndex, payloadHash: 'd'.repeat(64) }),
      await plant(own, { share: second.ledgerIndex, payloadHash: second.payloadHash }),
      await plant(own, { share: second.ledgerIndex, payloadHash: second.payloadHash }),
      await plant(own, { share: third.ledgerIndex, payloadHash: third.payloadHash }, { thumbprint: new AgencySigner().thumbprint, signature: 'forged' }),
    ];
    const report = await reportOf(own.bank.regulator);
    expect(report.receiptsWithoutShare.map(({ ledgerIndex, fault }) => [ledgerIndex, fault])).toEqual([
      [planted[0], 'NO_SHARE'],
      [planted[1], 'OTHER_PAYLOAD'],
      [planted[3], 'REPEATED'],
      [planted[4], 'KEY_ENDED'],
    ]);
    expect(report.sharesWithoutReceipt).toMatchObject([first]);
    expect(report.counts).toMatchObject({ shares: 3, sharesWithoutReceipt: 1, receiptsWithoutShare: 4 });
  });

  it('are found in attestations, too: one signed with a key the agency does not have leaves the duty open', async () => {
    const own = await openCase();
    await recallPlacement(commanders.as(own.staff), own.placementId);
    const hidden = { placementId: own.placementId, debtId: own.debtId, borrowerId: newId('borrower'), creditorId: own.bank.creditorId, thumbprint: new AgencySigner().thumbprint, signature: 'forged' };
    const planted = await plantAs('debts', own, { type: 'debts.ReturnOrDestructionAttested', facts: { method: 'DESTROYED', late: false }, hidden });
    expect((await reportOf(own.bank.regulator)).recallsWithoutAttestation).toMatchObject([{ placement: { id: own.placementId }, attestedIndex: planted, keptUntil: null }]);
  });

  it('are overdue when a day has passed', async () => {
    const own = await openCase();
    const shared = await share(own);
    await rooms.settled();
    await rooms.room('audit').database.worker.query(`update standing_share set released_at = now() - interval '25 hours' where index = $1`, [shared.ledgerIndex]);
    expect(await reportOf(own.staff)).toMatchObject({ counts: { sharesOverdue: 1 }, sharesWithoutReceipt: [{ overdue: true }] });
  });
});

/** All but the days that tests above have put back by hand. */
const without = (standing: Record<string, unknown[]>) =>
  JSON.parse(JSON.stringify(standing, (name, value: unknown) => (['released_at', 'attest_by', 'fulfilled_until'].includes(name) ? undefined : value))) as unknown;

describe('the report', () => {
  it('is paged in both directions and gives no cursor of one list to another', async () => {
    const own = await openCase();
    const shares = [await share(own), await share(own), await share(own)].map(({ ledgerIndex }) => ledgerIndex);
    await rooms.settled();
    const leaf = async (rest: string, variables = {}) => {
      const document = `query ${'c' in variables ? '($c: String)' : ''} { reconciliation { sharesWithoutReceipt(${rest}) { pageInfo { endCursor startCursor hasNextPage } edges { node { ledgerIndex } } } } }`;
      const answer = await rooms.execute('audit', own.staff, document, variables, commanders.seen);
      expect(answer.errors).toBeUndefined();
      return (answer.data!['reconciliation'] as { sharesWithoutReceipt: { pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean }; edges: { node: { ledgerIndex: number } }[] } }).sharesWithoutReceipt;
    };
    const first = await leaf('first: 2');
    expect([first.edges.map(({ node }) => node.ledgerIndex), first.pageInfo.hasNextPage]).toEqual([shares.slice(0, 2), true]);
    expect((await leaf('first: 2, after: $c', { c: first.pageInfo.endCursor })).edges.map(({ node }) => node.ledgerIndex)).toEqual(shares.slice(2));
    const last = await leaf('last: 1');
    expect((await leaf('last: 5, before: $c', { c: last.pageInfo.startCursor })).edges.map(({ node }) => node.ledgerIndex)).toEqual(shares.slice(0, 2));
    const strange = await rooms.execute('audit', own.staff, 'query ($c: String) { reconciliation { refusals(first: 1, after: $c) { edges { cursor } } } }', { c: first.pageInfo.endCursor }, commanders.seen);
    expect(strange.errors).toMatchObject([{ extensions: { code: 'BAD_INPUT' } }]);
  });

  it('follows from the entries alone: a room that follows the ledger from its first entry comes to the same', async () => {
    await rooms.settled();
    const { size } = await rooms.ledger.ledgerFor('audit').read(0, 1, 0);
    const live = await standingOf(rooms.room('audit').database.worker);
    const rebuilt = await rebuildStanding(anew, auditRoom, rooms.ledger.ledgerFor('audit'), size);
    expect(live['standing_share']!.length).toBeGreaterThan(5);
    expect(without(rebuilt)).toEqual(without(live));
  });
});
