/** `npm run controls -- <file>`: every control against a running hub, one line each. Exits with 1 when a MUST is broken. */
import { Cast } from './cast';
import { readCastFile } from './cast-file';
import { checkControl } from './control';
import { CONTROLS } from './controls';

async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error('Name the file with url, vkey and tokens.');
  const cast = await Cast.open(readCastFile(file));
  const counts = { kept: 0, 'not kept': 0, broken: 0 };
  for (const control of CONTROLS) {
    const { outcome, reason } = await checkControl(control, cast);
    counts[outcome] += 1;
    process.stdout.write(`${control.id} ${outcome.padEnd(8)} ${control.promise}${reason === null ? '' : `\n     ${reason}`}\n`);
  }
  process.stdout.write(`${CONTROLS.length} controls: ${counts.kept} kept, ${counts['not kept']} of SHOULD not kept, ${counts.broken} broken\n`);
  process.exitCode = counts.broken === 0 ? 0 : 1;
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
