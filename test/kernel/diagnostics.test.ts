/** Diagnostics: what is not listed cannot be written, and errors lose everything that may quote a value. */
import { Writable } from 'node:stream';
import { DatabaseError } from 'pg';
import { openDiagnostics, type DescribedError } from '../../kernel/diagnostics';
import { HubError } from '../../kernel/errors';
import { Secret } from '../../kernel/secret';

const NAME = 'Wang Xiaoming';

function written(fields: Record<string, unknown>, level: 'info' | 'silent' = 'info'): Record<string, unknown> | null {
  let text = '';
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  openDiagnostics(level, sink).child({ requestId: 'r-1' }).info(fields, 'it happened');
  return text === '' ? null : (JSON.parse(text) as Record<string, unknown>);
}

describe('a line', () => {
  it('carries its level, instant, text, and the fields of its child', () => {
    expect(written({ room: 'debts', index: 7 })).toMatchObject({ level: 'info', msg: 'it happened', requestId: 'r-1', room: 'debts', index: 7 });
  });

  it('is not written below the level', () => {
    expect(written({}, 'silent')).toBeNull();
  });

  it.each([
    ['a field nobody listed', { borrowerName: NAME }],
    ['an object in a listed field', { reason: { name: NAME } }],
    ['a list of objects', { rows: [{ name: NAME }] }],
    ['a secret', { url: new Secret(NAME) }],
    ['an error of PostgreSQL', { err: new DatabaseError(`invalid input syntax for type integer: "${NAME}"`, 1, 'error') }],
    ['an error of JSON.parse', { err: new SyntaxError(`Unexpected token W, "${NAME}" is not valid JSON`) }],
    ['the cause of an error', { err: new HubError('INTERNAL', 'The hub failed.', { cause: new Error(NAME) }) }],
    ['a message of several lines', { err: new Error(`first\n    ${NAME}`) }],
    ['something thrown that is no error', { err: NAME }],
  ])('never shows the value in %s', (_where, fields) => {
    expect(JSON.stringify(written(fields))).not.toContain(NAME);
  });

  it('says which fields it removed', () => {
    expect(written({ borrowerName: NAME })).toMatchObject({ removed: ['borrowerName'] });
  });

  it('keeps the text of the hub\'s own errors, the code of PostgreSQL\'s, and where both happened', () => {
    const cause = Object.assign(new DatabaseError('quoted', 1, 'error'), { code: '53100' });
    const line = written({ err: new HubError('UNAVAILABLE', 'No space left.', { cause }) });
    expect(line).toMatchObject({ err: { type: 'HubError', message: 'No space left.', code: 'UNAVAILABLE', cause: { code: '53100' } } });
    expect((line?.['err'] as DescribedError).stack?.[0]).toMatch(/^at /);
  });
});
