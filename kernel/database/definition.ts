/** What a room declares about its part of the database: which rows it stores and how its dbSchema came to be. */
import type { MigrationInterface } from 'typeorm';
import type { DatabaseRoom } from '../config';

/** A TypeORM row class. */
export type RowClass = abstract new (...args: never[]) => object;
/** A migration's class name, or its `name`, ends in a 13-digit timestamp. */
export type MigrationClass = new () => MigrationInterface;

export interface DatabaseDefinition {
  readonly room: DatabaseRoom;
  readonly rows: readonly RowClass[];
  /** All of them, oldest first, the kernel's included. Never edited once released: a repair is a new migration. */
  readonly migrations: readonly MigrationClass[];
}
