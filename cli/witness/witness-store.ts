/**
 * What a witness remembers: per log the checkpoint it cosigned last, in one small file. A new one is on the disk before anybody
 * learns of it, and replaces only the one it was checked against, even when two processes serve the same folder by mistake.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../../kernel/folder';

/** A state and the turn it was stored in; turns count up by one. */
export interface Stored {
  readonly turn: number;
  /** The checkpoint with the log's signatures and the witness's own. */
  readonly note: string;
}

export interface WitnessStore {
  /** null: nothing was cosigned for this log. */
  read(log: string): Promise<Stored | null>;
  /** False: another state was stored after turn `after`, so nothing was changed that counts. */
  save(log: string, after: number, note: string): Promise<boolean>;
  /** Keeps a signed checkpoint that contradicts what was cosigned: the proof that the log lied. */
  keepEvidence(log: string, note: string, size: number): Promise<void>;
}

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** A log that forks a hundred times has been convicted. */
const MAX_EVIDENCE = 100;
/** Beside the latest state the one before it stays, for whoever has to understand a crash. */
const KEPT_TURNS = 2;

export function openWitnessStore(folder: string): WitnessStore {
  const stateFolder = (log: string): string => path.join(folder, 'state', log);
  const evidenceFolder = (log: string): string => path.join(folder, 'evidence', log);
  return {
    async read(log) {
      const turn = (await turnsIn(stateFolder(log))).at(-1);
      return turn === undefined ? null : { turn, note: await fs.readFile(path.join(stateFolder(log), String(turn)), 'utf8') };
    },
    async save(log, after, note) {
      const states = stateFolder(log);
      const turn = after + 1;
      if (!(await writeOnce(states, String(turn), note))) return false;
      // A process that was asleep may fill a turn that others have long passed: the highest one counts, and is never removed.
      const turns = await turnsIn(states);
      if (turns.at(-1) !== turn) return false;
      for (const old of turns.slice(0, -KEPT_TURNS)) await fs.rm(path.join(states, String(old)), { force: true });
      return true;
    },
    async keepEvidence(log, note, size) {
      const kept = await fs.readdir(evidenceFolder(log)).catch(() => []);
      if (kept.length < MAX_EVIDENCE) await writeOnce(evidenceFolder(log), `${size}.${randomBytes(4).toString('hex')}`, note);
    },
  };
}

/** Ascending. Drafts have other names. */
async function turnsIn(folder: string): Promise<number[]> {
  const names = await fs.readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => /^[1-9][0-9]{0,14}$/.test(name)).map(Number).sort((a, b) => a - b);
}

/** The whole text under a name that nothing has yet, synced with its folder; false when the name is taken. */
async function writeOnce(folder: string, name: string, text: string): Promise<boolean> {
  await makeDurableFolder(folder);
  const draft = path.join(folder, `${randomBytes(6).toString('hex')}.draft`);
  const handle = await fs.open(draft, 'wx', PRIVATE_FILE);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    // A link never replaces anything: of two that try, one succeeds.
    await fs.link(draft, path.join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await handle.close().catch(() => undefined);
    await fs.rm(draft, { force: true });
  }
  await syncFolder(folder);
  return true;
}

/** A folder that was just made is itself an entry of its parent, which has to be on the disk, too. */
async function makeDurableFolder(folder: string): Promise<void> {
  for (const made of (await makeFolder(folder, PRIVATE_FOLDER)).reverse()) await syncFolder(path.dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
