/** The audit room alone on a real database, with a ledger of its own and the few rights that readers need. */
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Pool } from 'pg';
import { AUDIT_DATABASE } from '../../audit/definition';
import { openPemSigner } from '../../audit/signer/pem-signer';
import { openAuditRoom, type LedgerSigner, type OpenAuditRoom } from '../../audit/subgraph';
import { createLedger } from '../../audit/writer/create-ledger';
import type { Actor } from '../../kernel/actor';
import { composeSubmission, type EventDraft } from '../../kernel/event-draft';
import { openMetrics } from '../../kernel/metrics';
import { Secret } from '../../kernel/secret';
import { KEY_STORE_DATABASE, openKeyStore } from '../../kernel/vault/key-store';
import { deriveMasterKeys } from '../../kernel/vault/master-keys';
import { newId } from '../../schema/ids';
import type { RoomName, StreamName } from '../../schema/vocabulary';
import type { TestDatabase } from '../support/test-database';
import { testDiagnostics } from '../support/test-ledger';
import { receipts } from './ledger-fixture';

export const AUDIT_ROOM_DATABASES = [AUDIT_DATABASE, KEY_STORE_DATABASE] as const;

export function reader(audience: Actor['audience'], org: string, sub: string): Actor {
  return { audience, org, sub, scopes: [], purpose: null, method: 'token' };
}

const term = { from: '2026-01-01T00:00:00.000Z', until: '2036-01-01T00:00:00.000Z' };

export class TestAuditRoom {
  constructor(
    readonly audit: OpenAuditRoom,
    readonly pool: Pool,
    readonly signer: LedgerSigner,
    private readonly clock: () => Date,
  ) {}

  async record(room: RoomName, draft: Pick<EventDraft, 'type' | 'facts' | 'hidden' | 'streams'> & Partial<EventDraft>): Promise<number> {
    const submitted = composeSubmission({ typeVersion: 1, retention: 'STANDING', actor: null, occurredAt: this.clock(), ...draft }, null);
    const [receipt] = receipts(await this.audit.ledger.ledgerFor(room).append('direct', [submitted], 5_000));
    return receipt!.index;
  }

  authority(creditorId: string, staffSub: string): Promise<number> {
    const authorityId = newId('authority');
    const streams: StreamName[] = [`creditor:${creditorId}`, `grant:${authorityId}`];
    return this.record('creditors', { type: 'creditors.StaffAuthorityGranted', facts: { purposes: [], categories: [], scopes: [], ...term }, hidden: { authorityId, staffSub, creditorId }, streams });
  }

  mandate(creditorId: string, regulatorId: string): Promise<number> {
    const mandateId = newId('mandate');
    const streams: StreamName[] = [`creditor:${creditorId}`, `grant:${mandateId}`];
    const facts = { purposes: ['SUPERVISION'], basis: 'LAW', categories: [], ...term };
    return this.record('creditors', { type: 'creditors.SupervisionMandateGranted', facts, hidden: { mandateId, regulatorId, creditorId }, streams });
  }

  borrower(creditorId: string, borrowerId: string, personId: string): Promise<number> {
    return this.record('borrowers', {
      type: 'borrowers.BorrowersRegistered',
      facts: { count: 1 },
      hidden: {},
      items: [
        { value: { borrowerId, creditorId }, reveal: [`borrower:${borrowerId}`] },
        { value: { borrowerId, personId }, reveal: [] },
      ],
      streams: [`creditor:${creditorId}`, `borrower:${borrowerId}`],
    });
  }

  creditor(creditorId: string): Promise<number> {
    return this.record('creditors', { type: 'creditors.CreditorRegistered', facts: { jurisdiction: 'CN' }, hidden: { creditorId }, streams: [`creditor:${creditorId}`] });
  }

  /** Resolves when the room has followed the ledger to its end. */
  async settled(): Promise<void> {
    const { size } = await this.audit.ledger.ledgerFor('audit').read(0, 1, 0);
    while ((await this.pool.query<{ next: number }>('select next_index::float8 as next from follower')).rows[0]!.next < size) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** The answer's data; throws with the errors when there are any. */
  async data<T>(who: Actor, document: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { size } = await this.audit.ledger.ledgerFor('audit').read(0, 1, 0);
    const { data, errors } = await this.audit.room.execute({ actor: who, document, variables, operationName: null, requestId: 'test', atLeast: size - 1, planned: false });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data as T;
  }
}

/** The test database MUST have been made with AUDIT_ROOM_DATABASES. Stopped before the databases close. */
export async function openTestAuditRoom(database: TestDatabase, { clock = () => new Date(), checkpointIntervalMs = 50 }: { readonly clock?: () => Date; readonly checkpointIntervalMs?: number } = {}): Promise<TestAuditRoom> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'cession-audit-'));
  const config = { ...database.config, home, ledger: { ...database.config.ledger, checkpointIntervalMs } };
  const keyStore = openKeyStore((await database.open(KEY_STORE_DATABASE)).worker, deriveMasterKeys(config.masterKey));
  const pool = (await database.open(AUDIT_DATABASE)).worker;
  const signer = openPemSigner(config.ledger.origin, new Secret(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()));
  await createLedger(pool, { origin: config.ledger.origin, vkey: signer.vkey, now: clock() });
  const audit = await openAuditRoom({ config, signer, keyStore, diagnostics: testDiagnostics(), metrics: openMetrics({ processMetrics: false }), clock });
  database.beforeClose(async () => {
    await audit.stop();
    await fs.rm(home, { recursive: true, force: true });
  });
  return new TestAuditRoom(audit, pool, signer, clock);
}

/** Two banks and who reads for each party: their staff, a regulator of the first, an agency, a borrower of the first. */
export class ReadersOfTwoBanks {
  readonly bankA = newId('creditor');
  readonly bankB = newId('creditor');
  readonly agency = newId('agency');
  readonly borrowerA = newId('borrower');
  readonly person = newId('person');
  readonly regulatorId = newId('regulator');
  readonly staffA = reader('INTERNAL', this.bankA, 'staff-a');
  readonly staffB = reader('INTERNAL', this.bankB, 'staff-b');
  readonly regulator = reader('REGULATOR', this.regulatorId, 'examiner');
  readonly partner = reader('PARTNER', this.agency, 'collector');
  readonly self = reader('BORROWER', this.person, this.person);

  /** From here on the ledger gives them their rights. */
  async admitTo(room: TestAuditRoom): Promise<void> {
    await room.authority(this.bankA, this.staffA.sub);
    await room.authority(this.bankB, this.staffB.sub);
    await room.mandate(this.bankA, this.regulatorId);
    await room.borrower(this.bankA, this.borrowerA, this.person);
  }
}
