/** Where the project keeps its schemas, generated and hand-written; refuses to guess when there is no package around the code. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's schema folder. Compiled code runs from dist/, where only code is copied, so it is searched for. */
export function schemaFolder(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return join(folder, 'schema');
  }
  throw new Error('the schema folder is missing: no package.json above the running code');
}
