/**
 * The SQL of every repository method as PostgreSQL is given it, from real rooms at work: a lost scope predicate or a new join
 * shows in the review of a text file. `npm run golden` rewrites them.
 */
import { FOLDERS, recordedStatements } from './recorder';
import { auditHistory } from './audit-history';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Actor } from '../../../kernel/actor';
import { auditRoom } from '../../../audit/subgraph';
import { newId } from '../../../schema/ids';
import type { RoomName } from '../../../schema/vocabulary';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { World, type Step } from '../../flows/world';
import { AgencySigner } from '../../support/agency-signer';
import { RoomCommanders } from '../../support/room-commander';
import { acceptPlacement, eraseBorrower, key, liftLegalHold, placeLegalHold, proposePlacement, qualifiedEngagement, recallPlacement, recordPayment, registerAgency, registerBorrower, registerDebt, signAgreement } from '../../support/scenario';
import { testRooms } from '../../support/test-rooms';
import { REWRITES_GOLDEN } from '../../support/test-run';
import { agencyActor, openBank } from '../../support/two-banks';
import { WholeLog } from '../../support/whole-log';

/** They ask nothing themselves: keys of lists, and what is made of an answer. The download's `readExport` is asked by `loadExport` too, and stands there. */
const WITHOUT_STATEMENTS = ['debt debtKey', 'determination determinationKey', 'export readExport', 'payment paymentKey', 'placement placementKey', 'rights knownRightsOver', 'standing expectedOf', 'standing readerOf'];

const rooms = testRooms([creditorsRoom, agenciesRoom, borrowersRoom, debtsRoom, auditRoom]);
const commanders = new RoomCommanders(rooms);

const take = (what: Step['what']): Step => ({ what, creditor: 0, agency: 0, debt: 0, variant: 0, purpose: 0 });
const HISTORY = (['engage', 'sign', 'propose', 'accept', 'employ', 'pay', 'suspend', 'reinstate', 'recall', 'terminate', 'dismiss', 'endMandate'] as const).map(take);

const page = (list: string, inner = ''): string => `${list}(first: 1) { pageInfo { endCursor } edges { node { id ${inner} } } }`;

