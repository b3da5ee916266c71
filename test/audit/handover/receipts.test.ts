/**
 * Receipts of agencies in real rooms on a real ledger: taken, refused, forged and repeated, and shown to nobody whom they do not
 * concern.
 */
import { leafHash } from '../../../audit/log/tree';
import { newId } from '../../../schema/ids';
import { AgencySigner } from '../../support/agency-signer';
import { schemaFaults } from '../../support/event-schemas';
import { testRooms } from '../../support/test-rooms';
import { agencyActor } from '../../support/two-banks';
import { HANDOVER_ROOMS, HandoverScene, statement, type Case, type Share } from './scene';

const rooms = testRooms(HANDOVER_ROOMS);
const { acknowledge, commanders, give, openCase, registerKey, reportOf, revokeKey, share } = new HandoverScene(rooms);

describe('a share', () => {
  it('is without a receipt for both sides until the agency acknowledges it under its payload hash', async () => {
    const own = await openCase();
    const shared = await share(own);
    for (const actor of [own.staff, own.bank.regulator, own.agency]) {
      const report = await reportOf(actor);
      expect(report.sharesWithoutReceipt).toMatchObject([{ ...shared, agency: { id: own.agency.org }, purpose: 'COLLECTION', categories: ['BALANCE'], subjects: 1, overdue: false }]);
      expect(report.counts).toMatchObject({ shares: 1, sharesWithoutReceipt: 1, sharesOverdue: 0 });
    }
    const [outcome] = await acknowledge(own.agency, [shared]);
    expect(outcome).toMatchObject({ __typename: 'HandoverAcknowledged', handover: { receiptIndex: outcome!.ledgerIndex } });
    for (const actor of [own.staff, own.bank.regulator, own.agency]) {
      expect(await reportOf(actor)).toMatchObject({ counts: { shares: 1, sharesWithoutReceipt: 0, receiptsWithoutShare: 0 }, sharesWithoutReceipt: [], receiptsWithoutShare: [] });
    }
  });

  it('is of the agency alone: reads of staff are none, and a stranger sees nothing of it', async () => {
    const [own, stranger] = [await openCase(), await openCase()];
    await rooms.execute('debts', own.staff, 'query ($id: ID!) { debt(id: $id) { balance { minor } } }', { id: own.debtId }, commanders.seen);
    expect((await reportOf(own.staff)).counts).toMatchObject({ shares: 0 });
    await share(own);
    for (const actor of [stranger.staff, stranger.bank.regulator, stranger.agency]) expect((await reportOf(actor)).counts).toMatchObject({ shares: 0 });
  });

  it('of two creditors in one fetch is open for both, and answered for both by one receipt in the streams of all concerned', async () => {
    const first = await openCase();
    const second = await openCase(first.agency);
    const answer = await rooms.execute('debts', first.agency, 'query { debts(first: 10) { edges { node { id balance { minor } } } } }', {}, commanders.seen);
    const { entries } = await rooms.ledger.ledgerFor('audit').read(answer.ledgerIndex, 1, 0);
    const shared = { ledgerIndex: answer.ledgerIndex, payloadHash: leafHash(entries[0]!.bytes).toString('hex') };
    for (const { staff } of [first, second]) expect((await reportOf(staff)).sharesWithoutReceipt).toMatchObject([{ ...shared, subjects: 2 }]);
    const [outcome] = await acknowledge(first.agency, [shared]);
    for (const { staff } of [first, second]) expect((await reportOf(staff)).sharesWithoutReceipt).toEqual([]);
    const [receipt] = (await rooms.ledger.ledgerFor('audit').read(outcome!.ledgerIndex!, 1, 0)).entries;
    const streams = JSON.stringify(receipt!.disclosures.filter(({ kind }) => kind === 'link').map(({ reveal }) => reveal![0]));
    for (const id of [first.bank.creditorId, second.bank.creditorId, first.agency.org]) expect(streams).toContain(id);
    expect(streams.match(/borrower:/g)).toHaveLength(2);
    expect(schemaFaults(receipt!)).toEqual([]);
  });
});

