/**
 * The door of the audit room: the ledger as a subgraph, its port for the other rooms, exports and their download, and what
 * the command line needs of it. Opens ledger and room together: the room reads by following what the ledger writes.
 */
import path from 'node:path';
import type { AuthenticatedRoute } from '../kernel/authenticated-route';
import type { PreparedConfig } from '../kernel/config';
import type { RoomContext } from '../kernel/context';
import { openRoomDatabase } from '../kernel/database/room-database';
import type { Diagnostics } from '../kernel/diagnostics';
import type { Metrics } from '../kernel/metrics';
import { openRoom, type OpenRoom, type RoomDefinition } from '../kernel/room-host';
import type { KeyStore } from '../kernel/vault/key-store';
import { outboxFieldOf } from '../kernel/outbox/outbox.resolver';
import { buildRoomSchema, type RoomSchema } from '../schema/subgraph-schema';
import { AUDIT_DATABASE, auditPoolConfig } from './definition';
import { exportRoute } from './export/export.router';
import { ExportResolver, loadShownExport } from './export/export.resolver';
import { ExportRunner } from './export/export-runner';
import { HandoverResolver } from './handover/handover.resolver';
import { LedgerEntryResolver, loadEntry } from './ledger-entry.resolver';
import { openLedger, type OpenedLedger } from './ledger-port';
import { NODE_STUBS } from './node.type';
import { openPlaceKeeper } from './places/place-keeper';
import { RECONCILIATION_FOLLOWING } from './reconciliation/reconciliation.follower';
import { reconcile, ReconciliationResolver } from './reconciliation/reconciliation.resolver';
import { Reconciliation } from './reconciliation/reconciliation.type';
import { PRUNING_FOLLOWING } from './retention/pruning.follower';
import { measureSize } from './reader/size-metric';
import { measureSelfCheck } from './self-check/self-check-metrics';
import { SelfCheckSchedule } from './self-check/self-check-schedule';
import type { LedgerSigner } from './signer/ledger-signer';
import { ProofResolver } from './proof.resolver';
import { openLogKeys } from './signer/log-key-check';
import { tilesRoutes } from './tiles.router';
import { TrailedAgency, TrailedBorrower, TrailedCreditor, TrailedDebt } from './trailed.type';
import { openStamper } from './time/stamper';
import { hubPolicy } from './witness/hub-policy';
import { prepareWitnessing } from './witness/witnessing';
import { AgencyTrailResolver, BorrowerTrailResolver, CreditorTrailResolver, DebtTrailResolver } from './trail.resolver';

export { AUDIT_DATABASE, auditPoolConfig } from './definition';
export { writeExport, type ExportOrder, type ExportProgress, type WrittenExport } from './export/write-export';
export { dumpTiles, type DumpProgress } from './reader/dump-tiles';
export { planLedgerPruning } from './retention/plan-ledger-pruning';
export { orderPruning, type PruningPlan } from './retention/pruning';
export { isRetentionClass, RETENTION_PERIODS } from './retention/retention';
export { checkLedger, START_MARK, type SelfCheckMark, type SelfCheckReport } from './self-check/self-check';
export { openCommandSigner } from './signer/command-signer';
export { openLedgerSigner, type LedgerSigner } from './signer/ledger-signer';
export { openPemSigner } from './signer/pem-signer';
export { rotateKey, type Rotation } from './signer/rotate-key';
export { readLogKeys } from './signer/signing-keys.repository';
export { hubPolicy } from './witness/hub-policy';
export { readOpenItems, type OpenItems } from './reconciliation/open-items';
export { prepareWitnessing } from './witness/witnessing';
export { readSentAfter } from './reader/own-records';
export { placeFaults, type PlaceFault } from './reader/place-faults';
export { rootOfLog } from './reader/root-of-log';
export { latestCheckpoint } from './writer/checkpointer';
export { createLedger } from './writer/create-ledger';
export { readHead } from './writer/head';

const OUTBOX = outboxFieldOf('audit', Reconciliation);

