/** A small ledger about one debt entrusted to one agency, read by agency, staff, regulator and borrower: for tests of access recomputed from it. */
import type { EventDraft } from '../../../audit/log/event';
import { createdEvent, type SampleEvent } from '../sample-log';

export const CREDITOR = 'creditor_1';
export const AGENCY = 'agency_1';
export const BORROWER = 'borrower_1';
export const DEBT = 'debt_1';
export const GRANT = 'grant_1';
export const ENGAGEMENT = 'engagement_1';

/** When the event at a place of the log occurred; it is recorded a second later, as sampleLog does. */
export const at = (n: number): string => new Date(Date.UTC(2026, 10, 21, 8, 0, 0, n)).toISOString();
/** Whatever the entry at this place changed had been recorded by then. */
export const after = (n: number): string => new Date(Date.UTC(2026, 10, 21, 8, 0, 1, n)).toISOString();

export interface Told {
  readonly type: string;
  readonly typeVersion?: number;
  readonly audience?: string;
  readonly purpose?: string;
  readonly facts?: EventDraft['facts'];
  readonly shown?: { readonly [name: string]: string };
  readonly item?: { readonly [name: string]: string | readonly string[] };
  /** The index the decision stood on, and the instant of it as a place. */
  readonly cites?: number | null;
  readonly citedAt?: string;
  readonly streams?: readonly string[];
}

const STANDING = [`creditor:${CREDITOR}`, `agency:${AGENCY}`, `engagement:${ENGAGEMENT}`];
const SHARED = [`grant:${GRANT}`, `debt:${DEBT}`, `borrower:${BORROWER}`, `creditor:${CREDITOR}`, `agency:${AGENCY}`];
const engagement = { engagementId: ENGAGEMENT, creditorId: CREDITOR, agencyId: AGENCY };
const grant = { grantId: GRANT, debtId: DEBT, borrowerId: BORROWER, creditorId: CREDITOR, agencyId: AGENCY };

export const FIRST: readonly Told[] = [
  { type: 'borrowers.BorrowersRegistered', item: { borrowerId: BORROWER, creditorId: CREDITOR }, streams: [`creditor:${CREDITOR}`, `borrower:${BORROWER}`] },
  { type: 'agencies.SecurityAttested', facts: { state: 'PROPOSED', validUntil: '2027-01-01T00:00:00.000Z' }, shown: engagement, streams: STANDING },
  { type: 'agencies.EngagementQualified', facts: { state: 'QUALIFIED' }, shown: engagement, streams: STANDING },
  { type: 'debts.GrantOpened', facts: { purposes: ['COLLECTION'], categories: ['CONTACT', 'IDENTITY'], from: at(0), until: '2026-12-31T00:00:00.000Z' }, shown: { ...grant, engagementId: ENGAGEMENT }, streams: SHARED },
  { type: 'creditors.StaffAuthorityGranted', facts: { purposes: ['SERVICING'], categories: ['CONTACT'], scopes: [], from: at(0) }, shown: { authorityId: 'authority_1', staffSub: 'staff_1', creditorId: CREDITOR }, streams: [`creditor:${CREDITOR}`, 'grant:authority_1'] },
  { type: 'creditors.SupervisionMandateGranted', facts: { purposes: ['SUPERVISION'], categories: ['CONTACT'], basis: 'ART-1', from: at(0), until: '2027-01-01T00:00:00.000Z' }, shown: { mandateId: 'mandate_1', regulatorId: 'regulator_1', creditorId: CREDITOR }, streams: [`creditor:${CREDITOR}`, 'grant:mandate_1'] },
];

/** The agency's read of a phone number, at place 7 unless something else comes before it. */
export const READ: Told = {
  type: 'borrowers.DataDisclosed',
  audience: 'PARTNER',
  purpose: 'COLLECTION',
  facts: { categories: ['CONTACT'], fields: ['Borrower.phones'], subjects: 1, channel: 'GRAPHQL' },
  shown: { actorSub: 'agent_1', actorOrg: AGENCY },
  item: { borrowerId: BORROWER, rightId: GRANT, categories: ['CONTACT'] },
  streams: [`borrower:${BORROWER}`, `creditor:${CREDITOR}`, `agency:${AGENCY}`],
};
export const STAFF_READ: Told = { ...READ, audience: 'INTERNAL', purpose: 'SERVICING', shown: { actorSub: 'staff_1', actorOrg: CREDITOR }, item: { borrowerId: BORROWER, rightId: 'authority_1', categories: ['CONTACT'] }, streams: [`borrower:${BORROWER}`, `creditor:${CREDITOR}`] };
export const REGULATOR_READ: Told = { ...STAFF_READ, audience: 'REGULATOR', purpose: 'SUPERVISION', shown: { actorSub: 'examiner_1', actorOrg: 'regulator_1' }, item: { borrowerId: BORROWER, rightId: 'mandate_1', categories: ['CONTACT'] } };
export const OWN_READ: Told = { ...STAFF_READ, audience: 'BORROWER', purpose: 'OWN_RIGHTS', shown: { actorSub: 'person_1', actorOrg: 'person_1' }, item: { borrowerId: BORROWER, rightId: 'SELF', categories: ['CONTACT'] }, typeVersion: 2 };
/** As it was told while the right was still the person. */
export const OWN_READ_V1: Told = { ...OWN_READ, item: { borrowerId: BORROWER, rightId: 'person_1', categories: ['CONTACT'] }, typeVersion: 1 };

export const SUSPENDED: Told = { type: 'agencies.EngagementSuspended', facts: { state: 'SUSPENDED', reason: 'COMPLAINTS' }, shown: engagement, streams: STANDING };
export const LAPSING: Told = { type: 'agencies.SecurityAttested', facts: { state: 'QUALIFIED', validUntil: at(3) }, shown: engagement, streams: STANDING };
export const RECALLED: Told = { type: 'debts.GrantClosed', facts: { reason: 'RECALLED' }, shown: grant, streams: SHARED };

/** The events of such a log: its creation first. */
export function eventsOf(told: readonly Told[]): SampleEvent[] {
  return [createdEvent(), ...told.map((one, i) => eventOf(one, i + 1))];
}

function eventOf({ type, typeVersion = 1, audience = 'INTERNAL', purpose, facts = {}, shown = {}, item, cites, citedAt, streams = [] }: Told, n: number): SampleEvent {
  const isRead = type.endsWith('.DataDisclosed');
  const index = cites === undefined ? n - 1 : cites;
  const draft: EventDraft = {
    type,
    typeVersion,
    id: `event_${String(n).padStart(26, '0')}`,
    occurredAt: at(n),
    actor: { audience, method: 'token' },
    retention: 'SHARE_RECORD',
    facts,
    ...(purpose === undefined ? {} : { purpose }),
    ...(isRead && index !== null ? { decision: { at: citedAt ?? at(n), index, outcome: 'ALLOW' as const, rulePack: 'release-2026.1', rules: ['RELEASE'] } } : {}),
    structural: Object.fromEntries(Object.entries(shown).map(([name, value]) => [name, { value, reveal: null }])),
    items: item === undefined ? [] : [{ value: item, reveal: [`borrower:${BORROWER}`, ...(isRead ? [] : [`creditor:${CREDITOR}`])] }],
  };
  return { draft, streams, source: isRead ? `${type.split('.')[0]}/direct` : (type.split('.')[0] as string) };
}
