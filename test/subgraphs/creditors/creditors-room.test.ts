/** The creditors room on a real database and a real ledger: commands, their entries, and who sees what. */
import { parseEntry } from '../../../audit/log/entry';
import type { Actor } from '../../../kernel/actor';
import { newId } from '../../../schema/ids';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { bootstrapCreditor, creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { eventTypesOf, schemaFaults } from '../../support/event-schemas';
import { testRooms } from '../../support/test-rooms';
import { agencyActor, codeOf, delivered, eventsOf, openBank, resultOf, staffOf, type Bank } from '../../support/two-banks';

const rooms = testRooms([creditorsRoom, agenciesRoom]);
const ask = (actor: Actor, document: string, variables: Record<string, unknown> = {}, atLeast = -1) => rooms.execute('creditors', actor, document, variables, atLeast);

const REFUSAL = '... on Refusal { ruleId rulePack message remedy }';
const GRANT = `mutation ($input: GrantStaffAuthorityInput!) { grantStaffAuthority(input: $input) {
  ... on StaffAuthorityAccepted { ledgerIndex pending staffAuthority { id staffSub state scopes creditor { code } } } ${REFUSAL} } }`;
const REVOKE = `mutation ($input: RevokeStaffAuthorityInput!) { revokeStaffAuthority(input: $input) {
  ... on StaffAuthorityAccepted { ledgerIndex staffAuthority { id state revocationReason } } ${REFUSAL} } }`;
const MANDATE = `mutation ($input: GrantSupervisionMandateInput!) { grantSupervisionMandate(input: $input) {
  ... on SupervisionMandateAccepted { ledgerIndex supervisionMandate { id state categories purposes } } ${REFUSAL} } }`;
const END_MANDATE = `mutation ($input: EndSupervisionMandateInput!) { endSupervisionMandate(input: $input) {
  ... on SupervisionMandateAccepted { ledgerIndex supervisionMandate { id state } } ${REFUSAL} } }`;
const SIGN = `mutation ($input: SignAgreementInput!) { signAgreement(input: $input) {
  ... on EntrustmentAgreementAccepted { ledgerIndex pending entrustmentAgreement { id state subDelegation agency { id } feeSchedule { capBasisPoints tiers { basisPoints } } } } ${REFUSAL} } }`;
const TERMINATE = `mutation ($input: TerminateAgreementInput!) { terminateAgreement(input: $input) {
  ... on EntrustmentAgreementAccepted { ledgerIndex entrustmentAgreement { id state terminationReason } } ${REFUSAL} } }`;

const UNTIL = new Date(Date.now() + 180 * 86_400_000).toISOString();
let keys = 0;
const clientKey = () => `key-${++keys}`;
const grantInput = (change: Record<string, unknown> = {}) => ({
  clientKey: clientKey(),
  staffSub: 'clerk-1',
  purposes: ['SERVICING'],
  categories: ['BALANCE'],
  scopes: ['debts:write'],
  until: UNTIL,
  ...change,
});

let north: Bank;
let south: Bank;
let agencyId: string;
let otherAgencyId: string;

async function registerAgency(bank: Bank, registrationNumber: string): Promise<string> {
  const document = `mutation ($input: RegisterAgencyInput!) { registerAgency(input: $input) { ... on AgencyAccepted { agency { id } } } }`;
  const input = { clientKey: clientKey(), name: 'Synthetic Collections', jurisdiction: 'CN', registrationNumber };
  const { agency } = resultOf(await rooms.execute('agencies', bank.operator, document, { input })) as { agency: { id: string } };
  return agency.id;
}

function signInput(change: Record<string, unknown> = {}) {
  return {
    clientKey: clientKey(),
    agencyId,
    products: ['CREDIT_CARD'],
    regions: ['CN-31'],
    daysPastDueMin: 30,
    purposes: ['COLLECTION'],
    categories: ['CONTACT'],
    channels: ['PHONE'],
    feeSchedule: { tiers: [{ daysPastDueFrom: 30, basisPoints: 800 }], capBasisPoints: 2000 },
    from: new Date().toISOString(),
    until: UNTIL,
    documentHash: 'd'.repeat(64),
    ...change,
  };
}

async function sign(bank: Bank, change: Record<string, unknown> = {}): Promise<string> {
  const answer = resultOf(await ask(bank.operator, SIGN, { input: signInput(change) })) as { entrustmentAgreement: { id: string } };
  return answer.entrustmentAgreement.id;
}

beforeAll(async () => {
  north = await openBank(rooms, 'north');
  south = await openBank(rooms, 'south');
  agencyId = await registerAgency(north, 'R-1');
  otherAgencyId = await registerAgency(north, 'R-2');
  await delivered(rooms, 'agencies');
});

describe('the bootstrap of a creditor', () => {
  const worker = () => rooms.room('creditors').database.worker;
  const request = () => ({ creditor: { code: 'north', name: 'Bank north', jurisdiction: 'CN' }, operatorSub: 'operator-north', regulatorId: north.regulator.org, now: new Date() });

  it('opens rights that stand in every room', async () => {
    const { rows } = await rooms.room('agencies').database.worker.query<{ kind: string; holder: string }>('select kind, holder from standing_right where creditor_id = $1 order by kind', [north.creditorId]);
    expect(rows).toEqual([
      { kind: 'AUTHORITY', holder: 'operator-north' },
      { kind: 'MANDATE', holder: north.regulator.org },
    ]);
  });

  it('is idempotent by code and says nothing new in the ledger', async () => {
    const before = (await eventsOf(rooms, 'creditors.CreditorRegistered')).length;
    const again = await bootstrapCreditor(worker(), request());
    expect(again).toEqual({ creditorId: north.creditorId, authorityId: north.authorityId, mandateId: north.mandateId, created: false });
    await delivered(rooms, 'creditors');
    expect(await eventsOf(rooms, 'creditors.CreditorRegistered')).toHaveLength(before);
  });

  it.each([
    ['operator', { operatorSub: 'intruder' }],
    ['regulator', { regulatorId: newId('regulator') }],
  ])('is no way to add another %s later', async (argument, change) => {
    await expect(bootstrapCreditor(worker(), { ...request(), ...change })).rejects.toMatchObject({ extensions: { code: 'CONFLICT', argument } });
  });

  it('leaves nothing behind when its input is wrong', async () => {
    await expect(bootstrapCreditor(worker(), { ...request(), creditor: { code: 'third bank', name: 'x', jurisdiction: 'CN' } })).rejects.toMatchObject({ extensions: { ruleId: 'CREDITOR-CODE-FORM' } });
    expect((await worker().query(`select 1 from creditor where code = 'third bank'`)).rowCount).toBe(0);
  });
});

describe('a grant of authority', () => {
  it('is accepted, has an index, and gives the clerk their creditor', async () => {
    const answer = resultOf(await ask(north.operator, GRANT, { input: grantInput() }));
    expect(answer).toMatchObject({ pending: false, staffAuthority: { staffSub: 'clerk-1', state: 'IN_FORCE', creditor: { code: 'north' } } });
    const clerk = staffOf(north.creditorId, 'clerk-1');
    expect((await ask(clerk, '{ creditors(first: 5) { edges { node { code } } } }', {}, answer['ledgerIndex'] as number)).data).toEqual({
      creditors: { edges: [{ node: { code: 'north' } }] },
    });
  });

  it('gets one answer for one client key, and CONFLICT for other input', async () => {
    const input = grantInput({ staffSub: 'clerk-once' });
    const first = resultOf(await ask(north.operator, GRANT, { input }));
    const second = resultOf(await ask(north.operator, GRANT, { input }));
    expect(second).toEqual(first);
    expect(codeOf(await ask(north.operator, GRANT, { input: { ...input, scopes: ['amounts:write'] } }))).toBe('CONFLICT');
  });

  it('beyond what may be granted is refused as a value, and the refusal is in the ledger', async () => {
    const refused = resultOf(await ask(north.operator, GRANT, { input: grantInput({ purposes: ['SUPERVISION'] }) }));
    expect(refused).toMatchObject({ ruleId: 'AUTHORITY-PURPOSES-OF-STAFF', rulePack: 'authority-2026.1' });
    const [entry] = (await eventsOf(rooms, 'creditors.CommandRefused')).filter(({ facts }) => facts['ruleId'] === 'AUTHORITY-PURPOSES-OF-STAFF');
    expect(entry).toMatchObject({ facts: { command: 'grantStaffAuthority', count: 1 }, hidden: { creditorId: north.creditorId, actorSub: 'operator-north' } });
  });

  it('with an inverted term is BAD_INPUT naming argument and rule', async () => {
    const answer = await ask(north.operator, GRANT, { input: grantInput({ from: UNTIL, until: UNTIL }) });
    expect(answer.errors![0]!.extensions).toEqual({ code: 'BAD_INPUT', argument: 'input.until', ruleId: 'AUTHORITY-TERM-ORDERED' });
  });

  it.each([
    ['a clerk whose authority lacks the scope', () => staffOf(north.creditorId, 'clerk-1')],
    ['somebody without any authority', () => staffOf(north.creditorId, 'stranger')],
    ["the operator of another bank under this bank's name", () => staffOf(north.creditorId, 'operator-south')],
    ['an agency with a token full of scopes', () => agencyActor(agencyId)],
    ['staff whose token lacks the scope', () => staffOf(north.creditorId, 'operator-north', ['debts:write'])],
  ])('is not permitted to %s', async (_who, actor) => {
    expect(codeOf(await ask(actor(), GRANT, { input: grantInput() }))).toBe('NOT_PERMITTED');
  });
});

describe('a revocation', () => {
  it('of the last administrator is refused', async () => {
    const refused = resultOf(await ask(south.operator, REVOKE, { input: { clientKey: clientKey(), authorityId: south.authorityId, reason: 'LEFT_POST' } }));
    expect(refused).toMatchObject({ ruleId: 'AUTHORITY-ADMINISTRATOR-REMAINS' });
  });

  it('ends the authority at its entry, in every room', async () => {
    const granted = resultOf(await ask(north.operator, GRANT, { input: grantInput({ staffSub: 'clerk-2' }) })) as { staffAuthority: { id: string } };
    const clerk = staffOf(north.creditorId, 'clerk-2');
    const revoked = resultOf(await ask(north.operator, REVOKE, { input: { clientKey: clientKey(), authorityId: granted.staffAuthority.id, reason: 'ROLE_CHANGED' } }));
    expect(revoked).toMatchObject({ staffAuthority: { state: 'REVOKED', revocationReason: 'ROLE_CHANGED' } });
    const index = revoked['ledgerIndex'] as number;
    expect((await ask(clerk, '{ creditors(first: 1) { edges { node { id } } } }', {}, index)).data).toEqual({ creditors: { edges: [] } });
    expect((await rooms.execute('agencies', clerk, '{ agencies(first: 1) { edges { node { id } } } }', {}, index)).data).toEqual({ agencies: { edges: [] } });
  });

  it("of another bank's authority finds nothing, as of one that does not exist", async () => {
    const revoke = (authorityId: string) => ask(north.operator, REVOKE, { input: { clientKey: clientKey(), authorityId, reason: 'MISUSE' } });
    const [foreign, absent] = [await revoke(south.authorityId), await revoke(newId('authority'))];
    expect(codeOf(foreign)).toBe('NOT_FOUND');
    expect(foreign.errors).toEqual(absent.errors);
  });

  it('of each other by two administrators at one moment leaves one', async () => {
    const bank = await openBank(rooms, 'mutual');
    const granted = resultOf(await ask(bank.operator, GRANT, { input: grantInput({ staffSub: 'second', scopes: ['authorities:write'] }) })) as { staffAuthority: { id: string } };
    const revoke = (actor: Actor, authorityId: string) => ask(actor, REVOKE, { input: { clientKey: clientKey(), authorityId, reason: 'ROLE_CHANGED' } });
    await Promise.all([revoke(bank.operator, granted.staffAuthority.id), revoke(staffOf(bank.creditorId, 'second'), bank.authorityId)]);
    const { rowCount } = await rooms.room('creditors').database.worker.query('select 1 from staff_authority where creditor_id = $1 and revoked_at is null', [bank.creditorId]);
    expect(rowCount).toBe(1);
  });
});

describe('a mandate', () => {
  it('opens the bank to its regulator, and closes it again at its end', async () => {
    const regulator: Actor = { ...north.regulator, org: newId('regulator') };
    const see = (atLeast: number) => ask(regulator, '{ creditors(first: 5) { edges { node { code } } } supervisionMandates(first: 5) { edges { node { state } } } }', {}, atLeast);
    const input = { clientKey: clientKey(), regulatorId: regulator.org, basis: 'BANKING-LAW-23', until: UNTIL };
    const granted = resultOf(await ask(north.operator, MANDATE, { input })) as { ledgerIndex: number; supervisionMandate: { id: string; categories: string[] } };
    expect(granted.supervisionMandate.categories).toHaveLength(7);
    expect((await see(granted.ledgerIndex)).data).toEqual({ creditors: { edges: [{ node: { code: 'north' } }] }, supervisionMandates: { edges: [{ node: { state: 'IN_FORCE' } }] } });
    const ended = resultOf(await ask(north.operator, END_MANDATE, { input: { clientKey: clientKey(), mandateId: granted.supervisionMandate.id, reason: 'SUPERVISION_ENDED' } }));
    expect((await see(ended['ledgerIndex'] as number)).data).toEqual({ creditors: { edges: [] }, supervisionMandates: { edges: [{ node: { state: 'ENDED' } }] } });
    expect(resultOf(await ask(north.operator, END_MANDATE, { input: { clientKey: clientKey(), mandateId: granted.supervisionMandate.id, reason: 'REPLACED' } }))).toMatchObject({ ruleId: 'MANDATE-NOT-ENDED' });
  });
});

describe('an agreement', () => {
  it('is in force from its signature within its term, with sub-delegation off', async () => {
    const signed = resultOf(await ask(north.operator, SIGN, { input: signInput() }));
    expect(signed).toMatchObject({
      pending: false,
      entrustmentAgreement: { state: 'IN_FORCE', subDelegation: false, agency: { id: agencyId }, feeSchedule: { capBasisPoints: 2000, tiers: [{ basisPoints: 800 }] } },
    });
  });

  it('is terminated once', async () => {
    const agreementId = await sign(north);
    const terminate = () => ask(north.operator, TERMINATE, { input: { clientKey: clientKey(), agreementId, reason: 'MUTUAL_CONSENT' } });
    expect(resultOf(await terminate())).toMatchObject({ entrustmentAgreement: { state: 'TERMINATED', terminationReason: 'MUTUAL_CONSENT' } });
    expect(resultOf(await terminate())).toMatchObject({ ruleId: 'AGREEMENT-NOT-ENDED' });
  });

  it.each([
    ['an agency nobody registered', { agencyId: newId('agency') }, 'NOT_FOUND'],
    ['no purpose', { purposes: [] }, 'BAD_INPUT'],
    ['a category outside the vocabulary', { categories: ['DREAMS'] }, 'BAD_INPUT'],
    ['a term that ends before it begins', { until: '2020-01-01T00:00:00.000Z' }, 'BAD_INPUT'],
    ['a document hash that is none', { documentHash: 'none' }, 'BAD_INPUT'],
  ])('with %s is an error and leaves nothing', async (_with, change, code) => {
    const { worker } = rooms.room('creditors').database;
    const count = async () => (await worker.query('select 1 from entrustment_agreement')).rowCount;
    const before = await count();
    expect(codeOf(await ask(north.operator, SIGN, { input: signInput(change) }))).toBe(code);
    expect(await count()).toBe(before);
  });

  it('is seen by its bank, its agency and the regulator, and by nobody else', async () => {
    const id = await sign(south);
    await delivered(rooms, 'creditors');
    const see = async (actor: Actor) => (await ask(actor, 'query ($id: ID!) { entrustmentAgreement(id: $id) { id } }', { id })).data!['entrustmentAgreement'];
    for (const actor of [south.operator, agencyActor(agencyId), south.regulator]) expect(await see(actor)).toEqual({ id });
    for (const actor of [north.operator, agencyActor(otherAgencyId), north.regulator, { ...north.operator, audience: 'BORROWER' as const }]) expect(await see(actor)).toBeNull();
  });
});

describe('lists', () => {
  const LIST = `query ($first: Int, $after: String, $last: Int, $before: String) { entrustmentAgreements(first: $first, after: $after, last: $last, before: $before) {
    edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  type Listed = { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string } };
  const page = async (actor: Actor, variables: Record<string, unknown>) => resultOf(await ask(actor, LIST, variables)) as unknown as Listed;
  const idsOf = ({ edges }: Listed) => edges.map(({ node }) => node.id);

  it('page forwards and backwards over the same rows in the same order', async () => {
    const bank = await openBank(rooms, 'lists');
    const signed = [];
    for (let n = 0; n < 5; n++) signed.push(await sign(bank));
    const first = await page(bank.operator, { first: 2 });
    const rest = await page(bank.operator, { first: 100, after: first.pageInfo.endCursor });
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(signed);
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    const last = await page(bank.operator, { last: 2, before: rest.pageInfo.endCursor });
    expect(idsOf(last)).toEqual(signed.slice(2, 4));
    expect(last.pageInfo.hasPreviousPage).toBe(true);
  });

  it('batch the relation of many parents into one statement, each with its own page', async () => {
    const document = '{ creditors(first: 10) { edges { node { code agreements(first: 1) { edges { node { id } } pageInfo { hasNextPage } } } } } }';
    await sign(north);
    await sign(south);
    await delivered(rooms, 'creditors');
    const bothBanks: Actor = { ...north.regulator, org: newId('regulator') };
    for (const bank of [north, south]) resultOf(await ask(bank.operator, MANDATE, { input: { clientKey: clientKey(), regulatorId: bothBanks.org, basis: 'BANKING-LAW-23', until: UNTIL } }));
    await delivered(rooms, 'creditors');
    const answer = resultOf(await ask(bothBanks, document)) as unknown as { edges: { node: { code: string; agreements: Listed } }[] };
    expect(answer.edges.map(({ node }) => [node.code, node.agreements.edges.length, node.agreements.pageInfo.hasNextPage])).toEqual([
      ['north', 1, true],
      ['south', 1, true],
    ]);
  });

  it('refuse a cursor of another list', async () => {
    const cursor = Buffer.from(JSON.stringify([1, 'INTERNAL', 'entrustmentAgreements:signedAt,id', 'yesterday', 'x'])).toString('base64url');
    const answer = await ask(north.operator, LIST, { first: 1, after: cursor });
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'BAD_INPUT', argument: 'after' });
  });
});

describe('what the room said in the ledger by now', () => {
  const said = async () => (await rooms.ledger.ledgerFor('audit').read(0, 10_000, 0)).entries.filter(({ bytes }) => parseEntry(bytes).event.type.startsWith('creditors.'));

  it('is every type of event it has a schema for', async () => {
    expect([...new Set((await said()).map(({ bytes }) => parseEntry(bytes).event.type))].sort()).toEqual(eventTypesOf('creditors').sort());
  });

  it('fits those schemas, entry by entry', async () => {
    expect((await said()).flatMap(schemaFaults)).toEqual([]);
  });
});
