/** The agencies room on a real database and a real ledger: the register, engagements, their entries, and who sees what. */
import { parseEntry } from '../../../audit/log/entry';
import type { Actor } from '../../../kernel/actor';
import { newId } from '../../../schema/ids';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { eventTypesOf, schemaFaults } from '../../support/event-schemas';
import { keptOf } from '../../support/kept-text';
import { testRooms } from '../../support/test-rooms';
import { agencyActor, codeOf, delivered, eventsOf, openBank, resultOf, staffOf, type Bank } from '../../support/two-banks';

const rooms = testRooms([creditorsRoom, agenciesRoom]);
const ask = (actor: Actor, document: string, variables: Record<string, unknown> = {}, atLeast = -1) => rooms.execute('agencies', actor, document, variables, atLeast);

const REFUSAL = '... on Refusal { ruleId rulePack message remedy }';
const ENGAGEMENT = '... on EngagementAccepted { ledgerIndex pending engagement { id state reason dueDiligenceHash agency { id } creditor { id } attestation { number standard validUntil } } }';
const DAY_MS = 86_400_000;
const HASH = 'e'.repeat(64);

let keys = 0;
const clientKey = () => `key-${++keys}`;

function engagementCommand(name: string, inputType: string) {
  const document = `mutation ($input: ${inputType}!) { ${name}(input: $input) { ${ENGAGEMENT} ${REFUSAL} } }`;
  return async (actor: Actor, input: Record<string, unknown>) => resultOf(await ask(actor, document, { input: { clientKey: clientKey(), ...input } }));
}
const propose = engagementCommand('proposeEngagement', 'ProposeEngagementInput');
const attest = engagementCommand('attestSecurity', 'AttestSecurityInput');
const qualify = engagementCommand('qualifyEngagement', 'QualifyEngagementInput');
const suspend = engagementCommand('suspendEngagement', 'SuspendEngagementInput');
const reinstate = engagementCommand('reinstateEngagement', 'ReinstateEngagementInput');
const end = engagementCommand('endEngagement', 'EndEngagementInput');

const REGISTER = `mutation ($input: RegisterAgencyInput!) { registerAgency(input: $input) { ... on AgencyAccepted { ledgerIndex agency { id name registrationNumber } } ${REFUSAL} } }`;
const LICENCE = `mutation ($input: RecordLicenceInput!) { recordLicence(input: $input) { ... on LicenceAccepted { ledgerIndex licence { id kind state validUntil agency { id } } } ${REFUSAL} } }`;

let north: Bank;
let south: Bank;

async function register(bank: Bank, registrationNumber: string): Promise<string> {
  const input = { clientKey: clientKey(), name: `Synthetic ${registrationNumber}`, jurisdiction: 'CN', registrationNumber };
  return (resultOf(await ask(bank.operator, REGISTER, { input })) as { agency: { id: string } }).agency.id;
}

const day = (offset: number) => new Date(Date.now() + offset * DAY_MS).toISOString().slice(0, 10);

async function license(bank: Bank, agencyId: string, change: Record<string, unknown> = {}) {
  const input = { clientKey: clientKey(), agencyId, kind: 'DEBT_COLLECTION', number: 'L-1', validFrom: day(-10), validUntil: day(10), ...change };
  return resultOf(await ask(bank.operator, LICENCE, { input }));
}

const attestation = (engagementId: string) => ({ engagementId, standard: 'ISO27001', validUntil: new Date(Date.now() + 30 * DAY_MS).toISOString(), evidenceHash: HASH });

async function proposed(bank: Bank, agencyId: string): Promise<string> {
  return ((await propose(bank.operator, { agencyId })) as { engagement: { id: string } }).engagement.id;
}

async function qualified(bank: Bank, agencyId: string): Promise<string> {
  const engagementId = await proposed(bank, agencyId);
  await attest(bank.operator, attestation(engagementId));
  expect(await qualify(bank.operator, { engagementId, evidenceHash: HASH })).toMatchObject({ engagement: { state: 'QUALIFIED' } });
  return engagementId;
}

beforeAll(async () => {
  north = await openBank(rooms, 'north');
  south = await openBank(rooms, 'south');
});

