/** When a receipt is taken: rules as a table. */
import { isReceiptOverdue, refuseReceipt } from '../../../audit/handover/handover';
import { receiptStatement } from '../../../audit/handover/handover.command';
import { newId } from '../../../schema/ids';

const HASH = 'a'.repeat(64);

describe('a receipt', () => {
  it.each<[string, Parameters<typeof refuseReceipt>[0], string, string | null]>([
    ['for a share under its hash', { payloadHash: HASH, isAcknowledged: false }, HASH, null],
    ['for nothing', null, HASH, 'HANDOVER-SHARED'],
    ['for a share under another hash', { payloadHash: HASH, isAcknowledged: false }, 'b'.repeat(64), 'HANDOVER-PAYLOAD-SAME'],
    ['for a share under another hash that has a receipt', { payloadHash: HASH, isAcknowledged: true }, 'b'.repeat(64), 'HANDOVER-PAYLOAD-SAME'],
    ['for a share that has one', { payloadHash: HASH, isAcknowledged: true }, HASH, 'HANDOVER-ONCE'],
  ])('%s is answered as named', (_what, share, payloadHash, ruleId) => {
    expect(refuseReceipt(share, payloadHash)?.ruleId ?? null).toBe(ruleId);
  });

  it('is over a statement that anybody can write', () => {
    const agencyId = newId('agency');
    expect(receiptStatement(agencyId, { index: 41, payloadHash: HASH })).toBe(`{"agencyId":"${agencyId}","index":41,"payloadHash":"${HASH}","statement":"HANDOVER_RECEIVED","v":1}`);
  });

  it('is overdue after a day, not at it', () => {
    const released = new Date('2026-11-21T12:00:00.000Z');
    expect(isReceiptOverdue(released, new Date('2026-11-22T12:00:00.000Z'))).toBe(false);
    expect(isReceiptOverdue(released, new Date('2026-11-22T12:00:00.001Z'))).toBe(true);
  });
});
