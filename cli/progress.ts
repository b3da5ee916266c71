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

function lineOf(label: string): GenericFormatter {
  return (options, params, payload) => {
    const format = params.total > 0 ? `${label} {bar} {percentage}%  {value}/{total}  {eta_formatted}` : `${label} {value}`;
    return Format.Formatter({ ...options, format }, params, payload);
  };
}

export function openProgress(output: Output, label: string): Progress {
  const { progress } = output;
  if (progress === null) return SILENT;
  const bar = new SingleBar({ stream: progress, fps: REDRAWS_PER_SECOND, hideCursor: true, clearOnComplete: true, format: lineOf(label) }, Presets.shades_classic);
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