describe('the register of agencies', () => {
  it('holds an agency once, whichever bank enters it', async () => {
    const agencyId = await register(north, 'R-once');
    const input = { clientKey: clientKey(), name: 'Another name', jurisdiction: 'CN', registrationNumber: 'R-once' };
    expect(resultOf(await ask(south.operator, REGISTER, { input }))).toMatchObject({ ruleId: 'AGENCY-REGISTERED-ONCE', rulePack: 'agency-2026.1' });
    expect((await ask(south.operator, 'query ($id: ID!) { agency(id: $id) { name } }', { id: agencyId })).data).toEqual({ agency: { name: 'Synthetic R-once' } });
  });

  it('is open to staff and regulators; an agency finds only itself, a stranger nothing', async () => {
    const [own, other] = [await register(north, 'R-own'), await register(north, 'R-other')];
    const see = async (actor: Actor, id: string) => (await ask(actor, 'query ($id: ID!) { agency(id: $id) { id } }', { id })).data!['agency'];
    for (const actor of [north.operator, south.operator, north.regulator, agencyActor(own)]) expect(await see(actor, own)).toEqual({ id: own });
    for (const actor of [agencyActor(other), staffOf(north.creditorId, 'stranger'), { ...north.operator, audience: 'BORROWER' as const }]) expect(await see(actor, own)).toBeNull();
    const listed = (await ask(agencyActor(own), '{ agencies(first: 100) { edges { node { id } } } }')).data;
    expect(listed).toEqual({ agencies: { edges: [{ node: { id: own } }] } });
  });

  it('shows an agency to the borrower of a debt it holds a grant on', async () => {
    const agencyId = await register(north, 'R-borrower');
    const [personId, borrowerId] = [newId('person'), newId('borrower')];
    const { worker } = rooms.room('agencies').database;
    await worker.query('insert into standing_person (borrower_id, person_id, creditor_id) values ($1, $2, $3)', [borrowerId, personId, north.creditorId]);
    await worker.query(
      `insert into standing_right (id, kind, holder, creditor_id, borrower_id, purposes, categories, scopes, valid_from, valid_until, stream_n, opened_at_index)
        values ($1, 'GRANT', $2, $3, $4, '{}', '{}', '{}', now() - interval '1 day', now() + interval '1 day', 1, 1)`,
      [newId('grant'), agencyId, north.creditorId, borrowerId],
    );
    const see = (sub: string) => ask({ audience: 'BORROWER', sub, org: sub, scopes: [], purpose: 'OWN_RIGHTS', method: 'token' }, '{ agencies(first: 5) { edges { node { id } } } }');
    expect((await see(personId)).data).toEqual({ agencies: { edges: [{ node: { id: agencyId } }] } });
    expect((await see(newId('person'))).data).toEqual({ agencies: { edges: [] } });
  });

  it('records a licence once, with its expiry', async () => {
    const agencyId = await register(north, 'R-licence');
    expect(await license(north, agencyId)).toMatchObject({ licence: { kind: 'DEBT_COLLECTION', state: 'VALID', validUntil: day(10), agency: { id: agencyId } } });
    expect(await license(south, agencyId)).toMatchObject({ ruleId: 'LICENCE-RECORDED-ONCE' });
    expect(await license(south, agencyId, { number: 'L-0', validFrom: day(-100), validUntil: day(-50) })).toMatchObject({ licence: { state: 'EXPIRED' } });
    const answer = await ask(agencyActor(agencyId), 'query ($id: ID!) { agency(id: $id) { licences(first: 5) { edges { node { number } } } } }', { id: agencyId });
    expect(answer.data).toEqual({ agency: { licences: { edges: [{ node: { number: 'L-1' } }, { node: { number: 'L-0' } }] } } });
  });

  it('says nothing of names and numbers in the ledger', async () => {
    const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 10_000, 0);
    const kept = entries.flatMap(keptOf);
    expect(kept.join('\n')).toMatch(/agencies\.LicenceRecorded[\s\S]*"agencyId","agency_/);
    expect(kept.filter((text) => /"(?:Synthetic )?R-[a-z-]+"|"Bank north"|"L-[01]"/.test(text))).toEqual([]);
  });
});

