/** Runs the debts room alone, as a process of its own. */
import 'reflect-metadata';
import { runRoom } from '../../kernel/run-room';
import { debtsRoom } from './subgraph';

void runRoom(debtsRoom);
