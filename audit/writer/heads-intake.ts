/**
 * The heads entry as the writer takes it: an event that no room may submit, in no stream, and only at the place it speaks of.
 */
import { newId } from '../../schema/ids';
import { sealEvent } from '../log/event';
import { HEADS_TYPE } from '../log/heads-event';
import { sourceOf, type Intake } from './intake';

export interface Heads {
  readonly root: Buffer;
  /** The tree size they are those of. */
  readonly size: number;
  readonly streams: number;
}

export function headsIntake({ root, size, streams }: Heads, now: Date): Intake {
  const id = newId('event');
  const { bytes } = sealEvent({
    type: HEADS_TYPE,
    typeVersion: 1,
    id,
    occurredAt: now.toISOString(),
    actor: { audience: 'SYSTEM', method: 'worker' },
    facts: { root: root.toString('base64url'), size, streams },
    retention: 'STANDING',
  });
  return { key: id, source: sourceOf('audit', 'direct'), sourceSeq: null, event: bytes, streams: [], expect: [], disclosures: [], atSize: size };
}