describe('an engagement', () => {
  it('goes through its states, and every entry carries the state it leads to', async () => {
    const agencyId = await register(north, 'R-states');
    await license(north, agencyId);
    const engagementId = await qualified(north, agencyId);
    expect(await suspend(north.operator, { engagementId, reason: 'COMPLAINTS' })).toMatchObject({ engagement: { state: 'SUSPENDED', reason: 'COMPLAINTS', dueDiligenceHash: HASH } });
    expect(await reinstate(north.operator, { engagementId })).toMatchObject({ engagement: { state: 'QUALIFIED', reason: null } });
    expect(await end(north.operator, { engagementId, reason: 'CREDITOR_DECISION' })).toMatchObject({ pending: false, engagement: { state: 'ENDED', reason: 'CREDITOR_DECISION' } });
    const types = ['EngagementProposed', 'SecurityAttested', 'EngagementQualified', 'EngagementSuspended', 'EngagementReinstated', 'EngagementEnded'];
    const states: unknown[] = [];
    for (const [n, type] of types.entries()) {
      const [event] = (await eventsOf(rooms, `agencies.${type}`)).filter(({ hidden }) => hidden['engagementId'] === engagementId);
      expect(event!.position(`engagement:${engagementId}`)).toBe(n + 1);
      states.push(event!.facts['state']);
    }
    expect(states).toEqual(['PROPOSED', 'PROPOSED', 'QUALIFIED', 'SUSPENDED', 'QUALIFIED', 'ENDED']);
  });

  it('stands in the other rooms as of its last entry', async () => {
    const agencyId = await register(north, 'R-standing');
    await license(north, agencyId);
    const engagementId = await qualified(north, agencyId);
    await delivered(rooms, 'agencies');
    const { rows } = await rooms.room('creditors').database.worker.query<{ state: string; attested: boolean; stream_n: number }>(
      'select state, attested_until > now() as attested, stream_n from standing_engagement where id = $1',
      [engagementId],
    );
    expect(rows).toEqual([{ state: 'QUALIFIED', attested: true, stream_n: 3 }]);
    const see = async () => (await rooms.execute('creditors', agencyActor(agencyId), '{ creditors(first: 5) { edges { node { code } } } }')).data;
    expect(await see()).toEqual({ creditors: { edges: [{ node: { code: 'north' } }] } });
    await end(north.operator, { engagementId, reason: 'AGENCY_REQUEST' });
    await delivered(rooms, 'agencies');
    expect(await see()).toEqual({ creditors: { edges: [] } });
  });

  it('is not qualified without a valid licence, nor without a current attestation', async () => {
    const agencyId = await register(north, 'R-gates');
    const engagementId = await proposed(north, agencyId);
    const gate = () => qualify(north.operator, { engagementId, evidenceHash: HASH });
    expect(await gate()).toMatchObject({ ruleId: 'ENGAGEMENT-LICENCE-VALID', rulePack: 'engagement-2026.1' });
    await license(north, agencyId, { validFrom: day(-100), validUntil: day(-50) });
    expect(await gate()).toMatchObject({ ruleId: 'ENGAGEMENT-LICENCE-VALID' });
    await license(north, agencyId);
    expect(await gate()).toMatchObject({ ruleId: 'ENGAGEMENT-ATTESTATION-CURRENT' });
    await attest(north.operator, attestation(engagementId));
    expect(await gate()).toMatchObject({ engagement: { state: 'QUALIFIED', attestation: { number: 1, standard: 'ISO27001' } } });
    const refusals = (await eventsOf(rooms, 'agencies.CommandRefused')).filter(({ hidden }) => hidden['engagementId'] === engagementId);
    expect(refusals.map(({ facts }) => facts['ruleId'])).toEqual(['ENGAGEMENT-LICENCE-VALID', 'ENGAGEMENT-ATTESTATION-CURRENT']);
  });

  it('is open once for a bank and an agency, also when proposed twice at one moment, and again after its end', async () => {
    const agencyId = await register(north, 'R-twice');
    const results = await Promise.all([propose(north.operator, { agencyId }), propose(north.operator, { agencyId })]);
    const refusals = results.filter((result) => 'ruleId' in result);
    expect(refusals).toMatchObject([{ ruleId: 'ENGAGEMENT-OPEN-ONCE' }]);
    const { engagement } = results.find((result) => 'engagement' in result) as unknown as { engagement: { id: string } };
    await end(north.operator, { engagementId: engagement.id, reason: 'CREDITOR_DECISION' });
    expect(await propose(north.operator, { agencyId })).toMatchObject({ engagement: { state: 'PROPOSED' } });
  });

  it('of one bank is not found by another, by the very answer of one that does not exist', async () => {
    const agencyId = await register(north, 'R-foreign');
    const engagementId = await proposed(north, agencyId);
    const SUSPEND = 'mutation ($input: SuspendEngagementInput!) { suspendEngagement(input: $input) { __typename } }';
    const command = (id: string) => ask(south.operator, SUSPEND, { input: { clientKey: clientKey(), engagementId: id, reason: 'COMPLAINTS' } });
    const [foreign, absent] = [await command(engagementId), await command(newId('engagement'))];
    expect(codeOf(foreign)).toBe('NOT_FOUND');
    expect(foreign.errors).toEqual(absent.errors);
  });

  it('is seen by its bank, its agency and the regulator, through every door', async () => {
    const [agencyId, otherId] = [await register(north, 'R-doors'), await register(north, 'R-doors-other')];
    const engagementId = await proposed(north, agencyId);
    await delivered(rooms, 'agencies');
    const doors: [string, (answer: Record<string, unknown>) => unknown][] = [
      [`{ engagement(id: "${engagementId}") { id } }`, (data) => (data['engagement'] === null ? 0 : 1)],
      [`{ _entities(representations: [{ __typename: "Engagement", id: "${engagementId}" }]) { ... on Engagement { id } } }`, (data) => (data['_entities'] as unknown[]).filter(Boolean).length],
      [
        `{ _entities(representations: [{ __typename: "Creditor", id: "${north.creditorId}" }]) { ... on Creditor { engagements(first: 100) { edges { node { id } } } } } }`,
        (data) => count((data['_entities'] as Record<string, unknown>[])[0]!['engagements'], engagementId),
      ],
      ['{ engagements(first: 100) { edges { node { id } } } }', (data) => count(data['engagements'], engagementId)],
    ];
    for (const [document, found] of doors) {
      for (const actor of [north.operator, agencyActor(agencyId), north.regulator]) expect(found((await ask(actor, document)).data!)).toBe(1);
      for (const actor of [south.operator, agencyActor(otherId), south.regulator]) expect(found((await ask(actor, document)).data!)).toBe(0);
    }
  });

  it.each([
    ['an agency with a token full of scopes', () => agencyActor(newId('agency'))],
    ['somebody without any authority', () => staffOf(north.creditorId, 'stranger')],
    ['a regulator', () => ({ ...north.regulator, scopes: ['engagements:write'] })],
  ])('is not proposed by %s', async (_who, actor) => {
    const agencyId = await register(north, `R-by-${keys}`);
    const answer = await ask(actor(), 'mutation ($input: ProposeEngagementInput!) { proposeEngagement(input: $input) { __typename } }', { input: { clientKey: clientKey(), agencyId } });
    expect(codeOf(answer)).toBe('NOT_PERMITTED');
  });
});

describe('what the room said in the ledger by now', () => {
  const said = async () => (await rooms.ledger.ledgerFor('audit').read(0, 10_000, 0)).entries.filter(({ bytes }) => parseEntry(bytes).event.type.startsWith('agencies.'));

  it('is every type of event it has a schema for, beside those about keys, which have a test of their own', async () => {
    expect([...new Set((await said()).map(({ bytes }) => parseEntry(bytes).event.type))].sort()).toEqual(eventTypesOf('agencies').filter((type) => !type.startsWith('agencies.AgencyKey')).sort());
  });

  it('fits those schemas, entry by entry', async () => {
    expect((await said()).flatMap(schemaFaults)).toEqual([]);
  });
});

function count(connection: unknown, id: string): number {
  return (connection as { edges: { node: { id: string } }[] }).edges.filter(({ node }) => node.id === id).length;
}
