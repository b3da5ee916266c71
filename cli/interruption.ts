/**
 * Ctrl-C and SIGTERM as a signal that commands can wait for. A second one does not hurry: npm hands Ctrl-C on to a program that
 * the terminal has told already, so two of them are one wish.
 */

type Signals = Pick<NodeJS.Process, 'on'>;

/** Installs nothing until asked: a command without anything to put away ends by the signal itself. */
export function interruptionOf(process: Signals): () => AbortSignal {
  let interruption: AbortController | null = null;
  return () => {
    if (interruption !== null) return interruption.signal;
    const asked = (interruption = new AbortController());
    process.on('SIGINT', () => asked.abort());
    process.on('SIGTERM', () => asked.abort());
    return asked.signal;
  };
}
