/** Two creditors, an agency, a regulator and a person who owes both, for tests of the borrowers room. */
import type { Actor } from '../../../kernel/actor';
import type { RoomAnswer } from '../../../kernel/room';
import { newId } from '../../../schema/ids';
import type { DataCategory, Purpose } from '../../../schema/vocabulary';
import { appendAs, appendStaff } from '../../support/standing';
import type { TestRooms } from '../../support/test-rooms';

const LATER = '2099-01-01T00:00:00.000Z';
const TERM = { from: '2020-01-01T00:00:00.000Z', until: LATER };

/** Nothing here can be mistaken for a person, and each text can be searched for. */
export const PARTICULARS = {
  name: 'Synthetic Zhang',
  nationalId: 'SYN-0000-0000-0001',
  employer: 'Synthetic Weaving Ltd',
  contactPoints: [
    { kind: 'PHONE', value: '+1 202 555 0101', source: 'CONTRACT' },
    { kind: 'EMAIL', value: 'zhang@example.invalid', source: 'RESERVED_INFORMATION' },
    { kind: 'ADDRESS', value: '1 Specimen Street', source: 'CONTRACT' },
  ],
};

export const forPurpose = (actor: Actor, purpose: Purpose | null): Actor => ({ ...actor, purpose });

export async function openCreditor(rooms: TestRooms): Promise<{ creditorId: string; staff: Actor; authorityId: string }> {
  const { creditorId, actor: staff, authorityId } = await appendStaff(rooms, ['borrowers:write', 'erasures:write', 'holds:write']);
  await rooms.settled();
  return { creditorId, staff, authorityId };
}

let keys = 0;
export const clientKey = (): string => `key-${++keys}`;

export const REGISTER = `mutation ($input: RegisterBorrowerInput!) { registerBorrower(input: $input) {
  __typename ... on BorrowerRegistered { borrower { id } ledgerIndex pending } ... on Refusal { ruleId } } }`;

export const ADD = `mutation ($input: AddContactPointInput!) { addContactPoint(input: $input) {
  __typename ... on ContactPointAdded { contactPoint { id kind source status value address } ledgerIndex pending } ... on Refusal { ruleId message } } }`;

export const ERASE = `mutation ($input: EraseBorrowerInput!) { eraseBorrower(input: $input) {
  __typename ... on BorrowerErased { borrower { id erasure { basis orderedAt erasedAt erasurePending ledgerIndex } } ledgerIndex pending } ... on Refusal { ruleId message remedy } } }`;

export const PLACE_HOLD = `mutation ($input: PlaceLegalHoldInput!) { placeLegalHold(input: $input) {
  __typename ... on LegalHoldChanged { legalHold { id basis liftedAt borrower { id } } ledgerIndex pending } ... on Refusal { ruleId } } }`;

export const LIFT_HOLD = `mutation ($input: LiftLegalHoldInput!) { liftLegalHold(input: $input) {
  __typename ... on LegalHoldChanged { legalHold { id liftedAt } ledgerIndex pending } ... on Refusal { ruleId } } }`;

export interface ErasureAnswer {
  readonly __typename: string;
  readonly ruleId?: string;
  readonly ledgerIndex?: number | null;
  readonly pending?: boolean;
  readonly borrower?: { readonly id: string; readonly erasure: { readonly erasedAt: string | null; readonly erasurePending: string | null; readonly ledgerIndex: number | null } };
}

export async function erase(rooms: TestRooms, staff: Actor, borrowerId: string, input: object = {}): Promise<ErasureAnswer> {
  const answer = await rooms.execute('borrowers', staff, ERASE, { input: { clientKey: clientKey(), borrowerId, basis: 'PIPL_47', ...input } });
  if (answer.data === null) throw new Error(JSON.stringify(answer.errors));
  return answer.data['eraseBorrower'] as ErasureAnswer;
}

export async function placeHold(rooms: TestRooms, staff: Actor, borrowerId: string): Promise<{ readonly __typename: string; readonly ruleId?: string; readonly legalHold?: { readonly id: string } }> {
  const answer = await rooms.execute('borrowers', staff, PLACE_HOLD, { input: { clientKey: clientKey(), borrowerId, basis: 'LEGAL_CLAIM' } });
  if (answer.data === null) throw new Error(JSON.stringify(answer.errors));
  return answer.data['placeLegalHold'] as { __typename: string; legalHold?: { id: string } };
}

export async function liftHold(rooms: TestRooms, staff: Actor, legalHoldId: string): Promise<{ readonly __typename: string; readonly ruleId?: string }> {
  const answer = await rooms.execute('borrowers', staff, LIFT_HOLD, { input: { clientKey: clientKey(), legalHoldId } });
  if (answer.data === null) throw new Error(JSON.stringify(answer.errors));
  return answer.data['liftLegalHold'] as { __typename: string };
}

