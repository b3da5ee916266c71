/** The way in for imports: open a batch for a file, stage its rows, move them chunk by chunk, close it. Each step may be repeated. */
import { closeBatch, listRejections, openBatch } from './batch';
import { moveChunk } from './move';
import { stageDebts } from './stage';

export const debtsImport = { openBatch, stageDebts, moveChunk, closeBatch, listRejections } as const;
