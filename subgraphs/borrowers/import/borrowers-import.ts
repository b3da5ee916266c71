/** The way in for imports: open a batch for a file, stage its rows sealed, move them chunk by chunk, close it. Each step may be repeated. */
import { closeBatch, openBatch } from './batch';
import { moveBorrowers } from './move';
import { stageBorrowers } from './stage';

export const borrowersImport = { openBatch, stage: stageBorrowers, move: moveBorrowers, closeBatch } as const;
