/** The whole tour against a hub of its own, as `cession tour` runs it: the story of the README, from the import to the flipped byte. */
import fs from 'node:fs/promises';
import os from 'node:os';
import type { StepReport } from '../../../cli/tour/step';
import { runCli } from '../run-cli';

const remains = async (): Promise<string[]> => (await fs.readdir(os.tmpdir())).filter((name) => name.startsWith('cession-tour-'));

describe('cession tour', () => {
  it('finds every step as expected, and leaves nothing behind', async () => {
    const before = await remains();
    const { exitCode, out, err } = await runCli(['tour', '--json']);
    const { steps } = JSON.parse(out || '{"steps":[]}') as { steps: StepReport[] };
    const differing = steps.flatMap(({ id, outcome, claims, problem }) => (outcome === 'as expected' ? [] : [{ id, outcome, problem, claims: claims.filter(({ holds }) => !holds) }]));
    expect({ exitCode, err, differing }).toEqual({ exitCode: 0, err: '', differing: [] });
    expect(steps.map(({ id }) => id)).toEqual([
      'import', 'agency', 'agreement', 'engagement', 'gate', 'placement', 'read-phone', 'payment',
      'purpose', 'other-agency', 'recall', 'after-recall', 'export', 'verification', 'tampering',
      'erasure', 'redacted-export', 'absence', 'witness',
    ]);
    expect(await remains()).toEqual(before);
  });
});
