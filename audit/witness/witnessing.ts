/**
 * The hub's side of witnessing as one thing: who is configured, what they have seen, and the work of bringing them checkpoints.
 * Without witnesses it does nothing.
 */
import type { Pool } from 'pg';
import type { Diagnostics } from '../../kernel/diagnostics';
import type { VerifierKey } from '../log/note-key';
import { SeenElsewhere } from './seen-elsewhere';
import { WitnessClient, type WitnessAddress } from './witness-client';
import { WitnessSubmitter } from './witness-submitter';

export interface Witnessing {
  readonly seen: SeenElsewhere;
  /** To be called once the ledger is open. */
  begin(isActive: () => boolean): WitnessSubmitter;
}

export function prepareWitnessing(witnesses: readonly WitnessAddress[], pool: Pool, logKeys: readonly VerifierKey[], diagnostics: Diagnostics): Witnessing {
  const clients = witnesses.map((witness) => new WitnessClient(witness));
  const seen = new SeenElsewhere(clients, logKeys, diagnostics);
  return { seen, begin: (isActive) => new WitnessSubmitter({ pool, clients, seen, isActive, diagnostics }) };
}
