/**
 * A change of the log's key: an entry that both keys have signed, then a checkpoint over it that both sign, so that whoever
 * knows only the old key sees it once more. Works while no hub writes; what a crash left half done is finished by doing it
 * again. Refuses a key that was ever in force.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { holdLease } from '../../kernel/lease';
import { StartError } from '../../kernel/start-error';
import { newId } from '../../schema/ids';
import { sealEvent } from '../log/event';
import { ROTATION_TYPE, signRotation, type LogKeys, type RotationFacts } from '../log/log-keys';
import { RecentEntries } from '../reader/recent-entries';
import { Checkpointer, latestCheckpoint, type SeenByOthers } from '../writer/checkpointer';
import { HeadsKeeper } from '../writer/heads-keeper';
import { sourceOf, type Intake } from '../writer/intake';
import { WRITER_LEASE } from '../writer/writer-lease';
import { LedgerWriter } from '../writer/writer';
import type { LedgerSigner } from './ledger-signer';
import { planKeyChange, readLogKeys } from './signing-keys.repository';

export interface RotationOptions {
  /** Role worker of the audit room. MUST have LEDGER_CONNECTIONS to spare. */
  readonly pool: Pool;
  readonly from: LedgerSigner;
  readonly to: LedgerSigner;
  /** Asked before anything is signed: what witnesses saw of this log must be in it. */
  readonly seen?: SeenByOthers;
  readonly clock: () => Date;
}

export interface Rotation {
  /** Of the entry that changed the key. */
  readonly index: number;
  /** Of the checkpoint that both keys signed. */
  readonly size: number;
  readonly note: string;
}

const LEASE_MS = 3_000;

export async function rotateKey(options: RotationOptions): Promise<Rotation> {
  const held = new AbortController();
  let isHeld = false;
  const lease = holdLease(options.pool, WRITER_LEASE, { onHeld: () => (isHeld = true), onLost: (reason) => held.abort(reason) });
  try {
    for (let waited = 0; !isHeld && waited < LEASE_MS; waited += 10) await pause(10);
    if (!isHeld) throw new StartError('A hub is writing this ledger.', 'Stop the hub, change the key, and start it with the new one.');
    return await rotate(options);
  } finally {
    await lease.stop();
  }
}

async function rotate(options: RotationOptions): Promise<Rotation> {
  const { pool, from, to, clock } = options;
  const keys = await readLogKeys(pool);
  if (keys === null) throw new StartError('There is no ledger in this database.', 'A key can be changed when there is one.');
  const isUnderWay = keys.current.vkey === to.vkey && keys.previous?.vkey === from.vkey;
  if (!isUnderWay) assertMayFollow(keys, from, to);
  const published = isUnderWay ? await latestCheckpoint(pool) : null;
  if (published !== null && published.size > keys.current.after) return { index: keys.current.after, size: published.size, note: published.note };
  const halted = { reason: null as Error | null };
  const recent = new RecentEntries(0);
  const writer = await LedgerWriter.open({ pool, recent, clock, onHalt: (reason) => (halted.reason = reason) });
  try {
    const index = isUnderWay ? keys.current.after : await appendChange(writer, options);
    const keeper = new HeadsKeeper({ pool, recent, writer, clock });
    const checkpointer = new Checkpointer({ pool, signer: to, before: from, epoch: () => writer.epoch, clock, ...(options.seen && { seen: options.seen }) });
    const signed = await checkpointer.sign(await keeper.commit(true));
    if (signed === null || signed.size <= index) throw new StartError('The change of key is in the ledger, but no checkpoint could be published over it.', 'Run the same command again; the hub does not start before.', halted.reason);
    return { index, size: signed.size, note: signed.note };
  } finally {
    await writer.close();
  }
}

function assertMayFollow(keys: LogKeys, from: LedgerSigner, to: LedgerSigner): void {
  if (keys.includes(to.vkey)) throw new StartError('This key has been the key of this ledger before, or is it now.', 'Make a new one: openssl genpkey -algorithm ed25519');
  if (keys.current.vkey !== from.vkey) throw new StartError('The configured key is not the one in force.', 'Set CESSION_LEDGER_KEY (or CESSION_LEDGER_SIGN_COMMAND) to the key in force: only that one can name its successor.');
}

/** Both signatures are made before anything is stored. */
async function appendChange(writer: LedgerWriter, { pool, from, to, clock }: RotationOptions): Promise<number> {
  const intake = rotationIntake(await signRotation(from, to), clock());
  await planKeyChange(pool, intake.key, to.vkey);
  const result = await writer.appendNext(() => Promise.resolve(intake));
  if (!result.ok) throw new StartError(`The ledger refused the change of key (${result.code}).`, 'Run the command again.');
  return result.index;
}

function rotationIntake(facts: RotationFacts, now: Date): Intake {
  const id = newId('event');
  const { bytes } = sealEvent({
    type: ROTATION_TYPE,
    typeVersion: 1,
    id,
    occurredAt: now.toISOString(),
    actor: { audience: 'SYSTEM', method: 'worker' },
    facts: { ...facts },
    retention: 'STANDING',
  });
  const source = sourceOf('audit', 'direct');
  return { key: id, source, sourceSeq: null, event: bytes, streams: [`source:${source}`], expect: [], disclosures: [] };
}
