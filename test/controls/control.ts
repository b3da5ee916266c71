/**
 * What a control is: a promise to a regulator with an id that never changes, the law or specification it answers, and a check
 * that asks a running hub through its gateway and throws when the promise is not kept. Knows no test framework.
 */
import type { Cast } from './cast';

export const LEVELS = ['MUST', 'SHOULD'] as const;
export type Level = (typeof LEVELS)[number];

export interface Control {
  readonly id: string;
  readonly level: Level;
  /** What is promised; begins with the level (RFC 2119). */
  readonly promise: string;
  /** The clause it answers. */
  readonly answers: string;
  check(cast: Cast): Promise<void>;
}

export function control(id: string, promise: `${Level} ${string}`, answers: string, check: Control['check']): Control {
  return { id, level: promise.startsWith('MUST ') ? 'MUST' : 'SHOULD', promise, answers, check };
}

export interface ControlReport {
  readonly control: Control;
  /** `not kept`: a SHOULD, which an operator may have a reason not to keep. */
  readonly outcome: 'kept' | 'not kept' | 'broken';
  /** Why, in one line; null when it is kept. */
  readonly reason: string | null;
}

export async function checkControl(control: Control, cast: Cast): Promise<ControlReport> {
  try {
    await control.check(cast);
    return { control, outcome: 'kept', reason: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { control, outcome: control.level === 'MUST' ? 'broken' : 'not kept', reason: message.replace(/\s+/g, ' ').slice(0, 300) };
  }
}