describe('a receipt', () => {
  it('given again under its client key gets its first answer; under another it is refused, and there is one entry', async () => {
    const own = await openCase();
    const shared = await share(own);
    const first = await acknowledge(own.agency, [shared], 'receipt-replay');
    expect(await acknowledge(own.agency, [shared], 'receipt-replay')).toEqual(first);
    expect((await give(own.agency, [{ ...shared, payloadHash: 'b'.repeat(64) }], 'receipt-replay')).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await acknowledge(own.agency, [shared])).toMatchObject([{ ruleId: 'HANDOVER-ONCE' }]);
    expect((await reportOf(own.staff)).receiptsWithoutShare).toEqual([]);
  });

  it('given at the same moment by several of the agency stands once', async () => {
    const own = await openCase();
    const shared = await share(own);
    const outcomes = (await Promise.all(Array.from({ length: 4 }, () => acknowledge(own.agency, [shared])))).flat();
    expect(outcomes.map(({ __typename, ruleId }) => ruleId ?? __typename).sort()).toEqual([...Array<string>(3).fill('HANDOVER-ONCE'), 'HandoverAcknowledged']);
  });

  it('of many is answered one by one: what is wrong with one undoes no other', async () => {
    const [own, stranger] = [await openCase(), await openCase()];
    const shares = [await share(own), await share(own), await share(own)];
    const foreign = await share(stranger);
    const outcomes = await acknowledge(own.agency, [shares[0]!, { ...shares[1]!, payloadHash: 'b'.repeat(64) }, foreign, shares[2]!]);
    expect(outcomes.map(({ __typename, ruleId }) => ruleId ?? __typename)).toEqual(['HandoverAcknowledged', 'HANDOVER-PAYLOAD-SAME', 'HANDOVER-SHARED', 'HandoverAcknowledged']);
    expect((await reportOf(own.staff)).sharesWithoutReceipt).toMatchObject([shares[1]!]);
    expect((await reportOf(stranger.staff)).sharesWithoutReceipt).toMatchObject([foreign]);
  });

  it('for what this ledger does not have is refused, and both sides find it in the report: a ledger cut short looks like that', async () => {
    const own = await openCase();
    const beyond = { ledgerIndex: 2_000_000_000, payloadHash: 'c'.repeat(64) };
    expect(await acknowledge(own.agency, [beyond])).toMatchObject([{ ruleId: 'HANDOVER-SHARED', rulePack: 'handover-2026.1' }]);
    for (const actor of [own.staff, own.bank.regulator, own.agency]) {
      const report = await reportOf(actor);
      expect(report.receiptsWithoutShare).toMatchObject([{ agency: { id: own.agency.org }, fault: 'NO_SHARE', shareIndex: beyond.ledgerIndex, payloadHash: beyond.payloadHash }]);
      expect(report.refusals).toMatchObject([{ room: 'audit', command: 'acknowledgeHandover', ruleId: 'HANDOVER-SHARED', count: 1 }]);
      expect(report.counts).toMatchObject({ receiptsWithoutShare: 1, refusals: 1 });
    }
  });

  it('for several things this ledger does not have is as many differences, however fast they are claimed', async () => {
    const own = await openCase();
    const claims = [1, 2, 3].map((n) => ({ ledgerIndex: 2_000_000_000 + n, payloadHash: 'c'.repeat(64) }));
    expect((await acknowledge(own.agency, claims)).map(({ ruleId }) => ruleId)).toEqual(Array(3).fill('HANDOVER-SHARED'));
    const report = await reportOf(own.staff);
    expect(report.receiptsWithoutShare.map(({ shareIndex }) => shareIndex).sort()).toEqual(claims.map(({ ledgerIndex }) => ledgerIndex));
    await acknowledge(own.agency, [claims[0]!]);
    expect((await reportOf(own.staff)).receiptsWithoutShare).toHaveLength(3);
  });

  it.each([
    ['no handover', () => [], 'Name at least one handover.'],
    ['too many', () => Array.from({ length: 101 }, (_, ledgerIndex) => ({ ledgerIndex, payloadHash: 'a'.repeat(64) })), 'Name at most 100 handovers.'],
    ['a handover twice', () => [1, 1].map((ledgerIndex) => ({ ledgerIndex, payloadHash: 'a'.repeat(64) })), 'A handover is named twice.'],
    ['a place before the first', () => [{ ledgerIndex: -1, payloadHash: 'a'.repeat(64) }], 'A place in the ledger is counted from 0.'],
  ])('names the mistake when it holds %s', async (_what, handovers, message) => {
    const answer = await give({ ...agencyActor(newId('agency')), scopes: ['placements:write'] }, handovers());
    expect(answer.errors).toMatchObject([{ message, extensions: { code: 'BAD_INPUT' } }]);
  });

  it('is not given by staff, nor without the scope', async () => {
    const own = await openCase();
    const shared = await share(own);
    for (const actor of [own.staff, { ...own.agency, scopes: [] }]) expect((await give(actor, [shared])).errors).toMatchObject([{ extensions: { code: 'NOT_PERMITTED' } }]);
  });
});

