/** The thread that reads a portfolio: hands over one part after the other and stays at most a few ahead of whoever takes them. */
import 'reflect-metadata';
import { once } from 'node:events';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ImportError } from './import-error';
import { parseMapping } from './mapping';
import { readParts } from './portfolio-parts';
import type { ReadingMessage, ReadingOrder } from './reading-thread';

/** Enough that neither side waits for the other's next step. */
const PARTS_AHEAD = 8;

async function read(port: MessagePort, { file, mapping }: ReadingOrder): Promise<void> {
  const hand = (message: ReadingMessage): void => port.postMessage(message);
  let ahead = 0;
  port.on('message', () => (ahead -= 1));
  try {
    for await (const part of readParts(file, parseMapping(mapping))) {
      hand({ part });
      for (ahead += 1; ahead >= PARTS_AHEAD; ) await once(port, 'message');
    }
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    hand({ failure: { code: error.code, message: error.message, line: error.line } });
  }
}

if (parentPort !== null) void read(parentPort, workerData as ReadingOrder);
