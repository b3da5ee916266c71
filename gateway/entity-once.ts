/**
 * Asks a room for each entity once per fetch: the query planner repeats a representation for every place it was found at
 * (250 for 7 agencies in a page of borrowers), and each one costs row scope, standing and bytes.
 */
import type { GraphQLFormattedError } from 'graphql';

export interface Representations {
  readonly unique: readonly unknown[];
  /** For each asked representation, the place of its equal in `unique`; null when no two are equal. */
  readonly places: readonly number[] | null;
}

/** Nearly every representation is a type and an id: the JSON of those costs three times what they do. No type's name has a space, so no two meet. */
function keyOf(representation: unknown): string {
  const { __typename: type, id } = representation as Record<string, unknown>;
  const isPlain = typeof type === 'string' && typeof id === 'string' && Object.keys(representation as object).length === 2;
  return isPlain ? `${type} ${id}` : JSON.stringify(representation);
}

export function uniqueRepresentations(asked: readonly unknown[]): Representations {
  const seen = new Map<string, number>();
  const unique: unknown[] = [];
  const places = asked.map((representation) => {
    const key = keyOf(representation);
    let place = seen.get(key);
    if (place === undefined) {
      place = unique.push(representation) - 1;
      seen.set(key, place);
    }
    return place;
  });
  return { unique, places: unique.length === asked.length ? null : places };
}

/** The gateway merges later fetches into these objects, so every place needs its own copy. */
export function expandEntities(entities: readonly unknown[], places: readonly number[]): unknown[] {
  const used = new Set<number>();
  return places.map((place) => {
    const entity = entities[place];
    if (used.has(place)) return copyOf(entity);
    used.add(place);
    return entity;
  });
}

/** Data from JSON or from graphql's execute: plain objects, arrays and leaves. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyOf((value as Record<string, unknown>)[key]);
  return copy;
}

/** `_entities`, place, field…: an error of a shared entity is an error at each of its places. */
export function expandErrors(errors: readonly GraphQLFormattedError[], places: readonly number[]): GraphQLFormattedError[] {
  return errors.flatMap((error) => {
    const { path } = error;
    if (path?.[0] !== '_entities' || typeof path[1] !== 'number') return [error];
    return places.flatMap((place, asked) => (place === path[1] ? [{ ...error, path: ['_entities', asked, ...path.slice(2)] }] : []));
  });
}
