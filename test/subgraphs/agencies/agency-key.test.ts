/** The keys of agencies in the agencies room: registered and revoked by the agency itself, shown to all, each step an entry. */
import type { Actor } from '../../../kernel/actor';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { AgencySigner } from '../../support/agency-signer';
import { schemaFaults } from '../../support/event-schemas';
import { keptOf } from '../../support/kept-text';
import { testRooms } from '../../support/test-rooms';
import { agencyActor, codeOf, delivered, eventsOf, openBank, resultOf, type Bank } from '../../support/two-banks';

const rooms = testRooms([creditorsRoom, agenciesRoom]);
const ask = (actor: Actor, document: string, variables: Record<string, unknown> = {}) => rooms.execute('agencies', actor, document, variables);

const YEAR_MS = 366 * 86_400_000;
const inYears = (years: number): string => new Date(Date.now() + years * YEAR_MS).toISOString();
const KEY = '... on AgencyKeyAccepted { ledgerIndex pending agencyKey { thumbprint algorithm publicKey revokedAt revocationReason } } ... on Refusal { ruleId rulePack }';
const REGISTER = `mutation ($input: RegisterAgencyKeyInput!) { registerAgencyKey(input: $input) { ${KEY} } }`;
const REVOKE = `mutation ($input: RevokeAgencyKeyInput!) { revokeAgencyKey(input: $input) { ${KEY} } }`;
const KEYS = 'query ($id: ID!) { agency(id: $id) { keys(first: 10) { edges { node { thumbprint revocationReason } } } } }';
const ENTER = 'mutation ($input: RegisterAgencyInput!) { registerAgency(input: $input) { ... on AgencyAccepted { agency { id } } } }';

let count = 0;
const clientKey = (): string => `key-${++count}`;
let bank: Bank;
let agency: Actor;
let rival: Actor;

async function enter(registrationNumber: string): Promise<Actor> {
  const input = { clientKey: clientKey(), name: `Synthetic ${registrationNumber}`, jurisdiction: 'CN', registrationNumber };
  const { agency: entered } = resultOf(await ask(bank.operator, ENTER, { input })) as { agency: { id: string } };
  return { ...agencyActor(entered.id), scopes: ['agency-keys:write'] };
}

const termsOf = (signer: AgencySigner, actor: Actor) => ({ publicKey: signer.pem, validUntil: inYears(1), possession: signer.possession(actor.org) });
const register = async (actor: Actor, input: Record<string, unknown>) => ask(actor, REGISTER, { input: { clientKey: clientKey(), ...input } });
const revoke = async (actor: Actor, thumbprint: string) => ask(actor, REVOKE, { input: { clientKey: clientKey(), thumbprint, reason: 'COMPROMISED' } });

beforeAll(async () => {
  bank = await openBank(rooms, 'keys');
  agency = await enter('K-1');
  rival = await enter('K-2');
});

