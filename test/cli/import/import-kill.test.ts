/** An import killed before any of its statements, in either room, and run again: nothing is lost and nothing is there twice. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importPortfolio, type ImportOptions } from '../../../cli/import/import-portfolio';
import { newId } from '../../../schema/ids';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { dyingPool } from './dying-pool';
import { CSV, MAPPING, traceOf, WHOLE } from './scene';

const rooms = testRooms([borrowersRoom, debtsRoom]);
const pools = () => ({ borrowers: rooms.room('borrowers').database.worker, debts: rooms.room('debts').database.worker });
let folder: string;

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-kill-'));
});
afterAll(() => fs.rm(folder, { recursive: true }));

describe.each(['borrowers', 'debts'] as const)('an import killed while it writes to the %s room', (room) => {
  it('at any statement goes on without loss or repeat', async () => {
    const file = path.join(folder, `${room}.csv`);
    await fs.writeFile(file, CSV);
    const optionsOf = (creditorId: string): ImportOptions => ({
      file,
      mapping: MAPPING,
      creditorId,
      tools: { ...pools(), keyStore: rooms.keyStore, assertWhole: () => Promise.resolve() },
      rowsPerChunk: 5,
      patienceMs: 0,
    });
    const runUntil = async (at: number, creditorId: string): Promise<number> => {
      const { pool, life } = dyingPool(pools()[room], at);
      const options = optionsOf(creditorId);
      const end = await importPortfolio({ ...options, tools: { ...options.tools, [room]: pool } }).then(
        () => 'complete',
        (error: Error) => error.message,
      );
      // How often an import looks whether its last record was delivered depends on the machine: it may end before it is killed,
      // or be killed while it gives back its lock, its very last statement, whose failure changes nothing. Any later one would count.
      expect({ at, end }).toEqual({ at, end: life.statements < at || (end === 'complete' && life.statements === at) ? 'complete' : 'killed' });
      return life.statements;
    };
    const total = await runUntil(Number.POSITIVE_INFINITY, newId('creditor'));
    expect(total).toBeGreaterThan(15);
    for (let at = 1; at < total; at += 1) {
      const creditorId = newId('creditor');
      await runUntil(at, creditorId);
      await importPortfolio(optionsOf(creditorId)).catch((error: unknown) => {
        // Killed after its last statement that counts: then the import is complete and is not done again.
        expect(error).toMatchObject({ code: 'DUPLICATE_IMPORT' });
      });
      expect({ at, trace: await traceOf(pools(), creditorId) }).toEqual({ at, trace: WHOLE });
    }
  }, 60_000);
});
