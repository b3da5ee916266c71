/** The mapping of the real portfolio, counted against what is known of that file; skipped where the file is not. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { openCsv } from '../../../cli/import/csv-records';
import { parseMapping } from '../../../cli/import/mapping';
import type { PortfolioRow } from '../../../cli/import/portfolio-row';
import { realPortfolio, WITHOUT_REAL_PORTFOLIO } from '../../support/real-portfolio';

const MAPPING = path.join(__dirname, '../../../mappings/uci-credit-card.json');
const FILE = realPortfolio();
const claim = 'the real file of 30,000 card clients';
if (FILE === null) {
  it.skip(`${claim} (${WITHOUT_REAL_PORTFOLIO})`, () => undefined);
} else {
  describe(claim, () => {
    const counts = { rows: 0, accepted: [] as PortfolioRow[], skipped: new Map<string, number>(), rejected: new Map<string, number>() };

    beforeAll(async () => {
      const mapping = parseMapping(await fs.readFile(MAPPING, 'utf8'));
      for await (const { cells, rowNo } of openCsv(FILE, mapping.csv).records) {
        counts.rows += 1;
        const outcome = mapping.outcomeOf(cells, rowNo);
        if (outcome.kind === 'accepted') counts.accepted.push(outcome.row);
        else counts[outcome.kind].set(outcome.reason, (counts[outcome.kind].get(outcome.reason) ?? 0) + 1);
      }
    });

    it('gives 5,129 debts, 1,689 rejects without a balance and 23,182 clients who are not overdue', () => {
      expect(counts.rows).toBe(30_000);
      expect(counts.accepted).toHaveLength(5_129);
      expect(counts.rejected).toEqual(new Map([['OVERDUE_WITHOUT_BALANCE', 1_689]]));
      expect(counts.skipped).toEqual(new Map([['NOT_OVERDUE', 23_182]]));
    });

    it('keeps the delays as they are, in days', () => {
      const delays = new Map<number, number>();
      for (const { debt } of counts.accepted) delays.set(debt.daysPastDue, (delays.get(debt.daysPastDue) ?? 0) + 1);
      expect([...delays].sort(([left], [right]) => left - right)).toEqual([[30, 1999], [60, 2667], [90, 322], [120, 76], [150, 26], [180, 11], [210, 9], [240, 19]]);
    });

    it('reads the first overdue client whole', () => {
      expect(counts.accepted[0]).toEqual({
        rowNo: 1,
        borrower: expect.objectContaining({ name: 'Synthetic 000001' }) as unknown,
        debt: {
          reference: 'UCI-000001',
          product: 'CREDIT_CARD',
          region: 'TW',
          currency: 'TWD',
          asOf: '2005-09-30',
          daysPastDue: 60,
          components: { principal: 391_300, interest: 0, penaltyInterest: 0, fee: 0, cost: 0 },
          payments: [{ amountMinor: 68_900, receivedOn: '2005-08-31' }],
        },
      });
    });
  });
}
