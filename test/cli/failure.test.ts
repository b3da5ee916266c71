/** From any error to one message and an exit code: what a person reads, and what must never be read. */
import { CommanderError } from 'commander';
import { EXIT } from '../../cli/exit-code';
import { describeFailure } from '../../cli/failure';
import { ImportError } from '../../cli/import/import-error';
import { MappingError } from '../../cli/import/mapping-problems';
import { UsageError } from '../../cli/usage-error';
import { ConfigError } from '../../kernel/config';
import { HubError } from '../../kernel/errors';
import { StartError } from '../../kernel/start-error';

const fileError = (code: string): Error => Object.assign(new Error('x'), { code, path: '/tmp/a', syscall: 'open' });

describe('a failure', () => {
  it.each([
    ['a wrong command line', new UsageError('No.', 'Do this.'), EXIT.usage, 'No.\n  → Do this.'],
    ['a wrong mapping file', new MappingError(['csv: must be an object']), EXIT.usage, 'The mapping file is not usable:\n  - csv: must be an object'],
    ['wrong settings', new ConfigError(['PORT is not a number']), EXIT.config, 'The configuration is not usable:\n  - PORT is not a number'],
    ['a hub that cannot start', new StartError('It is gone.', 'Restore it.'), EXIT.unavailable, 'It is gone.\n  → Restore it.'],
    ['an import that cannot go on', new ImportError('NOT_CSV', 'Line 3 is not CSV.', 3), EXIT.unavailable, 'Line 3 is not CSV. [NOT_CSV]'],
    ["the hub's own refusal", new HubError('CONFLICT', 'There is one.'), EXIT.unavailable, 'There is one. [CONFLICT]'],
    ['Ctrl-C', new DOMException('The operation was aborted', 'AbortError'), EXIT.interrupted, 'Interrupted.'],
    ['what commander has printed already', new CommanderError(1, 'commander.unknownOption', 'x'), EXIT.usage, null],
    ['help that was asked for', new CommanderError(0, 'commander.helpDisplayed', 'x'), EXIT.done, null],
  ])('of %s says so', (_what, error, exitCode, message) => {
    expect(describeFailure(error)).toEqual({ exitCode, message });
  });

  it.each([
    ['ENOENT', /\/tmp\/a cannot be used: there is no such file or folder/],
    ['EACCES', /\/tmp\/a cannot be used: this user may not/],
    ['ENOSPC', /\/tmp\/a cannot be used: the disk is full/],
  ])('of the file system (%s) names the file and the remedy', (code, message) => {
    const { exitCode, message: said } = describeFailure(fileError(code));
    expect(exitCode).toBe(EXIT.unavailable);
    expect(said).toMatch(message);
    expect(said).toContain('→');
  });

  it.each([
    ['an error of the database', Object.assign(new Error('Key (name)=(Zhang San) already exists.'), { code: '23505' }), /23505/],
    ['a thrown text', 'Zhang San', /string/],
    ['nothing at all', undefined, /undefined/],
  ])('nobody foresaw, %s, keeps its text to itself', (_what, error, kind) => {
    const { exitCode, message } = describeFailure(error);
    expect(exitCode).toBe(EXIT.defect);
    expect(message).toMatch(kind);
    expect(message).not.toContain('Zhang San');
  });

  it("of the engine shows the engine's text, which names no value", () => {
    const broken = (): unknown => (undefined as unknown as { row: unknown }).row;
    let caught: unknown;
    try {
      broken();
    } catch (error) {
      caught = error;
    }
    expect(describeFailure(caught)).toMatchObject({ exitCode: EXIT.defect, message: expect.stringContaining("reading 'row'") as string });
  });
});
