/**
 * What the migrations of each room amount to, read back from PostgreSQL's own catalogue: a migration shows in review as the
 * tables, policies and rights it changes, not only as the statements it runs. `npm run golden` rewrites it.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from 'pg';
import { HUB_DATABASES } from '../../../hub';
import { testDatabase } from '../../support/test-database';
import { REWRITES_GOLDEN } from '../../support/test-run';
import { FUNCTIONS, RELATIONS, SCHEMA } from './catalogue';

const database = testDatabase(...HUB_DATABASES);

async function ddlOf(admin: Client, room: string): Promise<string> {
  // Names come out qualified wherever they lead out of the catalogue.
  await admin.query(`set search_path to ''`);
  const lines: string[] = [];
  for (const text of [SCHEMA, RELATIONS, FUNCTIONS]) lines.push(...(await admin.query<{ line: string }>(text, [room])).rows.map(({ line }) => line));
  return `${lines.join('\n').trim()}\n`;
}

describe('the database schema', () => {
  it.each(HUB_DATABASES.map(({ room }) => room))('of %s is the one that was reviewed', async (room) => {
    const file = path.join(__dirname, `${room}.txt`);
    const text = await ddlOf(await database.admin(), room);
    expect(text).toContain('table ');
    if (REWRITES_GOLDEN) writeFileSync(file, text);
    expect(existsSync(file)).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('would show a column, a policy and a right that somebody added', async () => {
    const admin = await database.admin();
    const before = (await ddlOf(admin, 'debts')).split('\n');
    await admin.query('begin');
    await admin.query(`alter table debts.debt add column nickname text not null default 'x'; create policy wide on debts.debt for select to cession_debts_request using (true); grant truncate on debts.debt to cession_debts_request`);
    const added = (await ddlOf(admin, 'debts')).split('\n').filter((line) => !before.includes(line));
    await admin.query('rollback');
    expect(added).toEqual([
      "  nickname text not null default 'x'::text",
      '  policy wide for select to cession_debts_request using (true)',
      expect.stringMatching(/^ {2}grant .*truncate.* to cession_debts_request$/) as string,
    ]);
  });
});
