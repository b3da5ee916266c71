/**
 * Row-level security of a room's tables, written once: which actor may touch a row, decided inside PostgreSQL from the
 * actor's identity and the room's standing tables. Denies every audience a table does not name.
 */

/** A right that stands now: opened by an entry, not closed by one, and within its term. */
export const OPEN_RIGHT = 'r.closed_at_index is null and r.valid_from <= now() and r.valid_until > now()';

const SUB = `current_setting('cession.sub', true)`;
const ORG = `current_setting('cession.org', true)`;

/** Stands for the table a scope is put on: inside a subquery a bare column could be that of a standing table. */
const ROW = '«row»';

function ofRow(column: string): string {
  return column.includes('.') ? column : `${ROW}.${column}`;
}

/** INTERNAL: the token's creditor, and only while a StaffAuthority of this person for it stands. */
export function staffScope(creditorColumn: string): string {
  return `${ofRow(creditorColumn)} = ${ORG} and exists (select 1 from standing_right r where r.kind = 'AUTHORITY' and r.holder = ${SUB} and r.creditor_id = ${ORG} and ${OPEN_RIGHT})`;
}

/** REGULATOR: creditors named by a mandate that stands. */
export function mandateScope(creditorColumn: string): string {
  return `${ofRow(creditorColumn)} = any(array(select r.creditor_id from standing_right r where r.kind = 'MANDATE' and r.holder = ${ORG} and ${OPEN_RIGHT}))`;
}

/** PARTNER: an open grant over this debt or borrower, under an engagement that is qualified now. */
export function grantScope(column: string, subject: 'debt_id' | 'borrower_id'): string {
  return `exists (select 1 from standing_right r join standing_engagement e on e.id = r.engagement_id
    where r.kind = 'GRANT' and r.holder = ${ORG} and r.${subject} = ${ofRow(column)} and ${OPEN_RIGHT} and e.state = 'QUALIFIED')`;
}

/** PARTNER: rows that are the agency's own papers (its placements, its engagements), whatever their state. */
export function ownAgencyScope(agencyColumn: string): string {
  return `${ofRow(agencyColumn)} = ${ORG}`;
}

/** BORROWER: rows about one of the Borrowers this person is. */
export function selfScope(borrowerColumn: string): string {
  return `exists (select 1 from standing_person p where p.person_id = ${SUB} and p.borrower_id = ${ofRow(borrowerColumn)})`;
}

export interface RowScope {
  readonly table: string;
  /** One SQL condition per audience; an audience left out sees no row. `true` stands for reference data without tenant. */
  readonly INTERNAL?: string;
  readonly PARTNER?: string;
  readonly REGULATOR?: string;
  readonly BORROWER?: string;
}

/** Statements that bind a table's rows to its scope; `room` names the two logins concerned. */
export function rowScopePolicies(room: string, scope: RowScope): string[] {
  const branches = (['INTERNAL', 'PARTNER', 'REGULATOR', 'BORROWER'] as const)
    .filter((audience) => scope[audience] !== undefined)
    .map((audience) => `when '${audience}' then (${scope[audience]})`);
  const condition = `case current_setting('cession.audience', true) ${branches.join(' ')} else false end`.replaceAll(ROW, scope.table);
  return [
    `alter table ${scope.table} enable row level security`,
    `create policy ${scope.table}_row_scope on ${scope.table} to cession_${room}_request using (${condition}) with check (${condition})`,
    `create policy ${scope.table}_worker on ${scope.table} to cession_${room}_worker using (true) with check (true)`,
  ];
}