export function subgraphSchema(): RoomSchema {
  const stub = ({ id }: { id: string }) => ({ id });
  return buildRoomSchema<RoomContext>({
    resolvers: [
      LedgerEntryResolver, ProofResolver, ExportResolver, ReconciliationResolver, OUTBOX, HandoverResolver,
      CreditorTrailResolver, DebtTrailResolver, AgencyTrailResolver, BorrowerTrailResolver,
    ],
    orphanedTypes: [TrailedCreditor, TrailedDebt, TrailedAgency, TrailedBorrower, ...NODE_STUBS],
    references: {
      LedgerEntry: ({ id }, context) => loadEntry(context, id),
      Reconciliation: (_reference, context) => reconcile(context),
      Export: ({ id }, context) => loadShownExport(context, id),
      Creditor: stub,
      Debt: stub,
      Agency: stub,
      Borrower: stub,
    },
  });
}

export const auditRoom: RoomDefinition = {
  name: 'audit',
  subgraph: subgraphSchema,
  rows: AUDIT_DATABASE.rows,
  migrations: AUDIT_DATABASE.migrations,
  following: new Map([...RECONCILIATION_FOLLOWING, ...PRUNING_FOLLOWING]),
  reconsiderations: new Map(),
};

export interface AuditSurroundings {
  readonly config: PreparedConfig;
  readonly signer: LedgerSigner;
  readonly keyStore: KeyStore;
  readonly diagnostics: Diagnostics;
  /** Where this process counts; what the ledger measures of itself is added. */
  readonly metrics: Metrics;
  readonly clock?: () => Date;
}

export interface OpenAuditRoom {
  readonly ledger: OpenedLedger;
  readonly room: OpenRoom;
  /** Mounted by whoever serves the room: the gateway in one process, the room's own host in many. */
  readonly routes: readonly AuthenticatedRoute[];
  stop(): Promise<void>;
}

export function exportDirectory(config: Pick<PreparedConfig, 'home'>): string {
  return path.join(config.home, 'exports');
}

export async function openAuditRoom({ config, signer, keyStore, diagnostics, metrics, clock = () => new Date() }: AuditSurroundings): Promise<OpenAuditRoom> {
  // The ledger's connections are its own: relay and follower of this room must not wait for a writer that waits for them.
  const database = await openRoomDatabase({ ...config, database: { ...auditPoolConfig(config.database), poolSize: 1 } }, AUDIT_DATABASE);
  const keys = await openLogKeys(database.worker, signer);
  const witnessing = prepareWitnessing(config.ledger.witnesses, database.worker, keys.all, diagnostics);
  const ledger = await openLedger({ pool: database.worker, signer, checkpointIntervalMs: config.ledger.checkpointIntervalMs, seen: witnessing.seen, diagnostics, clock });
  const submitter = witnessing.begin(() => ledger.isWriting);
  const places = openPlaceKeeper({ pool: database.worker, isActive: () => ledger.isWriting, diagnostics });
  const stamper = openStamper(config.ledger, { pool: database.worker, vkey: signer.vkey, isActive: () => ledger.isWriting, clock, diagnostics });
  const selfCheck = new SelfCheckSchedule({ pool: database.worker, key: keys.current.key, intervalMs: config.ledger.selfCheckIntervalMs, diagnostics, clock });
  measureSelfCheck(metrics.registry, database.worker, clock);
  measureSize(metrics.registry, database.worker);
  const room = await openRoom(auditRoom, { config, ledger: ledger.ledgerFor('audit'), keyStore, diagnostics, clock });
  const directory = exportDirectory(config);
  const runner = new ExportRunner({ pool: room.database.worker, ledger, submitter, signer, policy: hubPolicy(signer.vkey, config.ledger.witnesses), directory, days: config.exportDays, diagnostics, clock });
  return {
    ledger,
    room: { ...room, unready: async () => [...ledger.unready(), ...(await selfCheck.unready()), ...(await room.unready())] },
    routes: [exportRoute(room.services, directory, diagnostics), ...tilesRoutes(room.services, diagnostics)],
    async stop() {
      await runner.stop();
      await submitter.stop();
      await selfCheck.stop();
      await stamper?.stop();
      await places.stop();
      await room.stop();
      await ledger.stop();
      await database.close();
    },
  };
}
