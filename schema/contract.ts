/**
 * Composes the rooms' subgraphs into the full supergraph and into one contract per audience. Deny by default: what does
 * not carry an audience's tag does not exist in its contract. Refuses a contract that would leak or lose data.
 */
import { composeServices as composeByApollo } from '@apollo/composition';
import {
  addInaccessibleToUnreachableTypes,
  applyTagFilterOnSubgraphs,
  composeSchemaContract,
  composeServices,
  compositionHasErrors,
  extractLinkImplementations,
  sortSDL,
  type CompositionResult,
  type CompositionSuccess,
} from '@theguild/federation-composition';
import { parse, print, type DocumentNode } from 'graphql';
import { tagOf } from './audience';
import { findContractLeaks, findDisagreements, findLostMembers } from './contract-lint';
import type { Audience } from './vocabulary';

export interface Subgraph {
  readonly name: string;
  readonly sdl: string;
}

export interface Composition {
  /** What a federation gateway or router loads. */
  readonly supergraphSdl: string;
  /** What a client of this contract sees. */
  readonly apiSdl: string;
}

/** Lists every problem with its coordinate; nothing is composed while one is left. */
export class CompositionRefused extends Error {
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[]) {
    super(`${subject} cannot be composed:\n  ${problems.join('\n  ')}`);
    this.name = 'CompositionRefused';
    this.problems = problems;
  }
}

/**
 * The address printed for a room. The hub reaches its rooms by name and ignores it; another router in front of them is
 * given the real addresses in its own configuration.
 */
export function subgraphUrl(name: string): string {
  return `http://${name}.cession.local/graphql`;
}

/** Every field of every room, whoever may see it: proves that the rooms fit together. Served to nobody. */
export function composeFull(subgraphs: readonly Subgraph[]): Composition {
  const services = asServices(subgraphs);
  refuseIfAny('The full supergraph', findDisagreements(services));
  const composed = composition('The full supergraph', composeServices(services));
  refuseIfAny('The full supergraph', apolloObjections(services));
  return composed;
}

/** The contract of one audience. */
export function composeContract(subgraphs: readonly Subgraph[], audience: Audience): Composition {
  const subject = `The contract of ${audience}`;
  const services = asServices(subgraphs);
  refuseIfAny(subject, findDisagreements(services));
  const filter = { include: new Set([tagOf(audience)]), exclude: new Set<string>() };
  const filtered = succeeded(subject, composeSchemaContract(services, filter, false));
  // Before pruning: a union that lists a type the contract lacks is not a schema, and pruning throws on it.
  refuseIfAny(subject, findLostMembers(filtered.publicDocumentNode));
  const { resolveImportName } = extractLinkImplementations(filtered.supergraphDocumentNode);
  const composed = composition(subject, addInaccessibleToUnreachableTypes(resolveImportName, filtered));
  refuseIfAny(subject, findContractLeaks(services, parse(composed.apiSdl), tagOf(audience)));
  refuseIfAny(subject, apolloObjections(applyTagFilterOnSubgraphs(services, filter)));
  return composed;
}

/** The other composer's opinion: each has let something pass that the other refused. */
function apolloObjections(services: readonly Service[]): string[] {
  return (composeByApollo([...services]).errors ?? []).map(({ message }) => message);
}

export interface Service {
  readonly name: string;
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

export function asServices(subgraphs: readonly Subgraph[]): Service[] {
  return subgraphs.map(({ name, sdl }) => ({ name, url: subgraphUrl(name), typeDefs: parse(sdl) }));
}

function succeeded(subject: string, result: CompositionResult): CompositionSuccess {
  if (compositionHasErrors(result)) throw new CompositionRefused(subject, result.errors.map(({ message }) => message));
  return result;
}

function composition(subject: string, result: CompositionResult): Composition {
  const { supergraphDocumentNode, publicDocumentNode } = succeeded(subject, result);
  return { supergraphSdl: `${print(sortSDL(supergraphDocumentNode))}\n`, apiSdl: `${print(sortSDL(publicDocumentNode))}\n` };
}

function refuseIfAny(subject: string, problems: readonly string[]): void {
  if (problems.length > 0) throw new CompositionRefused(subject, problems);
}
