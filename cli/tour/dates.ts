/** The days and instants of a tour, told from the moment it runs, so that it never grows stale. */

export function instantIn(years: number, now = new Date()): string {
  const then = new Date(now);
  then.setUTCFullYear(then.getUTCFullYear() + years);
  return then.toISOString();
}

export function dayIn(years: number, now = new Date()): string {
  return instantIn(years, now).slice(0, 10);
}

/** The business day of a creditor in China: what is owed, and when money came, is told in its zone. */
export function businessToday(now = new Date()): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(now);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}
