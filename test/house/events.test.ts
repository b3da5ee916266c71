/** Every type of event the rooms can write has a schema in schema/events, every schema is of an event some room writes, and the check can fail. */
import { ROOMS } from '../../schema/vocabulary';
import { roomSchema } from '../../compose';
import { eventTypesOf, factFaults } from '../support/event-schemas';
import { sourceFiles } from './source-tree';

const LITERAL = new RegExp(`'((?:${ROOMS.join('|')})\\.[A-Z][A-Za-z]+)'`, 'g');

/** Written as a literal in the room itself, or made by the kernel for each room that has the occasion. */
function eventsWritten(): string[] {
  const rooms = sourceFiles().filter(({ path }) => path.startsWith('audit/') || path.startsWith('subgraphs/'));
  const types = new Set(rooms.flatMap(({ text }) => [...text.matchAll(LITERAL)].map(([, type]) => type!)));
  for (const room of ROOMS) {
    const { sdl } = roomSchema(room);
    if (/^type Mutation/m.test(sdl)) types.add(`${room}.CommandRefused`);
    if (/@personal\(/.test(sdl.replace(/directive @personal[^\n]*/g, ''))) for (const name of ['DataDisclosed', 'ReleaseRefused']) types.add(`${room}.${name}`);
  }
  return [...types].sort();
}

describe('events', () => {
  it('have a schema, each type one, and no schema is of nothing', () => {
    expect(eventTypesOf().sort()).toEqual(eventsWritten());
  });

  const disclosed = { categories: ['CONTACT'], channel: 'GRAPHQL', fields: ['Borrower.phones'], subjects: 1 };

  it('as documented have no fault', () => {
    for (const version of [1, 2]) expect(factFaults('borrowers.DataDisclosed', disclosed, version)).toEqual([]);
  });

  it.each([
    ['of a category that is none', { ...disclosed, categories: ['CONTACTS'] }],
    ['with a name among the facts', { ...disclosed, name: 'Synthetic Person' }],
    ['without a count', { ...disclosed, subjects: undefined }],
    ['with a field that is no coordinate', { ...disclosed, fields: ['phones'] }],
    ['naming a category twice', { ...disclosed, categories: ['CONTACT', 'CONTACT'] }],
  ])('%s have one', (_case, facts) => {
    expect(factFaults('borrowers.DataDisclosed', JSON.parse(JSON.stringify(facts)))).toHaveLength(1);
  });

  it('of an unknown type or version have one', () => {
    expect(factFaults('borrowers.NothingSuch', {})).toEqual(['borrowers.NothingSuch version 1 has no schema']);
    expect(factFaults('borrowers.DataDisclosed', disclosed, 3)).toEqual(['borrowers.DataDisclosed version 3 has no schema']);
  });
});
