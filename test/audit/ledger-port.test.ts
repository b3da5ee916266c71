/** What the other rooms rely on: the ledger of a process, in process and over HTTP. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { ledgerRouter } from '../../audit/ledger.router';
import { openLedger, type LedgerOptions, type OpenedLedger } from '../../audit/ledger-port';
import { verifyCheckpoint } from '../../audit/log/checkpoint';
import { parseEntry } from '../../audit/log/entry';
import { parseVkey } from '../../audit/log/note-key';
import { openPemSigner } from '../../audit/signer/pem-signer';
import { createLedger } from '../../audit/writer/create-ledger';
import { openDiagnostics } from '../../kernel/diagnostics';
import type { Ledger } from '../../kernel/ledger';
import { openLedgerClient, type LedgerClient } from '../../kernel/ledger-http';
import { Secret } from '../../kernel/secret';
import { testDatabase } from '../support/test-database';
import { ORIGIN, receipts, submission } from './ledger-fixture';

const DEADLINE = 5_000;
const MASTER_KEY = new Secret(Buffer.alloc(32, 7));

function newPem(): Secret {
  return new Secret(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

describe('the ledger of a process', () => {
  const signer = openPemSigner(ORIGIN, newPem());
  let options: LedgerOptions;
  let pool: Pool;
  let ledger: OpenedLedger;
  let server: Server;
  let client: LedgerClient;

  const database = testDatabase(AUDIT_DATABASE);
  database.beforeClose(async () => {
    await client.stop();
    server.closeAllConnections();
    server.close();
    await ledger.stop();
  });
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  beforeAll(async () => {
    pool = (await database.open(AUDIT_DATABASE)).worker;
    pool.options.max = 12;
    options = { pool, signer, checkpointIntervalMs: 20, diagnostics: openDiagnostics('silent') };
    await expect(openLedger(options)).rejects.toThrow('There is no ledger in this database');
    await createLedger(pool, { origin: ORIGIN, vkey: signer.vkey, now: new Date() });
    ledger = await openLedger(options);
    server = createServer(express().use(ledgerRouter(ledger, MASTER_KEY, openDiagnostics('silent'))));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = openLedgerClient({ room: 'debts', url: url(), masterKey: MASTER_KEY });
  });

  it('refuses to open a log that names another key', async () => {
    await expect(openLedger({ ...options, signer: openPemSigner(ORIGIN, newPem()) })).rejects.toThrow('another origin or signing key');
  });

  const ports: [string, () => Ledger][] = [
    ['in process', () => ledger.ledgerFor('debts')],
    ['over HTTP', () => client],
  ];

  describe.each(ports)('%s', (_name, port) => {
    it('appends and reads back the same bytes with everything beside them', async () => {
      const sent = submission();
      const [receipt] = receipts(await port().append('direct', [sent], DEADLINE));
      const page = await port().read(receipt!.index, 10, 0);
      const [entry] = page.entries;
      expect(parseEntry(entry!.bytes).eventBytes.equals(sent.event)).toBe(true);
      expect(entry!.disclosures).toEqual(expect.arrayContaining([...sent.disclosures]));
      expect(entry!.disclosures.filter(({ kind }) => kind === 'link')).toHaveLength(sent.streams.length + 1);
      expect(page.size).toBe(receipt!.index + 1);
    });

    it('wakes a reader that waits for the next entry', async () => {
      const { size } = await port().read(0, 1, 0);
      const waiting = port().read(size, 10, DEADLINE);
      const [receipt] = receipts(await port().append('direct', [submission()], DEADLINE));
      // A heads entry may come first.
      expect((await waiting).entries[0]?.index).toBe(size);
      expect(receipt!.index).toBeGreaterThanOrEqual(size);
    });

    it('ends a wait for nothing with an empty page', async () => {
      const { size } = await port().read(0, 1, 0);
      // Beyond what heads entries could fill meanwhile.
      expect((await port().read(size + 100, 10, 30)).entries).toEqual([]);
    });

    it('gives the entries of a page from the database as it gave them from memory', async () => {
      const fromMemory = await port().read(1, 3, 0);
      const other = await openLedger(options);
      try {
        expect(other.isWriting).toBe(false);
        expect((await other.ledgerFor('debts').read(1, 3, 0)).entries).toEqual(fromMemory.entries.map(({ index, bytes, disclosures }) => expect.objectContaining({ index, bytes, disclosures }) as unknown));
        await expect(other.ledgerFor('debts').append('direct', [submission()], 100)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
      } finally {
        await other.stop();
      }
    }, 10_000);

    it('takes the room from the port, not from the submission', async () => {
      expect(await port().append('direct', [submission({ room: 'agencies' })], DEADLINE)).toEqual([expect.objectContaining({ code: 'FORBIDDEN' })]);
    });
  });

  it('signs a checkpoint of what stayed for an interval, verifiable with the key, and with a heads entry as its last', async () => {
    receipts(await client.append('direct', [submission()], DEADLINE));
    const { size } = await client.read(0, 1, 0);
    for (let tries = 0; (ledger.reader.checkpoint?.size ?? 0) < size && tries < 500; tries += 1) await client.read(size, 1, 10);
    const { checkpoint } = await client.read(0, 1, 0);
    const signed = verifyCheckpoint(checkpoint!, parseVkey(signer.vkey));
    expect(signed.origin).toBe(ORIGIN);
    expect(signed.size).toBeGreaterThanOrEqual(size);
    const [last] = (await client.read(signed.size - 1, 1, 0)).entries;
    expect(parseEntry(last!.bytes)).toMatchObject({ links: [], event: { type: 'audit.HeadsCommitted', facts: { size: signed.size - 1 } } });
  });

  it.each([
    ['no credential', undefined],
    ['a made-up one', `Bearer ${Buffer.alloc(32).toString('base64url')}`],
    ['the one of another installation', 'other'],
  ])('answers nothing to %s', async (_case, authorization) => {
    if (authorization === 'other') {
      const stranger = openLedgerClient({ room: 'debts', url: url(), masterKey: new Secret(Buffer.alloc(32, 8)) });
      await expect(stranger.read(0, 1, 0)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
      return stranger.stop();
    }
    const response = await fetch(`${url()}/ledger/read?from=0&limit=1&waitMs=0`, authorization === undefined ? {} : { headers: { authorization } });
    expect(response.status).toBe(401);
  });

  it('says LEDGER_UNAVAILABLE when nobody answers', async () => {
    const nowhere = openLedgerClient({ room: 'debts', url: 'http://127.0.0.1:1', masterKey: MASTER_KEY });
    await expect(nowhere.append('direct', [submission()], 500)).rejects.toMatchObject({ extensions: { code: 'LEDGER_UNAVAILABLE' } });
    await nowhere.stop();
  });
});
