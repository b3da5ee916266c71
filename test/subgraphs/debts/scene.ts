/** A creditor with staff, borrowers, an agency and an agreement, put into the ledger as their rooms do, for tests of the debts room. */
import type { Actor } from '../../../kernel/actor';
import type { RoomAnswer } from '../../../kernel/room';
import { newId } from '../../../schema/ids';
import type { Purpose } from '../../../schema/vocabulary';
import { businessDate } from '../../../subgraphs/debts/rule-pack';
import { appendAs, appendStaff } from '../../support/standing';
import type { TestRooms } from '../../support/test-rooms';

export const SCOPES = ['debts:write', 'amounts:write', 'placements:write', 'payments:write'];
export const TODAY = businessDate(new Date());
export const INPUTS_HASH = 'ab'.repeat(32);
const LATER = '2099-01-01T00:00:00.000Z';

export interface Scene {
  readonly creditorId: string;
  readonly authorityId: string;
  readonly staff: Actor;
  readonly borrowerId: string;
  readonly personId: string;
  readonly agencyId: string;
  readonly agreementId: string;
  readonly engagementId: string;
  readonly agency: Actor;
  readonly borrower: Actor;
  readonly regulator: Actor;
  readonly mandateId: string;
}

export const forPurpose = (actor: Actor, purpose: Purpose | null): Actor => ({ ...actor, purpose });

const actorOf = (audience: Actor['audience'], org: string, purpose: Purpose): Actor => ({ audience, sub: audience === 'BORROWER' ? org : `${audience.toLowerCase()}-sub`, org, scopes: SCOPES, purpose, method: 'token' });

export async function moveEngagement(rooms: TestRooms, scene: Pick<Scene, 'creditorId' | 'agencyId' | 'engagementId'>, type: string, facts: Record<string, string>): Promise<void> {
  const { creditorId, agencyId, engagementId } = scene;
  await appendAs(rooms, 'agencies', {
    type: `agencies.${type}`,
    facts,
    hidden: { engagementId, creditorId, agencyId },
    streams: [`engagement:${engagementId}`, `creditor:${creditorId}`, `agency:${agencyId}`],
  });
}

export async function signAgreement(rooms: TestRooms, parties: Pick<Scene, 'creditorId' | 'agencyId'>, change: Record<string, string | number | string[]> = {}): Promise<string> {
  const agreementId = newId('agreement');
  await appendAs(rooms, 'creditors', {
    type: 'creditors.AgreementSigned',
    facts: {
      products: ['CREDIT_CARD'],
      regions: ['TW'],
      daysPastDueMin: 30,
      daysPastDueMax: null,
      purposes: ['COLLECTION', 'DISPUTE_HANDLING'],
      categories: ['CONTACT', 'BALANCE', 'DELINQUENCY'],
      from: '2020-01-01T00:00:00.000Z',
      until: LATER,
      ...change,
    },
    hidden: { agreementId, creditorId: parties.creditorId, agencyId: parties.agencyId },
    streams: [`creditor:${parties.creditorId}`, `agency:${parties.agencyId}`, `grant:${agreementId}`],
  });
  return agreementId;
}

export async function terminateAgreement(rooms: TestRooms, { creditorId, agencyId, agreementId }: Scene): Promise<void> {
  await appendAs(rooms, 'creditors', {
    type: 'creditors.AgreementTerminated',
    facts: { reason: 'PERFORMANCE' },
    hidden: { agreementId, creditorId, agencyId },
    streams: [`creditor:${creditorId}`, `agency:${agencyId}`, `grant:${agreementId}`],
  });
}

export async function registerBorrower(rooms: TestRooms, creditorId: string): Promise<{ borrowerId: string; personId: string }> {
  const borrowerId = newId('borrower');
  const personId = newId('person');
  await rooms.keyStore.createKeys([borrowerId]);
  await appendAs(rooms, 'borrowers', {
    type: 'borrowers.BorrowersRegistered',
    facts: { batch: 'SINGLE', count: 1 },
    hidden: {},
    items: [
      { value: { borrowerId, creditorId }, reveal: [`borrower:${borrowerId}`, `creditor:${creditorId}`] },
      { value: { borrowerId, personId }, reveal: [] },
    ],
    streams: [`borrower:${borrowerId}`, `creditor:${creditorId}`],
  });
  return { borrowerId, personId };
}

async function mandate(rooms: TestRooms, creditorId: string): Promise<{ regulator: Actor; mandateId: string }> {
  const mandateId = newId('mandate');
  const regulatorId = newId('regulator');
  await appendAs(rooms, 'creditors', {
    type: 'creditors.SupervisionMandateGranted',
    facts: { purposes: ['SUPERVISION'], categories: ['BALANCE', 'DELINQUENCY', 'PAYMENT_HISTORY'], basis: 'LAW', from: '2020-01-01T00:00:00.000Z', until: LATER },
    hidden: { mandateId, regulatorId, creditorId },
    streams: [`creditor:${creditorId}`, `grant:${mandateId}`],
  });
  return { mandateId, regulator: actorOf('REGULATOR', regulatorId, 'SUPERVISION') };
}

