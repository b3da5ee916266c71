/**
 * Reads a portfolio in a thread of its own, so that parsing and checking rows keeps one processor busy while sealing them keeps
 * another. A reader that runs ahead waits; its failures are those of reading in place.
 */
import { on } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { ImportError, type ImportErrorCode } from './import-error';
import type { PortfolioPart } from './portfolio-parts';

/** What the thread is started with. */
export interface ReadingOrder {
  readonly file: string;
  /** The text of the mapping file: a mapping itself is functions. */
  readonly mapping: string;
}

export type ReadingMessage = { readonly part: PortfolioPart } | { readonly failure: { readonly code: ImportErrorCode; readonly message: string; readonly line: number | null } };

/** Starting a thread loads the rules of two rooms, some tenths of a second; below this size reading takes no longer. */
export const WORTH_A_THREAD_BYTES = 8 * 1024 * 1024;

export async function* readPartsInThread(order: ReadingOrder): AsyncGenerator<PortfolioPart> {
  const worker = new Worker(path.join(__dirname, 'reading-thread.main.js'), { workerData: order });
  try {
    for await (const [message] of on(worker, 'message', { close: ['exit'] }) as AsyncIterable<[ReadingMessage]>) {
      if ('failure' in message) throw new ImportError(message.failure.code, message.failure.message, message.failure.line);
      worker.postMessage('taken');
      yield message.part;
      if (message.part.fileHash !== null) return;
    }
    throw new Error('the thread that read the portfolio ended before the file did');
  } finally {
    await worker.terminate();
  }
}
