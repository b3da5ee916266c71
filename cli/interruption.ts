/**
 * Ctrl-C and SIGTERM as a signal that commands can wait for. The first one asks to put everything away; a second one ends the
 * process at once, because whoever presses twice has waited enough.
 */
import { EXIT } from './exit-code';

type Signals = Pick<NodeJS.Process, 'on' | 'exit'>;

/** Installs nothing until asked: a command without anything to put away ends by the signal itself. */
export function interruptionOf(process: Signals): () => AbortSignal {
  let controller: AbortController | null = null;
  return () => {
    if (controller !== null) return controller.signal;
    const interruption = (controller = new AbortController());
    const interrupt = (): void => {
      if (interruption.signal.aborted) process.exit(EXIT.interrupted);
      interruption.abort();
    };
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', interrupt);
    return interruption.signal;
  };
}
