/**
 * Says of every debt that was paid before settlements were entries of their own that it is settled, since other rooms know it only from the
 * ledger. Changes no table. Forward only.
 */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { composeSubmission } from '../../../kernel/event-draft';
import { insertOutbox } from '../../../kernel/outbox/outbox';
import { debtSettled, type SettledDebt } from '../debt.event';

const PAGE = 500;
const PAID = `select id, creditor_id as "creditorId", borrower_id as "borrowerId", coalesce(last_payment_on, as_of)::text as "settledOn" from debt where state = 'PAID' and id > $1 order by id limit ${PAGE}`;

export class RecordSettlements1763700005000 implements MigrationInterface {
  readonly name = 'RecordSettlements1763700005000';

  async up(runner: QueryRunner): Promise<void> {
    for (let after = ''; ; ) {
      const debts = (await runner.query(PAID, [after])) as readonly SettledDebt[];
      const records = debts.map((debt) => ({ submission: composeSubmission({ ...debtSettled(debt), actor: null, occurredAt: new Date() }, null) }));
      if (records.length > 0) await insertOutbox({ query: (sql, values) => runner.query(sql, [...values]) }, records);
      if (debts.length < PAGE) return;
      after = debts.at(-1)!.id;
    }
  }

  /** Forward only: a mistake is repaired by the next migration. */
  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