/** Both directions of a list, from its start and from a place in it. */
async function leafThrough(room: RoomName, actor: Actor, list: string): Promise<void> {
  const ask = (rest: string, variables = {}) => rooms.execute(room, actor, `query ${'c' in variables ? '($c: String)' : ''} { ${list}(${rest}) { pageInfo { startCursor endCursor } } }`, variables, commanders.seen);
  const { data } = await ask('first: 1');
  const c = (data![list] as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
  await ask('first: 1, after: $c', { c });
  await ask('last: 1');
  await ask('last: 1, before: $c', { c });
}

/** An agency that registers a key and revokes it, and attests what it did with the data of a recalled placement. */
async function keysAndAttestation(staff: Actor, agency: Actor, placementId: string): Promise<void> {
  const signer = new AgencySigner();
  const holder: Actor = { ...agency, scopes: [...agency.scopes, 'agency-keys:write'] };
  const term = { publicKey: signer.pem, validUntil: new Date(Date.now() + 86_400_000).toISOString(), possession: signer.possession(agency.org) };
  const give = (room: RoomName, mutation: string, type: string, input: object) =>
    rooms.execute(room, holder, `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`, { input: { clientKey: key(), ...input } }, commanders.seen);
  await give('agencies', 'registerAgencyKey', 'RegisterAgencyKeyInput', term);
  await give('agencies', 'revokeAgencyKey', 'RevokeAgencyKeyInput', { thumbprint: signer.thumbprint, reason: 'RETIRED' });
  await rooms.execute('agencies', staff, 'query ($id: ID!) { agency(id: $id) { keys(first: 1) { edges { cursor } } } }', { id: agency.org }, commanders.seen);
  await recallPlacement(commanders.as(staff), placementId);
  await rooms.settled();
  await give('debts', 'attestReturnOrDestruction', 'AttestReturnOrDestructionInput', { placementId, method: 'DESTROYED' });
  await rooms.execute('debts', staff, 'query ($id: ID!) { placement(id: $id) { attestation { state } } }', { id: placementId }, commanders.seen);
}

/** What the history leaves out: lists from both ends, relations nobody looked at, the rarer commands. */
async function everythingElse(): Promise<void> {
  const bank = await openBank(rooms, 'GOLDEN');
  const staff: Actor = { ...bank.operator, purpose: 'SERVICING' };
  const operator = commanders.as(staff);
  const agencyId = await registerAgency(operator);
  await qualifiedEngagement(operator, agencyId);
  const agreementId = await signAgreement(operator, agencyId);
  const agency = agencyActor(agencyId);
  const [kept, settled] = [await registerDebt(operator), await registerDebt(operator)];
  const { placement } = await proposePlacement(operator, { debtId: kept.debtId, agencyId, agreementId });
  await acceptPlacement(commanders.as(agency), placement!.id);
  await proposePlacement(operator, { debtId: settled.debtId, agencyId, agreementId });
  await recordPayment(operator, settled.debtId, 106_000);
  const mandate = { clientKey: key(), regulatorId: newId('regulator'), basis: 'BANKING-SUPERVISION-LAW', until: new Date(Date.now() + 86_400_000).toISOString() };
  await operator.data('mutation ($input: GrantSupervisionMandateInput!) { grantSupervisionMandate(input: $input) { __typename } }', { input: mandate });
  const contact = (clientKey: string) => ({ input: { clientKey, borrowerId: kept.borrowerId, kind: 'PHONE', value: '+886 900 000 124', source: 'DEBTOR_AUTHORISATION' } });
  const ADD = 'mutation ($input: AddContactPointInput!) { addContactPoint(input: $input) { ... on ContactPointAdded { contactPoint { id } } } }';
  const added = await rooms.execute('borrowers', agency, ADD, contact(key()), commanders.seen);
  const { contactPoint } = added.data!['addContactPoint'] as { contactPoint: { id: string } };
  const look = (room: RoomName, actor: Actor, document: string, variables = {}) => rooms.execute(room, actor, document, variables, commanders.seen);
  await look('borrowers', agency, 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { r: [{ __typename: 'ContactPoint', id: contactPoint.id }] });
  const erased = await registerBorrower(operator);
  const hold = await placeLegalHold(operator, erased);
  await look('borrowers', staff, `query ($id: ID!) { borrower(id: $id) { erasure { basis } legalHolds(first: 1) { edges { node { id } } } } }`, { id: erased });
  await liftLegalHold(operator, hold);
  await eraseBorrower(operator, erased);
  await look('borrowers', staff, 'query { borrowerByNationalId(nationalId: "S000000000") { id } }');
  await look('agencies', staff, `query { ${page('agencies', page('licences'))} ${page('engagements', 'attestations(first: 1) { edges { cursor } }')} }`);
  await look('creditors', staff, `query { ${page('creditors', `${page('staffAuthorities')} ${page('supervisionMandates')}`)} ${page('staffAuthorities')} ${page('supervisionMandates')} }`);
  await look('debts', staff, `query ($id: ID!) { debt(id: $id) { ${page('determinations')} determination { id } } }`, { id: kept.debtId });
  await look('debts', agency, `{ ${page('debts', 'balance { minor }')} }`);
  for (const actor of [staff, agency]) {
    await leafThrough('debts', actor, 'debts');
    await leafThrough('borrowers', actor, 'borrowers');
    await leafThrough('agencies', actor, 'engagements');
    await leafThrough('creditors', actor, 'entrustmentAgreements');
    await leafThrough('audit', actor, 'entries');
  }
  await lookIntoLedger(staff, { regulatorId: mandate.regulatorId, debtId: kept.debtId, agencyId });
  await keysAndAttestation(staff, agency, placement!.id);
  const regulator: Actor = { ...staff, audience: 'REGULATOR', sub: 'examiner', org: mandate.regulatorId, purpose: 'SUPERVISION' };
  await auditHistory(rooms, { staff, agency, regulator, borrowerId: kept.borrowerId }, () => commanders.seen);
}

/** Every way to ask for entries, from both ends, and every kind of reader. */
async function lookIntoLedger(staff: Actor, { regulatorId, debtId, agencyId }: { regulatorId: string; debtId: string; agencyId: string }): Promise<void> {
  const person = newId('person');
  const others: readonly Actor[] = [{ ...staff, audience: 'REGULATOR', org: regulatorId, purpose: 'SUPERVISION' }, { ...staff, audience: 'BORROWER', org: person, sub: person, purpose: 'OWN_RIGHTS' }];
  const look = (actor: Actor, document: string, variables = {}) => rooms.execute('audit', actor, document, variables, commanders.seen);
  for (const actor of others) await look(actor, '{ entries(first: 1) { edges { cursor } } }');
  const period = { recordedFrom: '2026-01-01T00:00:00.000Z', recordedUntil: '2036-01-01T00:00:00.000Z' };
  for (const filter of [period, { types: ['debts'] }, { partyId: agencyId }, { partyId: agencyId, types: ['debts'] }, { subjectId: debtId }]) {
    for (const end of ['first', 'last']) await look(staff, `query ($filter: EntryFilter) { entries(filter: $filter, ${end}: 1) { edges { node { id verification { proof } } } } }`, { filter });
  }
  await look(staff, 'query ($id: ID!) { entry(index: 0) { id } checkpoint(size: 1) { size } streamHead(subjectId: $id) { n } }', { id: debtId });
  for (const id of [debtId, agencyId]) await look(others[0]!, 'query ($id: ID!) { streamHead(subjectId: $id) { n } }', { id });
  const event = (await look(staff, '{ entries(first: 1) { edges { node { id } } } }')).data as { entries: { edges: { node: { id: string } }[] } };
  await look(staff, 'query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { r: [{ __typename: 'LedgerEntry', id: event.entries.edges[0]!.node.id }] });
}

/** One file per folder of repositories: methods in order of name, their statements likewise. */
function rendered(folder: string): string {
  const methods = [...recordedStatements()].filter(([name, statements]) => path.posix.dirname(name.split(' ')[0]!) === folder && statements.size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return methods.map(([name, statements]) => `-- ${name.slice(folder.length + 1)}\n${[...statements].sort().join(';\n')};\n`).join('\n');
}

describe('the statements of the repositories', () => {
  beforeAll(async () => {
    const world = new World(rooms, new WholeLog(rooms.database));
    await world.open();
    for (const step of HISTORY) await world.take(step);
    await world.lookAround();
    await everythingElse();
  }, 60_000);

  it('are recorded for every method that asks the database', () => {
    const silent = [...recordedStatements()].filter(([, statements]) => statements.size === 0).map(([name]) => name.slice(name.lastIndexOf('/') + 1));
    expect(silent.sort()).toEqual(WITHOUT_STATEMENTS);
  });

  it.each(FOLDERS)('are, in %s, those that were reviewed', (folder) => {
    const file = path.join(__dirname, `${folder.replaceAll('/', '.')}.sql`);
    const text = rendered(folder);
    if (REWRITES_GOLDEN) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });
});
