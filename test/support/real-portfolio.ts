/**
 * The real portfolio tests and benchmarks use when it is there: 30,000 card clients of the UCI Machine Learning Repository.
 * It is CC BY 4.0 and not part of this repository.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const NAME = path.join('data', 'uci_credit_card.csv');

export const WITHOUT_REAL_PORTFOLIO = `skipped: ${NAME} is neither in this repository nor in a folder beside it`;

/** Looked for in the repository and in the folders beside it; from `dist/` too. */
export function realPortfolio(): string | null {
  for (const root of [ROOT, path.dirname(ROOT)]) {
    const beside = path.dirname(root);
    const folders = [root, ...readdirSync(beside, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [path.join(beside, entry.name)] : []))];
    const found = folders.map((folder) => path.join(folder, NAME)).find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  return null;
}
