/** The progress of an import on a terminal: one bar for each of its phases. */
import type { ImportProgress } from './import/import-portfolio';
import type { Output } from './output';
import { openProgress } from './progress';

const PHASES: Readonly<Record<ImportProgress['phase'], string>> = { reading: 'Reading (bytes)', moving: 'Moving (debts)', appending: 'Appending (entries)' };

/** One bar per phase: they count different things. */
export function openImportProgress(output: Output): { to(progress: ImportProgress): void; end(): void } {
  let phase: ImportProgress['phase'] | null = null;
  let bar = openProgress(output, '');
  return {
    to(progress) {
      if (progress.phase !== phase) {
        bar.end();
        phase = progress.phase;
        bar = openProgress(output, PHASES[phase].padEnd(20));
      }
      bar.to(progress.done, progress.total);
    },
    end: () => bar.end(),
  };
}
