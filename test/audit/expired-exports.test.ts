/** Exports whose days are over: the row says so, the file is gone, whatever died in between; no other file is touched. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AUDIT_DATABASE } from '../../audit/definition';
import { expireExports } from '../../audit/export/expired-exports';
import { newId } from '../../schema/ids';
import { testDatabase } from '../support/test-database';

const database = testDatabase(AUDIT_DATABASE);
const NOW = new Date('2026-11-22T12:00:00.000Z');
const ROW = `insert into export (id, org, sub, mandate_id, creditor_ids, stream, state, requested_at, finished_at) values ($1, 'agency_1', 'a', null, '{}', 'agency:agency_1', $2, $3, $3)`;

let folder: string;
beforeAll(async () => void (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-expired-'))));
afterAll(() => fs.rm(folder, { recursive: true, force: true }));

async function exported(state: string, finishedAt: string): Promise<string> {
  const admin = await database.admin();
  const id = newId('export');
  await admin.query('set search_path = audit');
  await admin.query(ROW, [id, state, finishedAt]);
  await fs.writeFile(path.join(folder, `${id}.tar`), 'bytes');
  return id;
}

it('are deleted with their last millisecond, and so is what a process left that died behind its row', async () => {
  const over = await exported('READY', '2026-10-23T12:00:00.000Z');
  const leftBehind = await exported('EXPIRED', '2026-09-01T00:00:00.000Z');
  const last = await exported('READY', '2026-10-23T12:00:00.001Z');
  const kept = [last, await exported('RUNNING', '2026-09-01T00:00:00.000Z'), await exported('FAILED', '2026-09-01T00:00:00.000Z')];
  for (const name of [`${over}.tar.parts`, 'notes.txt', `${newId('export')}.tar`]) await fs.writeFile(path.join(folder, name), 'not mine');
  const others = (await fs.readdir(folder)).filter((name) => ![over, leftBehind].some((id) => name === `${id}.tar`));

  const { worker } = await database.open(AUDIT_DATABASE);
  expect(await expireExports(worker, folder, { days: 30, now: NOW })).toBe(2);
  expect((await fs.readdir(folder)).sort()).toEqual(others.sort());
  const { rows } = await worker.query<{ id: string }>(`select id from export where state = 'EXPIRED'`);
  expect(rows.map(({ id }) => id).sort()).toEqual([over, leftBehind].sort());
  expect(await expireExports(worker, folder, { days: 30, now: NOW })).toBe(0);
  expect(kept.every((id) => others.includes(`${id}.tar`))).toBe(true);
});

it('are none where no export was ever made', async () => {
  const { worker } = await database.open(AUDIT_DATABASE);
  expect(await expireExports(worker, path.join(folder, 'absent'), { days: 30, now: NOW })).toBe(0);
  await fs.writeFile(path.join(folder, 'no-folder'), '');
  await expect(expireExports(worker, path.join(folder, 'no-folder'), { days: 30, now: NOW })).rejects.toMatchObject({ code: 'ENOTDIR' });
});