describe('an agency with a key', () => {
  it('signs each receipt over the statement it is shown, and the entry holds the signature', async () => {
    const own = await openCase();
    const signer = new AgencySigner('P-256');
    await registerKey(own, signer);
    const shared = await share(own);
    const signature = signer.sign(statement(own.agency.org, shared));
    const [outcome] = await acknowledge(own.agency, [{ ...shared, signature }]);
    expect(outcome).toMatchObject({ __typename: 'HandoverAcknowledged', handover: { statement: statement(own.agency.org, shared) } });
    const [entry] = (await rooms.ledger.ledgerFor('audit').read(outcome!.ledgerIndex!, 1, 0)).entries;
    const kept = entry!.disclosures.map(({ text }) => (text === null ? '' : Buffer.from(text, 'base64url').toString('utf8')));
    for (const value of [signature, signer.thumbprint]) expect(kept.some((text) => text.includes(value))).toBe(true);
  });

  it.each<[string, (own: Case, shared: Share, signer: AgencySigner) => Promise<string | undefined>, string]>([
    ['leaves it unsigned', () => Promise.resolve(undefined), 'SIGNATURE-GIVEN'],
    ['signs the receipt of another share', async (own, _shared, signer) => signer.sign(statement(own.agency.org, await share(own))), 'SIGNATURE-VERIFIES'],
    ['signs in the name of another agency', (_own, shared, signer) => Promise.resolve(signer.sign(statement(newId('agency'), shared))), 'SIGNATURE-VERIFIES'],
    ['signs with a stranger’s key', (own, shared) => Promise.resolve(new AgencySigner().sign(statement(own.agency.org, shared))), 'SIGNATURE-KEY-KNOWN'],
    ['claims alg none', (_own, _shared, signer) => Promise.resolve(`${Buffer.from(JSON.stringify({ alg: 'none', kid: signer.thumbprint })).toString('base64url')}..`), 'SIGNATURE-VERIFIES'],
    ['signs with a key it revoked', async (own, shared, signer) => { await revokeKey(own, signer); return signer.sign(statement(own.agency.org, shared)); }, 'SIGNATURE-KEY-IN-FORCE'],
  ])('is refused when it %s, and the share stays open', async (_what, sign, ruleId) => {
    const own = await openCase();
    const signer = new AgencySigner();
    await registerKey(own, signer);
    const shared = await share(own);
    const signature = await sign(own, shared, signer);
    expect(await acknowledge(own.agency, [{ ...shared, ...(signature === undefined ? {} : { signature }) }])).toMatchObject([{ ruleId }]);
    const report = await reportOf(own.staff);
    expect(report.sharesWithoutReceipt.map(({ ledgerIndex }) => ledgerIndex)).toContain(shared.ledgerIndex);
    expect(report.refusals).toMatchObject([{ ruleId }]);
  });
});
