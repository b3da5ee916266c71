/** The compiled witness as a process that is killed: what it answered for is stored. `npm test` compiles it first. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { monitoringPath } from '../../../audit/log/add-checkpoint';
import { parseCheckpointHead } from '../../../audit/log/checkpoint';
import { createCosignerKey } from '../../../audit/log/cosigner';
import { parseNote } from '../../../audit/log/note';
import { growingLog } from './growing-log';

const KEY = createCosignerKey('witness.test/w1', Buffer.alloc(32, 77));
const LOG = growingLog(40);

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-witness-'));
});
afterEach(() => fs.rm(folder, { recursive: true }));

const post = (url: string, body: string): Promise<Response> => fetch(`${url}/add-checkpoint`, { method: 'POST', body });
const sizeOf = async (url: string): Promise<number | null> => {
  const response = await fetch(`${url}/${monitoringPath(LOG.origin)}`);
  return response.status === 404 ? null : parseCheckpointHead(parseNote(await response.text()).text).size;
};

describe('the process of a witness', () => {
  const PROGRAM = path.resolve(__dirname, '../../../dist/cli/cession.js');
  const claim = 'killed at any moment has every size it answered for, and goes on from it';
  const isThere = existsSync(PROGRAM) && existsSync(path.resolve(__dirname, '../../../dist/cli/witness.command.js'));

  const start = async (): Promise<{ url: string; kill(): Promise<void> }> => {
    const child = spawn(process.execPath, [PROGRAM, 'witness', 'serve', folder, '--port', '0', '--json'], { env: {} });
    let out = '';
    while (!out.includes('}')) out += String(((await once(child.stdout, 'data')) as [Buffer])[0]);
    return {
      url: (JSON.parse(out) as { url: string }).url,
      kill: async () => {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      },
    };
  };

  (isThere ? it : it.skip)(isThere ? claim : `${claim} (skipped: there is no compiled witness in dist/; npm run build makes it)`, async () => {
    await fs.writeFile(path.join(folder, 'witness.key'), `${KEY.secret}\n`, { mode: 0o600 });
    await fs.writeFile(path.join(folder, 'logs.policy'), `log ${LOG.vkey}\nquorum none\n`, { mode: 0o600 });
    let answered = 0;
    let next = 0;
    for (let round = 0; round < 4; round += 1) {
      const running = await start();
      const stored = (await sizeOf(running.url)) ?? 0;
      expect(stored).toBeGreaterThanOrEqual(answered);
      answered = stored;
      const killed = new Promise<void>((resolve) => setTimeout(() => void running.kill().then(resolve), 5 + 13 * round));
      for (next = answered + 1; next <= 40; next += 1) {
        const status = await post(running.url, await LOG.request(answered, next)).then((answer) => answer.status, () => null);
        if (status === null) break;
        expect(status).toBe(200);
        answered = next;
      }
      await killed;
    }
  });
});
