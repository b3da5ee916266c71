/** Order checks that hold for any ascending series of entries, whole log or part: rooms, event ids, recorded times. */
import type { Place } from './disclosure-record';
import type { ParsedEntry } from './entry';
import { EventIds } from './event-ids';
import { fail } from './verdict';

/** Which room an entry's source speaks for. */
function roomOf(source: string): string {
  const end = source.indexOf('/');
  return end < 0 ? source : source.slice(0, end);
}

/** A room writes events of its own types only. */
export function assertOwnRoom({ event, source }: ParsedEntry, place: Place): void {
  if (!event.type.startsWith(`${roomOf(source)}.`)) fail('integrity', { code: 'SOURCE_FOREIGN', ...place, expected: roomOf(source), got: event.type });
}

/** Instants have one fixed spelling, so texts compare like times. */
export function assertNotBefore(last: string, recordedAt: string, place: Place): void {
  if (recordedAt < last) fail('time', { code: 'TIME_BACKWARDS', ...place, expected: `not before ${last}`, got: recordedAt });
}

export class SeriesCheck {
  private recordedAt = '';
  private readonly ids = new EventIds();

  accept(entry: ParsedEntry, place: Place): void {
    assertOwnRoom(entry, place);
    if (!this.ids.add(entry.event.id)) fail('integrity', { code: 'EVENT_DUPLICATE', ...place, got: entry.event.id });
    assertNotBefore(this.recordedAt, entry.recordedAt, place);
    this.recordedAt = entry.recordedAt;
  }
}
