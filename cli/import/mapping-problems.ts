/** Everything that is wrong with a mapping file, collected and told at once, each with its place in the file. */

export class MappingError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The mapping file is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'MappingError';
  }
}

export type JsonObject = { readonly [name: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export class MappingProblems {
  readonly found: string[] = [];

  add(place: string, problem: string): void {
    this.found.push(`${place}: ${problem}`);
  }

  /** An object with no member beyond `names`; an empty one when it is not. */
  object(value: unknown, place: string, names: readonly string[]): JsonObject {
    if (!isObject(value)) {
      this.add(place, 'must be an object');
      return {};
    }
    for (const name of Object.keys(value)) if (!names.includes(name)) this.add(place, `"${name}" is not known here; known are ${names.join(', ')}`);
    return value;
  }

  list(value: unknown, place: string): readonly unknown[] {
    if (Array.isArray(value)) return value as readonly unknown[];
    this.add(place, 'must be a list');
    return [];
  }

  text(value: unknown, place: string): string {
    if (typeof value === 'string' && value !== '') return value;
    this.add(place, 'must be a text');
    return '';
  }

  refuseAny(): void {
    if (this.found.length > 0) throw new MappingError(this.found);
  }
}
