/** The help of every command, as a person reads it: options and exit codes are an interface that scripts are written against. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCli } from '../../cli/run-cli';
import { REWRITES_GOLDEN } from '../../support/test-run';

const COMMANDS = ['', 'start', 'init', 'token', 'import', 'import portfolio', 'export', 'verify', 'report', 'doctor', 'reconcile', 'tour', 'ledger', 'ledger key', 'ledger rotate-key', 'ledger dump-tiles', 'ledger fsck', 'ledger prune', 'keys', 'keys rotate-blind-index', 'keys rotate-master', 'witness', 'witness init', 'witness trust', 'witness key', 'witness serve', 'witness status'];
const FILE = path.join(__dirname, 'help.txt');

describe('the help of the command line', () => {
  it('is the one kept beside this test', async () => {
    const pages: string[] = [];
    for (const command of COMMANDS) {
      const { exitCode, out, err } = await runCli([...command.split(' ').filter((word) => word !== ''), '--help']);
      expect({ command, exitCode, err }).toEqual({ command, exitCode: 0, err: '' });
      pages.push(`$ cession ${command}${command === '' ? '' : ' '}--help\n\n${out}\n`);
    }
    const text = pages.join('\n');
    if (REWRITES_GOLDEN) writeFileSync(FILE, text);
    expect(existsSync(FILE)).toBe(true);
    expect(text).toBe(readFileSync(FILE, 'utf8'));
  });

  it('names every command there is', async () => {
    const listed = (out: string): string[] => [...out.matchAll(/^ {2}([a-z-]+)(?: \[options\]| <[a-z]+>)* {2,}\S/gm)].map((match) => match[1] ?? '').filter((name) => !name.startsWith('-'));
    const top = listed((await runCli(['--help'])).out.split('Commands:')[1]?.split('Exit codes:')[0] ?? '');
    const known = [...new Set(COMMANDS.filter((command) => command !== '').map((command) => command.split(' ')[0] ?? ''))];
    expect(top.sort()).toEqual(known.sort());
  });
});
