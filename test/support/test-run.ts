/** What jest's own process and whoever started it tell the test files: the environment is the only channel there is. */

export interface TestRun {
  readonly home: string;
  readonly masterKey: string;
  /** The shared server, as its administrator. */
  readonly adminUrl: string;
}

/** `npm run golden`: golden files are rewritten instead of compared. */
export const REWRITES_GOLDEN = process.env['GOLDEN'] === 'write';
/** `TEST_LOG=error npm test`: what rooms under test report is shown. */
export const TEST_LOG_LEVEL = process.env['TEST_LOG'] === 'error' ? 'error' : 'silent';

const VARIABLE = 'CESSION_TEST_RUN';
/** Set-up and teardown are separate modules of one process. */
const owner = globalThis as { endCessionTestRun?: () => Promise<void> };

export function rememberRun(run: TestRun, end: () => Promise<void>): void {
  process.env[VARIABLE] = JSON.stringify(run);
  owner.endCessionTestRun = end;
}

export async function endRun(): Promise<void> {
  await owner.endCessionTestRun?.();
}

export function currentRun(): TestRun {
  const text = process.env[VARIABLE];
  if (!text) throw new Error('No test server: run the tests through jest with its globalSetup.');
  return JSON.parse(text) as TestRun;
}
