/** A ledger in a database of its own that a test appends to, signs when it wants and exports from; its clock is the test's. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { createSigningKey, openSigningKey } from '../../audit/log/note-key';
import { Checkpointer } from '../../audit/writer/checkpointer';
import { createLedger } from '../../audit/writer/create-ledger';
import { HeadsKeeper } from '../../audit/writer/heads-keeper';
import { testDatabase } from '../support/test-database';
import { openWriter, ORIGIN, type OpenedWriter } from './ledger-fixture';

const MINUTE_MS = 60_000;

export class ExportingLedger {
  pool!: Pool;
  opened!: OpenedWriter;
  keeper!: HeadsKeeper;
  checkpointer!: Checkpointer;
  /** For what is exported. */
  folder!: string;
  readonly signer = openSigningKey(createSigningKey(ORIGIN, Buffer.alloc(32, 9)).secret);
  private now = new Date('2026-11-21T08:00:00.000Z');

  /** Call at the top of a test file or a describe block; registers its own beforeAll and afterAll. */
  constructor() {
    const database = testDatabase(AUDIT_DATABASE);
    const { signer } = this;
    beforeAll(async () => {
      this.folder = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-exporting-'));
      this.pool = (await database.open(AUDIT_DATABASE)).worker;
      await createLedger(this.pool, { origin: ORIGIN, vkey: signer.vkey, now: this.now });
      this.opened = await openWriter(this.pool, { clock: this.clock });
      this.keeper = new HeadsKeeper({ pool: this.pool, recent: this.opened.recent, writer: this.opened.writer, clock: this.clock });
      this.checkpointer = new Checkpointer({ pool: this.pool, signer, epoch: () => this.opened.writer.epoch, clock: this.clock });
    });
    database.beforeClose(() => this.opened.writer.close());
    afterAll(() => fs.rm(this.folder, { recursive: true, force: true }));
  }

  readonly clock = (): Date => this.now;

  passMinute(): void {
    this.now = new Date(this.now.getTime() + MINUTE_MS);
  }

  /** A checkpoint over a heads entry. */
  async sign(): Promise<void> {
    await this.checkpointer.sign(await this.keeper.commit(true));
  }
}
