/** The root hash of the stored tree at a size, from its tiles and leaves. */
import type { Pool } from 'pg';
import { readRoot } from '../log/proof';
import { storedNodes } from './tree-reader';

export function rootOfLog(pool: Pool, size: number): Promise<Buffer> {
  return readRoot(size, storedNodes(pool));
}
