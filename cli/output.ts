/**
 * Where a command's words go: results to standard output, everything else to standard error. The only place of the command
 * line that knows the process's streams; commands are given an Output and never look for one.
 */

export interface Output {
  /** A result, for people or scripts. A line end is added. */
  print(text: string): void;
  /** A remark beside the result. A line end is added. */
  tell(text: string): void;
  /** Where progress may be drawn; null when nobody would see it move. */
  readonly progress: NodeJS.WritableStream | null;
  /** Characters of a line. */
  readonly columns: number;
}

const COLUMNS_WITHOUT_TERMINAL = 120;

export function processOutput({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Output {
  // `cession … | head` closes the pipe early: that is the reader's right and no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    print: (text) => void stdout.write(`${text}\n`),
    tell: (text) => void stderr.write(`${text}\n`),
    progress: stderr.isTTY ? stderr : null,
    columns: stdout.isTTY ? stdout.columns : COLUMNS_WITHOUT_TERMINAL,
  };
}

/** Two spaces of indentation: a person can read it, and every JSON reader too. */
export function printJson(output: Output, value: unknown): void {
  output.print(JSON.stringify(value, null, 2));
}