/** Everything a placement needs, except the debt and its amount. */
export async function openScene(rooms: TestRooms): Promise<Scene> {
  const { creditorId, authorityId, actor: staff } = await appendStaff(rooms, SCOPES);
  const { borrowerId, personId } = await registerBorrower(rooms, creditorId);
  const agencyId = newId('agency');
  const engagementId = newId('engagement');
  const parties = { creditorId, agencyId, engagementId };
  await moveEngagement(rooms, parties, 'EngagementProposed', { state: 'PROPOSED' });
  await moveEngagement(rooms, parties, 'SecurityAttested', { state: 'PROPOSED', validUntil: LATER });
  await moveEngagement(rooms, parties, 'EngagementQualified', { state: 'QUALIFIED' });
  const agreementId = await signAgreement(rooms, parties);
  const supervision = await mandate(rooms, creditorId);
  await rooms.settled();
  return {
    ...parties,
    ...supervision,
    authorityId,
    staff,
    borrowerId,
    personId,
    agreementId,
    agency: actorOf('PARTNER', agencyId, 'COLLECTION'),
    borrower: actorOf('BORROWER', personId, 'OWN_RIGHTS'),
  };
}

let keys = 0;
export const clientKey = (): string => `key-${++keys}`;

export interface CommandAnswer {
  readonly __typename: string;
  readonly ledgerIndex?: number | null;
  readonly pending?: boolean;
  readonly ruleId?: string;
  readonly message?: string;
  readonly debt?: { readonly id: string };
  readonly placement?: { readonly id: string; readonly state: string };
  readonly payment?: { readonly id: string };
  readonly determination?: { readonly id: string };
}

const REFUSAL = '... on Refusal { ruleId rulePack message remedy }';
const ANSWERS: Record<string, string> = {
  registerDebt: `... on DebtRegistered { debt { id } ledgerIndex pending }`,
  determineAmount: `... on AmountDetermined { determination { id } ledgerIndex pending }`,
  recordPayment: `... on PaymentRecorded { payment { id } ledgerIndex pending }`,
};
const STEP = `... on PlacementChanged { placement { id state } ledgerIndex pending }`;
const INPUTS: Record<string, string> = {
  acceptPlacement: 'AnswerPlacementInput',
  requestRecall: 'EndPlacementInput',
  recallPlacement: 'EndPlacementInput',
  closePlacement: 'EndPlacementInput',
};

/** Gives a command and returns the whole answer of the room. */
export function give(rooms: TestRooms, actor: Actor, name: string, input: Record<string, unknown>): Promise<RoomAnswer> {
  const type = INPUTS[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const document = `mutation ($input: ${type}!) { ${name}(input: $input) { __typename ${ANSWERS[name] ?? STEP} ${REFUSAL} } }`;
  return rooms.execute('debts', actor, document, { input: { clientKey: clientKey(), ...input } });
}

/** Gives a command that must answer: accepted or refused. */
export async function command(rooms: TestRooms, actor: Actor, name: string, input: Record<string, unknown>): Promise<CommandAnswer> {
  const answer = await give(rooms, actor, name, input);
  if (answer.errors !== undefined || answer.data === null) throw new Error(`${name}: ${JSON.stringify(answer.errors)}`);
  return answer.data[name] as CommandAnswer;
}

let references = 0;

export function debtInput(scene: Pick<Scene, 'borrowerId'>): Record<string, unknown> {
  return {
    borrowerId: scene.borrowerId,
    reference: `ACC-${++references}`,
    product: 'CREDIT_CARD',
    region: 'TW',
    currency: 'TWD',
    components: { principal: 90_000, interest: 8_000, penaltyInterest: 1_000, fee: 700, cost: 300 },
    daysPastDue: 61,
    asOf: TODAY,
  };
}

export const AMOUNT = { asOf: TODAY, components: { principal: 90_000, interest: 9_000, penaltyInterest: 500, fee: 300, cost: 200 }, method: 'ACCOUNT_RECORDS', inputsHash: INPUTS_HASH };

/** A registered debt with a current amount; returns its id. */
export async function determinedDebt(rooms: TestRooms, scene: Scene): Promise<string> {
  const debtId = (await command(rooms, scene.staff, 'registerDebt', debtInput(scene))).debt!.id;
  await command(rooms, scene.staff, 'determineAmount', { debtId, ...AMOUNT });
  return debtId;
}

export async function propose(rooms: TestRooms, scene: Scene, debtId: string): Promise<CommandAnswer> {
  return command(rooms, scene.staff, 'proposePlacement', { debtId, agencyId: scene.agencyId, agreementId: scene.agreementId });
}

/** A debt whose placement is active; returns both ids. */
export async function activePlacement(rooms: TestRooms, scene: Scene): Promise<{ debtId: string; placementId: string }> {
  const debtId = await determinedDebt(rooms, scene);
  const placementId = (await propose(rooms, scene, debtId)).placement!.id;
  await rooms.settled();
  await command(rooms, scene.agency, 'acceptPlacement', { placementId });
  await rooms.settled();
  return { debtId, placementId };
}

export async function read(rooms: TestRooms, actor: Actor, document: string, variables: Record<string, unknown> = {}): Promise<RoomAnswer> {
  return rooms.execute('debts', actor, document, variables);
}
