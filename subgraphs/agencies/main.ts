/** Runs the agencies room alone, as a process of its own. */
import 'reflect-metadata';
import { runRoom } from '../../kernel/run-room';
import { agenciesRoom } from './subgraph';

void runRoom(agenciesRoom);
