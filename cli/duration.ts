/** Durations as people type them: `90s`, `30m`, `8h`, `7d`. Refuses a bare number, which would be a guess at the unit. */
import { InvalidArgumentError } from 'commander';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const FORM = /^([1-9][0-9]{0,8})([smhd])$/;

export function parseDurationSeconds(text: string): number {
  const [, count, unit] = FORM.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new InvalidArgumentError('A duration is a whole number and s, m, h or d, for example 8h.');
  return Number(count) * (SECONDS[unit] as number);
}
