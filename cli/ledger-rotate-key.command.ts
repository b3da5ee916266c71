/**
 * `cession ledger rotate-key`: puts a new signing key in the place of the one in force, by an entry that both have signed. Works
 * while the hub is stopped; done again after an interruption, it goes on. Never prints a private key.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Command } from 'commander';
import type { LedgerSigner, Rotation } from '../audit/subgraph';
import { createPrivateFile } from '../kernel/home';
import { LEDGER_KEY_FILE } from '../kernel/keys';
import { Secret } from '../kernel/secret';
import { openCommandDiagnostics } from './prepared-hub';
import { withLedger, type LedgerAccess } from './ledger-access';
import type { CommandLine } from './command-line';
import { printJson } from './output';
import { UsageError } from './usage-error';

const load = createRequire(__filename);

interface RotateChoices {
  readonly newKey?: string;
  readonly newCommand?: string;
  readonly newVkey?: string;
  readonly json?: true;
}

interface NewKey {
  readonly signer: LedgerSigner;
  /** Once the new key is in force. */
  readonly settle: () => Promise<void>;
  /** What the operator has to do before the next start. */
  readonly next: string;
}

const NEXT_KEY_FILE = 'ledger.next.key';
/** Witnesses that know only the old key can cosign this one checkpoint more. */
const WITNESS_MS = 5_000;

export function addLedgerRotateKey(parent: Command, line: CommandLine): void {
  parent
    .command('rotate-key')
    .summary('replace the signing key, by an entry signed with the old and the new one')
    .description(
      'Replaces the key that signs checkpoints. The change is an entry that the old and the new key have signed, and the next checkpoint is signed by both. Stop the hub first; have the old key configured. Interrupted, run it again.',
    )
    .option('--new-key <file>', 'the new key: a PEM file of an Ed25519 private key')
    .option('--new-command <command>', 'the new signer: a program with its arguments, as in CESSION_LEDGER_SIGN_COMMAND')
    .option('--new-vkey <vkey>', 'the verifier key of what --new-command signs')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nWithout a new key given, one is made in the home folder, if that is where the old one is.')
    .action(async (choices: RotateChoices) => {
      const { rotation, vkey, next } = await withLedger(line, (ledger) => rotate(ledger, choices));
      if (choices.json) return printJson(line.output, { index: rotation.index, size: rotation.size, vkey });
      line.output.print(`The key was changed by entry ${rotation.index}; both keys signed the checkpoint of size ${rotation.size}. The verifier key is now\n\n${vkey}\n`);
      line.output.print(`→ ${next}\n→ Tell every witness: cession witness trust <folder> "${vkey}". Exports verify under the old key and under the new one.`);
    });
}

async function rotate(ledger: LedgerAccess, choices: RotateChoices): Promise<{ rotation: Rotation; vkey: string; next: string }> {
  const { rotateKey, prepareWitnessing, readLogKeys } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  const { pool, signer: from, config } = ledger;
  const to = await openNewKey(ledger, choices);
  const keys = await readLogKeys(pool);
  const witnessing = prepareWitnessing(config.ledger.witnesses, pool, keys?.all ?? [], openCommandDiagnostics(config));
  const rotation = await rotateKey({ pool, from, to: to.signer, seen: witnessing.seen, clock: () => new Date() });
  const submitter = witnessing.begin(() => true);
  await submitter.settle(WITNESS_MS).finally(() => submitter.stop());
  await to.settle();
  return { rotation, vkey: to.signer.vkey, next: to.next };
}

async function openNewKey({ config }: LedgerAccess, { newKey, newCommand, newVkey }: RotateChoices): Promise<NewKey> {
  const { openCommandSigner, openPemSigner } = load('../audit/subgraph') as typeof import('../audit/subgraph');
  const { origin, key, signCommand } = config.ledger;
  if ((newCommand === undefined) !== (newVkey === undefined)) throw new UsageError('--new-command and --new-vkey belong together.', 'Give both: who signs, and the verifier key of it.');
  if (newKey !== undefined && newCommand !== undefined) throw new UsageError('--new-key and --new-command exclude each other.', 'Give one of them.');
  const settle = (): Promise<void> => Promise.resolve();
  if (newCommand !== undefined && newVkey !== undefined) {
    const next = 'Set CESSION_LEDGER_SIGN_COMMAND and CESSION_LEDGER_VKEY to the new ones, unset CESSION_LEDGER_KEY, and start the hub.';
    return { signer: openCommandSigner(origin, { command: newCommand.trim().split(/\s+/), vkey: newVkey }), settle, next };
  }
  if (newKey !== undefined) {
    return { signer: openPemSigner(origin, new Secret(await readFile(newKey, 'utf8'))), settle, next: 'Set CESSION_LEDGER_KEY to the new key, unset CESSION_LEDGER_SIGN_COMMAND and CESSION_LEDGER_VKEY, and start the hub.' };
  }
  if (key !== null || signCommand !== null) throw new UsageError('The old key is not the one of the home folder, so the new one is not made there.', 'Give it with --new-key or --new-command.');
  return newHomeKey(config.home, (pem) => openPemSigner(origin, pem));
}

/** Made once, under another name until it is in force: an interrupted change goes on with the same key. */
async function newHomeKey(home: string, open: (pem: Secret) => LedgerSigner): Promise<NewKey> {
  const file = path.join(home, NEXT_KEY_FILE);
  const fresh = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = open(new Secret(await createPrivateFile(file, fresh)));
  return { signer, settle: () => rename(file, path.join(home, LEDGER_KEY_FILE)), next: 'Start the hub. Back up the home folder: it holds the new key in the place of the old one.' };
}
