/**
 * Brings the first creditor into the hub: itself, its operator with every scope, and its regulator, in one transaction of
 * rows and outbox. Idempotent by code; refuses to be a second way to give authority once the creditor exists.
 */
import type { Pool, PoolClient } from 'pg';
import { HubError } from '../../kernel/errors';
import { composeSubmission } from '../../kernel/event-draft';
import { insertOutbox } from '../../kernel/outbox/outbox';
import { workerTransaction } from '../../kernel/worker-transaction';
import { newId } from '../../schema/ids';
import { DATA_CATEGORIES } from '../../schema/vocabulary';
import { checkCreditor, type CreditorTerms } from './creditor';
import { creditorRegistered, type RoomEvent } from './creditor.event';
import type { CreditorRow } from './creditor.row';
import { AUTHORITY_YEARS_MAX, checkAuthority, STAFF_PURPOSES, STAFF_SCOPES } from './staff-authority';
import { rowOfAuthority } from './staff-authority.command';
import { staffAuthorityGranted } from './staff-authority.event';
import type { StaffAuthorityRow } from './staff-authority.row';
import { checkMandate, MANDATE_YEARS_MAX } from './supervision-mandate';
import { rowOfMandate } from './supervision-mandate.command';
import { supervisionMandateGranted } from './supervision-mandate.event';
import type { SupervisionMandateRow } from './supervision-mandate.row';
import { addYears } from './term';

/** The basis of a mandate recorded by the operator at the start; later ones name theirs. */
const BOOTSTRAP_BASIS = 'OPERATOR-BOOTSTRAP';

export interface BootstrapRequest {
  readonly creditor: CreditorTerms;
  /** The token subject of the first operator. */
  readonly operatorSub: string;
  readonly regulatorId: string | null;
  readonly now: Date;
}

export interface Bootstrapped {
  readonly creditorId: string;
  readonly authorityId: string;
  readonly mandateId: string | null;
  /** False when the creditor was there already, with this operator and this regulator. */
  readonly created: boolean;
}

interface FirstRows {
  readonly creditor: CreditorRow;
  readonly authority: StaffAuthorityRow;
  readonly mandate: SupervisionMandateRow | null;
}

function firstRows({ creditor, operatorSub, regulatorId, now }: BootstrapRequest): FirstRows {
  checkCreditor(creditor);
  const creditorId = newId('creditor');
  const authorityTerms = {
    staffSub: operatorSub,
    purposes: STAFF_PURPOSES,
    categories: DATA_CATEGORIES,
    scopes: STAFF_SCOPES,
    validFrom: now,
    validUntil: addYears(now, AUTHORITY_YEARS_MAX),
  };
  checkAuthority(authorityTerms, now);
  const { code, name, jurisdiction } = creditor;
  return {
    creditor: { id: creditorId, code, name, jurisdiction, registeredAt: now },
    authority: rowOfAuthority(creditorId, authorityTerms, now),
    mandate: regulatorId === null ? null : firstMandate(creditorId, regulatorId, now),
  };
}

function firstMandate(creditorId: string, regulatorId: string, now: Date): SupervisionMandateRow {
  const terms = { regulatorId, categories: DATA_CATEGORIES, basis: BOOTSTRAP_BASIS, validFrom: now, validUntil: addYears(now, MANDATE_YEARS_MAX) };
  checkMandate(terms, now);
  return rowOfMandate(creditorId, terms, now);
}

const INSERT_AUTHORITY = `insert into staff_authority (id, creditor_id, staff_sub, purposes, categories, scopes, valid_from, valid_until, granted_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

const INSERT_MANDATE = `insert into supervision_mandate (id, creditor_id, regulator_id, purposes, categories, basis, valid_from, valid_until, granted_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

async function insertFirstRows(client: PoolClient, { creditor, authority: a, mandate: m }: FirstRows): Promise<boolean> {
  const { rowCount } = await client.query('insert into creditor (id, code, name, jurisdiction, registered_at) values ($1, $2, $3, $4, $5) on conflict (code) do nothing', [
    creditor.id,
    creditor.code,
    creditor.name,
    creditor.jurisdiction,
    creditor.registeredAt,
  ]);
  if (rowCount === 0) return false;
  await client.query(INSERT_AUTHORITY, [a.id, a.creditorId, a.staffSub, a.purposes, a.categories, a.scopes, a.validFrom, a.validUntil, a.grantedAt]);
  if (m !== null) await client.query(INSERT_MANDATE, [m.id, m.creditorId, m.regulatorId, m.purposes, m.categories, m.basis, m.validFrom, m.validUntil, m.grantedAt]);
  return true;
}

async function recordFirstEvents(client: PoolClient, { creditor, authority, mandate }: FirstRows, now: Date): Promise<void> {
  const events: RoomEvent[] = [creditorRegistered(creditor), staffAuthorityGranted(authority)];
  if (mandate !== null) events.push(supervisionMandateGranted(mandate));
  const records = events.map((event) => ({ submission: composeSubmission({ ...event, actor: null, occurredAt: now }, null) }));
  await insertOutbox({ query: (sql, values) => client.query(sql, [...values]) }, records);
}

/** What an earlier bootstrap of this code left; CONFLICT when it named another operator or regulator. */
async function recallBootstrap(client: PoolClient, { creditor, operatorSub, regulatorId }: BootstrapRequest): Promise<Bootstrapped> {
  const found = await client.query<{ creditor_id: string; authority_id: string | null; mandate_id: string | null }>(
    `select c.id as creditor_id,
      (select a.id from staff_authority a where a.creditor_id = c.id and a.staff_sub = $2 order by a.granted_at, a.id limit 1) as authority_id,
      (select m.id from supervision_mandate m where m.creditor_id = c.id and m.regulator_id = $3 order by m.granted_at, m.id limit 1) as mandate_id
    from creditor c where c.code = $1`,
    [creditor.code, operatorSub, regulatorId],
  );
  const { creditor_id: creditorId, authority_id: authorityId, mandate_id: mandateId } = found.rows[0]!;
  if (authorityId === null) {
    throw new HubError('CONFLICT', 'A creditor of this code exists with another operator; authority in it is granted by its own staff.', { argument: 'operator' });
  }
  if (regulatorId !== null && mandateId === null) {
    throw new HubError('CONFLICT', 'A creditor of this code exists without a mandate of this regulator; mandates are recorded by its own staff.', { argument: 'regulator' });
  }
  return { creditorId, authorityId, mandateId, created: false };
}

/** Runs as the room's worker. The relay hands the events to the ledger; nobody's right stands before they are entries. */
export async function bootstrapCreditor(worker: Pool, request: BootstrapRequest): Promise<Bootstrapped> {
  const rows = firstRows(request);
  return workerTransaction(worker, async (client) => {
    const created = await insertFirstRows(client, rows);
    if (!created) return recallBootstrap(client, request);
    await recordFirstEvents(client, rows, request.now);
    return { creditorId: rows.creditor.id, authorityId: rows.authority.id, mandateId: rows.mandate?.id ?? null, created };
  });
}

/** The creditor with this code, for the command line, which knows no ids. */
export async function findCreditorId(worker: Pool, code: string): Promise<string | null> {
  const { rows } = await worker.query<{ id: string }>('select id from creditor where code = $1', [code]);
  return rows[0]?.id ?? null;
}
