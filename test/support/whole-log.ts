/**
 * The whole log of a hub under test, read past every gate: what tests look for in it, and the check that must hold after
 * every one of them: nothing acknowledged lost, nothing twice, every byte where its hashes say.
 */
import type { Pool } from 'pg';
import { AUDIT_DATABASE, checkLedger } from '../../audit/subgraph';
import { parseEntry, type ParsedEntry } from '../../audit/log/entry';
import { HEADS_TYPE } from '../../audit/log/heads-event';
import { parseVkey } from '../../audit/log/note-key';
import { readEntries } from '../../audit/reader/stored-entries';
import { readFollowedEvent, type FollowedEvent } from '../../kernel/follower/followed-event';
import type { StoredEntry } from '../../kernel/ledger';
import { ROOMS, type RoomName } from '../../schema/vocabulary';
import { schemaFaults } from './event-schemas';
import type { TestDatabase } from './test-database';

export interface LogEntry extends FollowedEvent {
  readonly stored: StoredEntry;
  readonly parsed: ParsedEntry;
}

const DELIVERED_MS = 15_000;

export class WholeLog {
  private pool: Pool | null = null;

  constructor(private readonly database: TestDatabase) {}

  async entries(): Promise<LogEntry[]> {
    const stored = await readEntries(await this.open(), 0, Number.MAX_SAFE_INTEGER, 100_000);
    return stored.map((entry) => ({ ...readFollowedEvent(entry), stored: entry, parsed: parseEntry(entry.bytes) }));
  }

  async events(type: string, from = 0): Promise<LogEntry[]> {
    return (await this.entries()).filter((entry) => entry.type === type && entry.index >= from);
  }

  async size(): Promise<number> {
    return (await this.entries()).length;
  }

  /** How much anybody has said: without what the ledger writes of its own accord, at any time. */
  async saidCount(): Promise<number> {
    return (await this.entries()).filter(({ type }) => type !== HEADS_TYPE).length;
  }

  /** Every committed record of these rooms has its place, exactly once, in a log that agrees with all that is derived from it. */
  async check(rooms: readonly RoomName[] = ROOMS): Promise<void> {
    const records = await this.deliveredRecords(rooms);
    const entries = await this.entries();
    const ids = entries.map(({ parsed }) => parsed.event.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(records.filter(({ event_id, ledger_index }) => ids[ledger_index] !== event_id)).toEqual([]);
    expect(entries.flatMap(({ stored }) => schemaFaults(stored))).toEqual([]);
    const report = await checkLedger({ pool: await this.open(), key: parseVkey(entries[0]!.facts['vkey'] as string) });
    expect(report.difference).toBeNull();
  }

  private async deliveredRecords(rooms: readonly RoomName[]): Promise<{ event_id: string; ledger_index: number }[]> {
    const admin = await this.database.admin();
    const union = rooms.map((room) => `select event_id, ledger_index::float8 as ledger_index from ${room}.outbox left join ${room}.delivery on outbox_id = id`).join(' union all ');
    for (const deadline = Date.now() + DELIVERED_MS; ; ) {
      const { rows } = await admin.query<{ event_id: string; ledger_index: number | null }>(union);
      const open = rows.filter(({ ledger_index }) => ledger_index === null).length;
      if (open === 0) return rows as { event_id: string; ledger_index: number }[];
      if (Date.now() > deadline) throw new Error(`${open} committed records never reached the ledger`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private async open(): Promise<Pool> {
    return (this.pool ??= (await this.database.open(AUDIT_DATABASE)).worker);
  }
}
