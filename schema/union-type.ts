/** Remembers the audiences of unions, which TypeGraphQL has no directives for. */
import type { AudienceList } from './audience';

const declared = new Map<string, AudienceList>();

/** Call beside `createUnionType`. Throws when one name is given two lists: both subgraphs would print the later one. */
export function declareUnion(name: string, audiences: AudienceList): void {
  const earlier = declared.get(name);
  if (earlier !== undefined && earlier.join() !== audiences.join()) {
    throw new Error(`union ${name} is declared twice, with different audiences`);
  }
  declared.set(name, audiences);
}

export function unionAudiences(name: string): AudienceList | undefined {
  return declared.get(name);
}
