/** Agencies and borrowers have exports of their own streams: without a mandate, seen by nobody but who asked. Forward only. */
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { mandateScope, rowScopePolicies } from '../../kernel/row-scope';

const ORG = `current_setting('cession.org', true)`;
const SUB = `current_setting('cession.sub', true)`;

/** What somebody asked for about himself stays his as long as he is who the stream is about. */
const EXPORT_SCOPE = {
  table: 'export',
  PARTNER: `org = ${ORG} and stream = 'agency:' || ${ORG}`,
  REGULATOR: `org = ${ORG} and mandate_id is not null and not exists (select 1 from unnest(creditor_ids) c(id) where not ${mandateScope('c.id')})`,
  BORROWER: `sub = ${SUB} and exists (select 1 from standing_person p where p.person_id = ${SUB} and export.stream = 'borrower:' || p.borrower_id)`,
};

export class ExportsOfOwnStreams implements MigrationInterface {
  readonly name = 'ExportsOfOwnStreams1763700000080';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table export alter column mandate_id drop not null');
    for (const policy of ['row_scope', 'worker']) await runner.query(`drop policy export_${policy} on export`);
    for (const statement of rowScopePolicies('audit', EXPORT_SCOPE)) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
