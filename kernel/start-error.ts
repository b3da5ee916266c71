/**
 * Why the hub cannot start, said to the operator: what is wrong and what to do about it. Never thrown while serving;
 * a message names files and variables, never their secret contents.
 */
export class StartError extends Error {
  constructor(
    readonly problem: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${problem}\n  → ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = 'StartError';
  }
}
