/** The days and instants of a tour, told from the moment it runs, so that it never grows stale. */

export function instantIn(years: number, now = new Date()): string {
  const then = new Date(now);
  then.setUTCFullYear(then.getUTCFullYear() + years);
  return then.toISOString();
}

export function dayIn(years: number, now = new Date()): string {
  return instantIn(years, now).slice(0, 10);
}

/** Business days are told in the creditor's zone, which may be behind or ahead of UTC; yesterday has begun everywhere. */
export function yesterday(now = new Date()): string {
  return new Date(now.getTime() - 36 * 3_600_000).toISOString().slice(0, 10);
}
