/** Progress of long work on a terminal; nothing at all anywhere else, so that logs and pipes stay clean. */
import { Format, Presets, SingleBar, type GenericFormatter } from 'cli-progress';
import type { Output } from './output';

export interface Progress {
  /** `total` null: the end is not known yet. */
  to(value: number, total: number | null): void;
  end(): void;
}

const SILENT: Progress = { to: () => undefined, end: () => undefined };
const REDRAWS_PER_SECOND = 10;
/** How long it will take is judged by so many steps: fewer come in bursts, and the answer would jump. */
const STEPS_JUDGED = 500;

function lineOf(label: string): GenericFormatter {
  return (options, params, payload) => {
    // Before the first steps, and when all came at once, the library has no number for it.
    const left = Number.isFinite(Number(params.eta)) && Number(params.eta) > 0 ? '  {eta_formatted}' : '';
    const format = params.total > 0 ? `${label} {bar} {percentage}%  {value}/{total}${left}` : `${label} {value}`;
    return Format.Formatter({ ...options, format }, params, payload);
  };
}

export function openProgress(output: Output, label: string): Progress {
  const { progress } = output;
  if (progress === null) return SILENT;
  // The terminal is left as it is, cursor and line wrapping too: whoever presses Ctrl-C gets it back without being put right.
  const bar = new SingleBar(
    { stream: progress, fps: REDRAWS_PER_SECOND, etaBuffer: STEPS_JUDGED, hideCursor: false, linewrap: true, clearOnComplete: true, format: lineOf(label) },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    to(value, total) {
      if (!isStarted) bar.start(total ?? 0, value);
      isStarted = true;
      bar.setTotal(total ?? 0);
      bar.update(value);
    },
    end() {
      if (isStarted) bar.stop();
    },
  };
}
