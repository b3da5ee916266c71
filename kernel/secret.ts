/**
 * A value that must never be printed. It redacts itself in strings, JSON, templates and `util.inspect`;
 * only an explicit `reveal()` gives it out, so every use of a secret can be found by searching for that word.
 */
import { inspect } from 'node:util';

const REDACTED = '[secret]';

export class Secret<T extends string | Buffer = string> {
  /** A true private field: invisible to spreading, `Object.values` and every serialiser. */
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
