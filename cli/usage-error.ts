/** A command line that cannot be followed: what is wrong with it and how to write it. Never holds a secret from it. */

export class UsageError extends Error {
  constructor(
    readonly problem: string,
    readonly remedy: string,
  ) {
    super(`${problem}\n  → ${remedy}`);
    this.name = 'UsageError';
  }
}
