/** Settings: every problem is reported at once, secrets never print, defaults stand when nothing is set. */
import { inspect } from 'node:util';
import { commandEnvironment, ConfigError, disableTelemetry, loadConfig } from '../../kernel/config';
import { Secret } from '../../kernel/secret';

const KEY = Buffer.alloc(32, 7).toString('base64');

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('an empty environment', () => {
  const config = loadConfig({});

  it('is a hub on loopback with the embedded database and the local issuer', () => {
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4000, masterKey: null, database: { url: null }, tokens: { jwksUrl: null } });
    expect(config.home).toMatch(/\/\.cession$/);
  });

  it('gives every room a port of its own', () => {
    expect(Object.values(config.rooms).map((room) => room.port)).toEqual([4001, 4002, 4003, 4004, 4005]);
  });

  it('is frozen to the last leaf', () => {
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.limits)).toBe(true);
    expect(Object.isFrozen(config.rooms.debts)).toBe(true);
  });
});

describe('a variable', () => {
  it.each([
    ['PORT', '70000', 'PORT must be a whole number from 0 to 65535, not "70000"'],
    ['PORT', '4e3', 'PORT must be a whole number from 0 to 65535, not "4e3"'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud"'],
    ['DATABASE_URL', 'mysql://u:p4ss@h/db', 'DATABASE_URL must look like postgres://user:password@host:5432/database'],
    ['DATABASE_URL', 'postgres://u:p4ss@h', 'DATABASE_URL must look like postgres://user:password@host:5432/database'],
    ['DATABASE_URL', 'postgres:///db?host=/run', 'DATABASE_URL must look like postgres://user:password@host:5432/database'],
    ['DATABASE_URL_DEBTS', 'nonsense', 'DATABASE_URL_DEBTS must look like postgres://user:password@host:5432/database'],
    ['CESSION_MASTER_KEY', 'c2hvcnQ=', 'CESSION_MASTER_KEY must be 32 bytes in standard base64 (openssl rand -base64 32)'],
    ['CESSION_MASTER_KEY', `${KEY}!`, 'CESSION_MASTER_KEY must be 32 bytes in standard base64 (openssl rand -base64 32)'],
    ['CESSION_LEDGER_ORIGIN', 'two words', 'CESSION_LEDGER_ORIGIN must be 1 to 200 characters without white space or plus sign'],
    ['CESSION_ROOM_URL_DEBTS', 'ftp://h', 'CESSION_ROOM_URL_DEBTS must be an http or https address without user and password'],
    ['CESSION_LEDGER_SIGN_COMMAND', '/usr/bin/sign', 'CESSION_LEDGER_SIGN_COMMAND and CESSION_LEDGER_VKEY belong together: who signs, and the verifier key of it'],
    ['CESSION_METRICS_TOKEN', 'short', 'CESSION_METRICS_TOKEN must be 16 to 200 printable ASCII characters without spaces'],
    ['CESSION_SELF_CHECK_INTERVAL_MS', '10', 'CESSION_SELF_CHECK_INTERVAL_MS must be a whole number from 1000 to 2592000000, not "10"'],
    ['CESSION_MAX_DEPHT', '12', 'CESSION_MAX_DEPHT is not a variable of this hub; see .env.example'],
  ])('%s=%s is refused with its own sentence', (name, value, problem) => {
    expect(problemsOf({ [name]: value })).toEqual([problem]);
  });

  it('that is empty counts as unset', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 4000, database: { url: null } });
  });
});

describe('a signing command', () => {
  it('takes the place of a key, and is given none of the settings of the hub', () => {
    const command = { CESSION_LEDGER_SIGN_COMMAND: '/usr/bin/sign --key ledger', CESSION_LEDGER_VKEY: 'k' };
    expect(loadConfig(command).ledger.signCommand).toEqual({ command: ['/usr/bin/sign', '--key', 'ledger'], vkey: 'k' });
    expect(commandEnvironment({ ...command, CESSION_MASTER_KEY: KEY, DATABASE_URL: 'postgres://u:p@h/db', DATABASE_URL_AUDIT: 'postgres://u:p@h/db', PATH: '/bin', KMS_PROFILE: 'ledger' })).toEqual({ PATH: '/bin', KMS_PROFILE: 'ledger' });
    expect(problemsOf({ ...command, CESSION_LEDGER_KEY: 'ledger.pem' })).toEqual(['CESSION_LEDGER_KEY and CESSION_LEDGER_SIGN_COMMAND exclude each other: the key is here or it is not']);
  });
});

describe('several problems', () => {
  it('are reported together, and none repeats a secret', () => {
    const problems = problemsOf({ PORT: 'x', DATABASE_URL: 'mysql://u:p4ss@h/db', CESSION_MASTER_KEY: 'hunter2', CESSION_TOKEN_JWKS_URL: 'https://idp/jwks' });
    expect(problems).toHaveLength(5);
    expect(problems.join()).not.toMatch(/p4ss|hunter2/);
    expect(problems).toContain('CESSION_TOKEN_ISSUER is required with CESSION_TOKEN_JWKS_URL');
  });

  it('include limits that contradict each other', () => {
    expect(problemsOf({ CESSION_DEADLINE_MS: '1000', CESSION_RECEIPT_DEADLINE_MS: '1000' })).toEqual([
      'CESSION_RECEIPT_DEADLINE_MS must be below CESSION_DEADLINE_MS: an answer cannot outlive its operation',
    ]);
  });
});

describe('a secret', () => {
  const config = loadConfig({ CESSION_MASTER_KEY: KEY, DATABASE_URL: 'postgres://u:p4ss@h/db', DATABASE_URL_AUDIT: 'postgres://u:p4ss@h/audit' });

  it.each([
    ['JSON', JSON.stringify(config)],
    ['inspect', inspect(config, { depth: 9, showHidden: true })],
    ['a template', `${String(config.database.url)} ${String(config.masterKey)}`],
    ['a copy', JSON.stringify({ ...config.database.url })],
  ])('does not show in %s', (_form, text) => {
    expect(text).not.toMatch(/p4ss|BwcHBwcH|07 07 07/);
  });

  it('is given out on demand', () => {
    expect(new Secret('p4ss').reveal()).toBe('p4ss');
    expect(config.masterKey?.reveal()).toHaveLength(32);
  });
});

describe('telemetry of the gateway', () => {
  it('is switched off whatever the environment says', () => {
    const env: NodeJS.ProcessEnv = { APOLLO_TELEMETRY_DISABLED: 'false' };
    disableTelemetry(env);
    expect(env['APOLLO_TELEMETRY_DISABLED']).toBe('1');
  });
});
