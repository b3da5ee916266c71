/**
 * Who was there first: the creditor, its operator and its regulator, remembered in the home folder so that every later start
 * can name them again. Holds ids and pseudonyms only; what they may do stands in the ledger.
 */
import path from 'node:path';
import { createPrivateFile, readPrivateFile, replacePrivateFile } from '../kernel/home';
import { StartError } from '../kernel/start-error';
import { newId } from '../schema/ids';

export interface FirstParties {
  readonly creditorCode: string;
  readonly creditorName: string;
  readonly jurisdiction: string;
  readonly operatorSub: string;
  readonly regulatorId: string;
  /** Debts of the sample that was begun; null when none was wanted. */
  readonly sampleDebts: number | null;
  readonly sampleIsDone: boolean;
}

const FILE = 'first-parties.json';

const REGULATOR_FILE = 'first-regulator.id';

/** The regulator of whoever names none: made at the first call, the same ever after. */
export async function firstRegulatorId(home: string): Promise<string> {
  return (await createPrivateFile(path.join(home, REGULATOR_FILE), `${newId('regulator')}\n`)).trim();
}

export async function readFirstParties(home: string): Promise<FirstParties | null> {
  const file = path.join(home, FILE);
  const text = await readPrivateFile(file);
  if (text === null) return null;
  try {
    return JSON.parse(text) as FirstParties;
  } catch {
    throw new StartError(`${file} cannot be read.`, 'Delete it: it only remembers ids, which `cession init` names again.');
  }
}

/** Written before anything is done, so that a start killed in between goes on with the same ids. Answers with who was first. */
export async function rememberFirstParties(home: string, parties: FirstParties): Promise<FirstParties> {
  await createPrivateFile(path.join(home, FILE), `${JSON.stringify(parties, null, 2)}\n`);
  return (await readFirstParties(home)) ?? parties;
}

export async function replaceFirstParties(home: string, parties: FirstParties): Promise<void> {
  await replacePrivateFile(path.join(home, FILE), `${JSON.stringify(parties, null, 2)}\n`);
}
