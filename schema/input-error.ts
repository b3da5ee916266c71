/**
 * Says that one argument of an operation is wrong. The kernel turns it into BAD_INPUT; the message is a fixed text
 * and never repeats the value, which may be personal data.
 */
export class InputError extends Error {
  /** The argument as the caller named it, with a path for nested input: `input.amount.minor`. */
  readonly argument: string;

  constructor(argument: string, message: string) {
    super(message);
    this.name = 'InputError';
    this.argument = argument;
  }
}
