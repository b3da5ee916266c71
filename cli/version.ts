/** The version of this program, from the package it was installed with. */

/** The sources lie one folder below package.json, the compiled files two. */
const PLACES = ['../package.json', '../../package.json'];

export function readVersion(load: NodeJS.Require): string {
  for (const place of PLACES) {
    try {
      return (load(place) as { version: string }).version;
    } catch {
      // The other place, then.
    }
  }
  return 'unknown';
}