export interface Registered {
  readonly __typename: string;
  readonly ruleId?: string;
  readonly borrower?: { readonly id: string };
  readonly ledgerIndex?: number;
  readonly pending?: boolean;
}

export async function register(rooms: TestRooms, staff: Actor, particulars: object = PARTICULARS): Promise<Registered> {
  const answer = await rooms.execute('borrowers', staff, REGISTER, { input: { clientKey: clientKey(), ...particulars } });
  if (answer.data === null) throw new Error(JSON.stringify(answer.errors));
  await rooms.settled();
  return answer.data['registerBorrower'] as Registered;
}

export interface Granted {
  readonly agency: Actor;
  readonly agencyId: string;
  readonly grantId: string;
  readonly engagementId: string;
  readonly creditorId: string;
  readonly borrowerId: string;
}

/** As the debts room does when an agency accepts a placement. */
export async function grant(rooms: TestRooms, creditorId: string, borrowerId: string, categories: readonly DataCategory[] = ['IDENTITY', 'CONTACT']): Promise<Granted> {
  const [agencyId, engagementId, grantId, debtId] = [newId('agency'), newId('engagement'), newId('grant'), newId('debt')];
  const engagement = { hidden: { engagementId, creditorId, agencyId }, streams: [`engagement:${engagementId}`, `creditor:${creditorId}`, `agency:${agencyId}`] as const };
  await appendAs(rooms, 'agencies', { type: 'agencies.EngagementProposed', facts: { state: 'PROPOSED' }, ...engagement });
  await appendAs(rooms, 'agencies', { type: 'agencies.SecurityAttested', facts: { state: 'PROPOSED', validUntil: LATER }, ...engagement });
  await appendAs(rooms, 'agencies', { type: 'agencies.EngagementQualified', facts: { state: 'QUALIFIED' }, ...engagement });
  await appendAs(rooms, 'debts', {
    type: 'debts.GrantOpened',
    facts: { purposes: ['COLLECTION'], categories: [...categories], ...TERM },
    hidden: { grantId, placementId: newId('placement'), debtId, borrowerId, creditorId, agencyId, engagementId },
    streams: [`grant:${grantId}`, `debt:${debtId}`, `borrower:${borrowerId}`, `creditor:${creditorId}`, `agency:${agencyId}`],
  });
  await rooms.settled();
  const agency: Actor = { audience: 'PARTNER', sub: 'collector', org: agencyId, scopes: ['borrowers:write'], purpose: 'COLLECTION', method: 'token' };
  return { agency, agencyId, grantId, engagementId, creditorId, borrowerId };
}

export async function closeGrant(rooms: TestRooms, { grantId, creditorId, borrowerId, agencyId }: Granted): Promise<void> {
  await appendAs(rooms, 'debts', {
    type: 'debts.GrantClosed',
    facts: { reason: 'RECALLED' },
    hidden: { grantId, placementId: newId('placement'), debtId: newId('debt'), borrowerId, creditorId, agencyId },
    streams: [`grant:${grantId}`, `borrower:${borrowerId}`, `creditor:${creditorId}`, `agency:${agencyId}`],
  });
}

export async function mandate(rooms: TestRooms, creditorIds: readonly string[]): Promise<Actor> {
  const regulatorId = newId('regulator');
  for (const creditorId of creditorIds) {
    const mandateId = newId('mandate');
    await appendAs(rooms, 'creditors', {
      type: 'creditors.SupervisionMandateGranted',
      facts: { purposes: ['SUPERVISION'], categories: ['IDENTITY'], basis: 'LAW', ...TERM },
      hidden: { mandateId, regulatorId, creditorId },
      streams: [`creditor:${creditorId}`, `grant:${mandateId}`],
    });
  }
  await rooms.settled();
  return { audience: 'REGULATOR', sub: 'supervisor', org: regulatorId, scopes: [], purpose: 'SUPERVISION', method: 'token' };
}

/** The person behind a Borrower, who only the hub knows. */
export async function personBehind(rooms: TestRooms, borrowerId: string): Promise<Actor> {
  const { rows } = await rooms.room('borrowers').database.worker.query<{ person_id: string }>('select person_id from standing_person where borrower_id = $1', [borrowerId]);
  const personId = rows[0]!.person_id;
  return { audience: 'BORROWER', sub: personId, org: personId, scopes: [], purpose: 'OWN_RIGHTS', method: 'token' };
}

export function codesOf(answer: RoomAnswer): unknown[] {
  return (answer.errors ?? []).map(({ extensions, path }) => [path?.at(-1), extensions?.['code'], extensions?.['ruleId']]);
}
