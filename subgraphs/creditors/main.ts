/** Runs the creditors room alone, as a process of its own. */
import 'reflect-metadata';
import { runRoom } from '../../kernel/run-room';
import { creditorsRoom } from './subgraph';

void runRoom(creditorsRoom);
