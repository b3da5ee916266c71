/**
 * What a room is to the rest of the hub: one execution core behind two transports (in process and HTTP).
 * A room trusts nobody: it re-checks scope, row scope, purpose and disclosure whoever calls.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Language } from '../schema/messages';
import type { RoomName } from '../schema/vocabulary';
import type { Actor } from './actor';

export interface RoomRequest {
  readonly actor: Actor;
  readonly document: string;
  readonly variables: Record<string, unknown> | null;
  readonly operationName: string | null;
  readonly requestId: string;
  /** The caller wants standing at least this far; -1 asks for nothing (`x-ledger-at-least`). */
  readonly atLeast: number;
  /**
   * True only when the query planner of our own gateway wrote the document (in process, or under its passport):
   * then validation is skipped. A bearer of a token may send anything, so its documents are validated.
   */
  readonly planned: boolean;
  /** Of the texts for people; English unless given. */
  readonly language?: Language;
  /** Aborted when the caller has gone or the operation's deadline passed. */
  readonly signal?: AbortSignal;
}

export interface RoomAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  /** The highest ledger index that has to do with the answer, its disclosures included; -1 before the room has seen any entry. */
  readonly ledgerIndex: number;
  /**
   * What the next fetch of the operation must stand on at least. A disclosure changes no standing, so nobody waits for rooms
   * to have followed it; a command does. The same as `ledgerIndex` unless given.
   */
  readonly standingIndex?: number;
}

export interface Room {
  readonly name: RoomName;
  execute(request: RoomRequest): Promise<RoomAnswer>;
  /** Empty when the room may serve; otherwise sentences for `/readyz`. */
  unready(): Promise<readonly string[]>;
  /** What an operator should look at although the room may serve: sentences for `/readyz`, too. */
  alarms(): Promise<readonly string[]>;
  stop(): Promise<void>;
}
