/** The machine a number was measured on, how busy others kept it, and the processor time that processes used. Reads only. */
import fs from 'node:fs';
import os from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** Share of all cores that was in use before anything was measured, 0 to 1. */
  readonly busyBefore: number;
}

export async function describeMachine(databaseUrl: string): Promise<Machine> {
  const [first] = os.cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    postgres: await postgresVersion(databaseUrl),
    busyBefore: await busyShare(2_000),
  };
}

async function postgresVersion(connectionString: string): Promise<string> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<{ server_version: string }>('show server_version')).rows[0]!.server_version;
  } finally {
    await client.end();
  }
}

interface CoreTimes {
  readonly all: number;
  readonly idle: number;
}

function coreTimes(): CoreTimes {
  const times = os.cpus().map((core) => core.times);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return { all: sum(times.flatMap((core) => Object.values(core))), idle: sum(times.map((core) => core.idle)) };
}

/** The share of all cores in use during the next milliseconds, by whomever. */
export async function busyShare(milliseconds: number): Promise<number> {
  const before = coreTimes();
  await pause(milliseconds);
  const after = coreTimes();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

const TICK_MS = 10;

/** Processor milliseconds a process and everything it started have used; null where /proc does not exist. */
export function cpuMsOf(pid: number): number | null {
  try {
    const stats = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap(readStat);
    const family = new Set([pid]);
    for (let grown = 0; grown !== family.size; ) {
      grown = family.size;
      for (const stat of stats) if (family.has(stat.parent)) family.add(stat.pid);
    }
    return stats.filter((stat) => family.has(stat.pid)).reduce((total, stat) => total + stat.ticks * TICK_MS, 0);
  } catch {
    return null;
  }
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** proc(5): the name in parentheses may hold spaces; after it come state, parent, … and at places 12 and 13 user and system ticks. */
function readStat(name: string): ProcessStat[] {
  try {
    const text = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(name), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}