describe('an agency', () => {
  it.each(['ed25519', 'P-256'] as const)('registers a key of %s, which staff and regulators can look up and a rival cannot', async (kind) => {
    const signer = new AgencySigner(kind);
    const terms = termsOf(signer, agency);
    const answer = resultOf(await register(agency, terms));
    expect(answer).toMatchObject({ pending: false, agencyKey: { thumbprint: signer.thumbprint, algorithm: signer.algorithm, publicKey: signer.pem, revokedAt: null } });
    const seen = async (actor: Actor) => JSON.stringify((await ask(actor, KEYS, { id: agency.org })).data);
    for (const actor of [agency, bank.operator, bank.regulator]) expect(await seen(actor)).toContain(signer.thumbprint);
    expect(await seen(rival)).toBe('{"agency":null}');
    const [event] = (await eventsOf(rooms, 'agencies.AgencyKeyRegistered')).filter(({ hidden }) => hidden['thumbprint'] === signer.thumbprint);
    expect(event).toMatchObject({ hidden: { agencyId: agency.org, possession: terms.possession }, facts: { algorithm: signer.algorithm } });
  });

  it('gets the first answer again under the same client key, and a conflict for another key under it', async () => {
    const signer = new AgencySigner();
    const input = { clientKey: clientKey(), ...termsOf(signer, agency) };
    const first = resultOf(await ask(agency, REGISTER, { input }));
    expect(resultOf(await ask(agency, REGISTER, { input }))).toEqual(first);
    expect(codeOf(await ask(agency, REGISTER, { input: { ...input, ...termsOf(new AgencySigner(), agency) } }))).toBe('CONFLICT');
    expect((await eventsOf(rooms, 'agencies.AgencyKeyRegistered')).filter(({ hidden }) => hidden['thumbprint'] === signer.thumbprint)).toHaveLength(1);
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ['a key it cannot sign with', () => ({ ...termsOf(new AgencySigner(), agency), possession: new AgencySigner().possession(agency.org) }), 'AGENCY-KEY-POSSESSED'],
    ['a key shown to be held by another agency', () => { const signer = new AgencySigner(); return { ...termsOf(signer, agency), possession: signer.possession(rival.org) }; }, 'AGENCY-KEY-POSSESSED'],
    ['a key for longer than it may serve', () => ({ ...termsOf(new AgencySigner(), agency), validUntil: inYears(4) }), 'AGENCY-KEY-TERM-BOUNDED'],
  ])('is refused %s', async (_what, input, ruleId) => {
    expect(resultOf(await register(agency, input()))).toMatchObject({ ruleId, rulePack: 'agency-key-2026.1' });
  });

  it('is refused a key that a rival registered', async () => {
    const shared = new AgencySigner();
    resultOf(await register(rival, termsOf(shared, rival)));
    expect(resultOf(await register(agency, termsOf(shared, agency)))).toMatchObject({ ruleId: 'AGENCY-KEY-REGISTERED-ONCE' });
  });

  it('makes a mistake when it gives its private key or a term that is over', async () => {
    const signer = new AgencySigner();
    expect(codeOf(await register(agency, { ...termsOf(signer, agency), publicKey: signer.privatePem }))).toBe('BAD_INPUT');
    expect(codeOf(await register(agency, { ...termsOf(signer, agency), validUntil: '2020-01-01T00:00:00.000Z' }))).toBe('BAD_INPUT');
  });

  it('revokes its key once and for good; a rival finds no such key', async () => {
    const signer = new AgencySigner();
    resultOf(await register(agency, termsOf(signer, agency)));
    expect(codeOf(await revoke(rival, signer.thumbprint))).toBe('NOT_FOUND');
    expect(resultOf(await revoke(agency, signer.thumbprint))).toMatchObject({ agencyKey: { revocationReason: 'COMPROMISED' } });
    expect(resultOf(await revoke(agency, signer.thumbprint))).toMatchObject({ ruleId: 'AGENCY-KEY-NOT-REVOKED' });
    expect(resultOf(await register(agency, termsOf(signer, agency)))).toMatchObject({ ruleId: 'AGENCY-KEY-REGISTERED-ONCE' });
    expect((await eventsOf(rooms, 'agencies.AgencyKeyRevoked')).at(-1)).toMatchObject({ hidden: { thumbprint: signer.thumbprint }, facts: { reason: 'COMPROMISED' } });
  });
});

describe('nobody else', () => {
  it('registers a key for an agency: not without the scope, not its creditor', async () => {
    expect(codeOf(await register({ ...agency, scopes: ['placements:write'] }, termsOf(new AgencySigner(), agency)))).toBe('NOT_PERMITTED');
    expect(codeOf(await register(bank.operator, termsOf(new AgencySigner(), agency)))).toBe('NOT_PERMITTED');
  });

  it('finds a private key or a fault in what was recorded', async () => {
    await delivered(rooms, 'agencies');
    const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 10_000, 0);
    expect(entries.flatMap(schemaFaults)).toEqual([]);
    const kept = entries.flatMap(keptOf).join('\n');
    expect(kept).toContain('"possession","');
    expect(kept).not.toMatch(/PRIVATE KEY|"d":"[A-Za-z0-9_-]{43}"/);
  });
});
