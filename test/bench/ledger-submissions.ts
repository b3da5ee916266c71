/** Submissions as the debts room makes them for a registered debt: five hidden ids, one sealed value, four streams. */
import { sealEvent } from '../../audit/log/event';
import type { Submission } from '../../kernel/ledger';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';

const CREDITORS = Array.from({ length: 4 }, () => newId('creditor'));
const AGENCIES = Array.from({ length: 16 }, () => newId('agency'));
const SEALED = Buffer.alloc(180, 1).toString('base64');

function sampleSubmission(n: number): Submission {
  const id = newId('event');
  const ids = {
    debtId: newId('debt'),
    creditorId: CREDITORS[n % CREDITORS.length] as string,
    borrowerId: newId('borrower'),
    agencyId: AGENCIES[n % AGENCIES.length] as string,
    placementId: newId('placement'),
  };
  const structural = Object.fromEntries(Object.entries(ids).map(([name, value]) => [name, { value, reveal: null }]));
  const { bytes, disclosures } = sealEvent<StreamName>({
    type: 'debts.DebtRegistered',
    typeVersion: 1,
    id,
    occurredAt: new Date().toISOString(),
    actor: { audience: 'INTERNAL', method: 'token' },
    operation: { documentHash: '0'.repeat(64), name: 'RegisterDebt', requestId: 'bench' },
    facts: { currency: 'CNY', product: 'CREDIT_CARD', region: 'CN-31', asOf: '2026-11-20' },
    retention: 'DEBT_RECORD',
    structural,
    personal: [{ subject: ids.borrowerId, name: 'components', value: [{ kind: 'PRINCIPAL', minor: 123456 }] }],
  });
  return {
    idempotencyKey: id,
    event: bytes,
    streams: [`debt:${ids.debtId}`, `creditor:${ids.creditorId}`, `borrower:${ids.borrowerId}`, `agency:${ids.agencyId}`],
    disclosures: disclosures.map((held) => (held.kind === 'personal' ? { ...held, text: null, sealed: SEALED } : held)),
  };
}

export function sampleSubmissions(count: number): Submission[] {
  return Array.from({ length: count }, (_, n) => sampleSubmission(n));
}
