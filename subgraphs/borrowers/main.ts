/** Runs the borrowers room alone, as a process of its own. */
import 'reflect-metadata';
import { runRoom } from '../../kernel/run-room';
import { borrowersRoom } from './subgraph';

void runRoom(borrowersRoom);
