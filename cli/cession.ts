#!/usr/bin/env node
/**
 * The entry point of the `cession` program: gives it the process's arguments, streams, settings and signals, and ends the
 * process with its exit code. Decides nothing else.
 */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import path from 'node:path';
import { disableTelemetry, inheritedEnvironment, loadConfig } from '../kernel/config';
import { chooseLanguage } from '../schema/messages';
import { interruptionOf } from './interruption';
import { processOutput } from './output';
import { runProgram } from './program';
import { readVersion } from './version';

// Before anything loads @apollo/gateway, which would report to its maker that it runs.
disableTelemetry();

/** A connection somebody forgot must not keep a finished command alive for ever. */
const LINGER_MS = 5_000;

/** `cession` where it is installed; in a clone, what a shell there can run. */
function programOf(script: string): string {
  return script.endsWith('.js') ? `node ${path.relative(process.cwd(), script)}` : 'cession';
}

async function main(): Promise<void> {
  const line = {
    output: processOutput(process),
    loadConfig: () => loadConfig(),
    environment: () => inheritedEnvironment(),
    interruption: interruptionOf(process),
    program: programOf(process.argv[1] ?? ''),
    language: chooseLanguage(Intl.DateTimeFormat().resolvedOptions().locale),
    exitCode: 0,
  };
  process.exitCode = await runProgram(process.argv.slice(2), line, readVersion(createRequire(__filename)));
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

void main();
