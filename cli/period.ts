/** The ends of a period as people type them: an instant, or a day of UTC. A day as the end includes all of it. */
import { InvalidArgumentError } from 'commander';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const DAY_MS = 86_400_000;

function parse(text: string): Date {
  const instant = DAY.test(text) || INSTANT.test(text) ? new Date(text) : null;
  // 2026-02-30 is read as 2 March; whoever wrote it meant something else.
  const isReal = instant !== null && !Number.isNaN(instant.getTime()) && (!DAY.test(text) || instant.toISOString().startsWith(text));
  if (!isReal) throw new InvalidArgumentError('Give a day like 2026-11-21 (UTC) or an instant like 2026-11-21T08:00:00Z.');
  return instant;
}

export const parseFrom = (text: string): Date => parse(text);

/** Exclusive: the first instant that is not in the period any more. */
export function parseUntil(text: string): Date {
  const instant = parse(text);
  return DAY.test(text) ? new Date(instant.getTime() + DAY_MS) : instant;
}
