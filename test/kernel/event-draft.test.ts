/** Who reads in an entry which human acted: the creditor and who supervises it, the human's own employer, and nobody else. */
import type { Actor } from '../../kernel/actor';
import { composeSubmission } from '../../kernel/event-draft';
import { parseDisclosure } from '../../audit/log/commitment';
import type { Audience } from '../../schema/vocabulary';

const STREAMS = ['agency:agency_1', 'borrower:borrower_1', 'creditor:creditor_1', 'debt:debt_1'] as const;

function revealOf(audience: Audience, org: string): Record<string, readonly string[] | null> {
  const actor: Actor = { audience, sub: 'somebody', org, scopes: [], purpose: null, method: 'token' };
  const { disclosures } = composeSubmission({ type: 'debts.DebtSeen', typeVersion: 1, retention: 'OPERATION', actor, occurredAt: new Date(0), facts: {}, hidden: { debtId: 'debt_1' }, streams: STREAMS }, null);
  return Object.fromEntries(
    disclosures.map(({ text, reveal }) => {
      const disclosure = parseDisclosure(text!);
      return [disclosure.form === 'member' ? disclosure.name : disclosure.form, reveal];
    }),
  );
}

describe('the human behind an entry', () => {
  it.each<[Audience, string, readonly string[]]>([
    ['INTERNAL', 'creditor_1', ['creditor:creditor_1']],
    ['INTERNAL', 'creditor_2', ['creditor:creditor_2', 'creditor:creditor_1']],
    ['PARTNER', 'agency_1', ['agency:agency_1', 'creditor:creditor_1']],
    ['REGULATOR', 'regulator_1', ['creditor:creditor_1']],
    ['BORROWER', 'person_1', []],
  ])('of %s at %s is told to %j', (audience, org, told) => {
    const { actorSub, actorOrg, debtId } = revealOf(audience, org);
    expect(actorSub).toEqual(told);
    expect(actorOrg).toEqual(audience === 'BORROWER' ? [] : null);
    expect(debtId).toBeNull();
  });
});
