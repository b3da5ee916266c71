/** What a placement is refused for, and what a client key promises: through the gateway, with the entry each refusal leaves. */
import { newId } from '../../schema/ids';
import type { Caller } from '../support/caller';
import {
  key,
  moveEngagement,
  place,
  proposeEngagement,
  proposePlacement,
  qualifiedEngagement,
  recordPayment,
  registerAgency,
  registerDebt,
  signAgreement,
  terminateAgreement,
  type ProposalTerms,
} from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

describe.each(MODES)('in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);
  let operator: Caller;
  let agencyId: string;
  let agreementId: string;

  beforeAll(async () => {
    ({ operator } = await hub.creditor());
    agencyId = await registerAgency(operator);
    await qualifiedEngagement(operator, agencyId);
    agreementId = await signAgreement(operator, agencyId);
  });

  /** Terms under which a placement is accepted. */
  const goodTerms = async (): Promise<ProposalTerms> => ({ debtId: (await registerDebt(operator)).debtId, agencyId, agreementId });

  const unqualified = async (): Promise<ProposalTerms> => {
    const other = await registerAgency(operator);
    await proposeEngagement(operator, other);
    return { ...(await goodTerms()), agencyId: other, agreementId: await signAgreement(operator, other) };
  };

  const suspended = async (): Promise<ProposalTerms> => {
    const other = await registerAgency(operator);
    await moveEngagement(operator, 'suspend', await qualifiedEngagement(operator, other));
    return { ...(await goodTerms()), agencyId: other, agreementId: await signAgreement(operator, other) };
  };

  const terminated = async (): Promise<ProposalTerms> => {
    const ended = await signAgreement(operator, agencyId);
    await terminateAgreement(operator, ended);
    return { ...(await goodTerms()), agreementId: ended };
  };

  const placed = async (): Promise<ProposalTerms> => {
    const terms = await goodTerms();
    await place(operator, await hub.caller('PARTNER', agencyId), terms);
    return terms;
  };

  const paid = async (): Promise<ProposalTerms> => {
    const terms = await goodTerms();
    await recordPayment(operator, terms.debtId, 106_000);
    return terms;
  };

  const cases: [string, string, () => Promise<ProposalTerms>][] = [
    ['there is no such agreement', 'PLACEMENT-AGREEMENT-IN-FORCE', async () => ({ ...(await goodTerms()), agreementId: newId('agreement') })],
    ['the agreement was terminated', 'PLACEMENT-AGREEMENT-IN-FORCE', terminated],
    ['the agreement does not cover the product', 'PLACEMENT-AGREEMENT-COVERS', async () => ({ ...(await goodTerms()), debtId: (await registerDebt(operator, { product: 'MORTGAGE' })).debtId })],
    ['the purposes go beyond the agreement', 'PLACEMENT-AGREEMENT-COVERS', async () => ({ ...(await goodTerms()), purposes: ['COLLECTION', 'DISPUTE_HANDLING'] })],
    ['the engagement is not qualified', 'PLACEMENT-ENGAGEMENT-QUALIFIED', unqualified],
    ['the engagement is suspended', 'PLACEMENT-ENGAGEMENT-QUALIFIED', suspended],
    ['nobody has determined the amount', 'PLACEMENT-AMOUNT-DETERMINED', async () => ({ ...(await goodTerms()), debtId: (await registerDebt(operator, { determined: false })).debtId })],
    ['the debt is placed already', 'PLACEMENT-DEBT-FREE', placed],
    ['the debt is paid', 'PLACEMENT-DEBT-OPEN', paid],
  ];

  describe('a placement', () => {
    it.each(cases)('is refused when %s, by %s', async (_case, ruleId, termsOf) => {
      const terms = await termsOf();
      const from = await log.size();
      const refusal = await proposePlacement(operator, terms);
      expect(refusal).toMatchObject({ __typename: 'Refusal', ruleId, rulePack: 'placement-2026.1' });
      expect(refusal.message).toMatch(/^[A-Z].*\.$/);
      expect(refusal.remedy).toMatch(/^[A-Z].*\.$/);
      const [entry, ...more] = await log.events('debts.CommandRefused', from);
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ facts: { command: 'proposePlacement', ruleId, count: 1 }, hidden: { debtId: terms.debtId } });
      expect(entry!.parsed.event.decision).toMatchObject({ outcome: 'REFUSE', rules: [ruleId], rulePack: 'placement-2026.1' });
      expect(entry!.parsed.event.decision!.index).toBeLessThan(entry!.index);
      expect(await log.events('debts.PlacementProposed', from)).toEqual([]);
    });
  });

  describe('the same client key', () => {
    const indexOf = async (clientKey: string, terms: ProposalTerms) => proposePlacement(operator, { ...terms, clientKey });

    it('with the same input gives the first answer again and does nothing twice', async () => {
      const terms = await goodTerms();
      const clientKey = key();
      const from = await log.size();
      const first = await indexOf(clientKey, terms);
      expect(first).toMatchObject({ __typename: 'PlacementChanged', pending: false });
      expect(await indexOf(clientKey, terms)).toEqual(first);
      expect(await log.events('debts.PlacementProposed', from)).toHaveLength(1);
    });

    it('given many times at once does the thing once', async () => {
      const terms = await goodTerms();
      const clientKey = key();
      const from = await log.size();
      const answers = await Promise.all(Array.from({ length: 8 }, () => indexOf(clientKey, terms)));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]).toMatchObject({ __typename: 'PlacementChanged' });
      expect(await log.events('debts.PlacementProposed', from)).toHaveLength(1);
    });

    it('gives a refusal again, also when its cause has been mended since', async () => {
      const terms = { ...(await goodTerms()), debtId: (await registerDebt(operator, { product: 'MORTGAGE' })).debtId };
      const clientKey = key();
      const refusal = await indexOf(clientKey, terms);
      expect(refusal).toMatchObject({ ruleId: 'PLACEMENT-AGREEMENT-COVERS' });
      const wider = await signAgreement(operator, agencyId, { products: ['MORTGAGE'] });
      expect(await indexOf(clientKey, terms)).toEqual(refusal);
      expect(await proposePlacement(operator, { ...terms, agreementId: wider })).toMatchObject({ __typename: 'PlacementChanged' });
    });

    it('with other input is a conflict', async () => {
      const clientKey = key();
      await indexOf(clientKey, await goodTerms());
      await expect(indexOf(clientKey, await goodTerms())).rejects.toThrow(/"code":"CONFLICT".*"argument":"clientKey"/);
    });

    it('is free for somebody else', async () => {
      const { operator: other } = await hub.creditor();
      const clientKey = key();
      await indexOf(clientKey, await goodTerms());
      await expect(proposePlacement(other, { ...(await goodTerms()), clientKey })).rejects.toThrow(/"code":"NOT_FOUND"/);
    });
  });

  it('the log holds every acknowledged step once and as documented', () => log.check());
});
