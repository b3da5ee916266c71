/**
 * Banks, agencies and shares in real rooms on a real ledger, and both sides' record of them: for tests of receipts and of the
 * report that compares them.
 */
import { leafHash } from '../../../audit/log/tree';
import { auditRoom } from '../../../audit/subgraph';
import type { Actor } from '../../../kernel/actor';
import type { RoomAnswer } from '../../../kernel/room';
import { agenciesRoom } from '../../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import type { AgencySigner } from '../../support/agency-signer';
import { RoomCommanders } from '../../support/room-commander';
import { acceptPlacement, key, proposePlacement, qualifiedEngagement, registerAgency, registerDebt, signAgreement } from '../../support/scenario';
import type { TestRooms } from '../../support/test-rooms';
import { agencyActor, openBank, type Bank } from '../../support/two-banks';

/** What a handover and its reconciliation involve: every room. */
export const HANDOVER_ROOMS = [creditorsRoom, agenciesRoom, borrowersRoom, debtsRoom, auditRoom];

const REPORT = `query {
  reconciliation {
    asOfIndex counts { shares sharesWithoutReceipt sharesOverdue receiptsWithoutShare recallsWithoutAttestation recallsOverdue refusals }
    sharesWithoutReceipt(first: 100) { edges { node { ledgerIndex payloadHash agency { id } purpose categories subjects overdue receiptIndex } } }
    receiptsWithoutShare(first: 100) { edges { node { ledgerIndex agency { id } fault shareIndex payloadHash } } }
    recallsWithoutAttestation(first: 100) { edges { node { placement { id } agency { id } dueIndex attestBy attestedIndex overdue keptUntil } } }
    refusals(first: 100) { edges { node { ledgerIndex agency { id } room command ruleId count } } }
  }
}`;
const ACKNOWLEDGE = `mutation ($input: AcknowledgeHandoversInput!) {
  acknowledgeHandovers(input: $input) { __typename ... on HandoverAcknowledged { ledgerIndex pending handover { ledgerIndex receiptIndex statement } } ... on Refusal { ruleId rulePack } }
}`;

export interface Share {
  readonly ledgerIndex: number;
  readonly payloadHash: string;
}

type Nodes = readonly Record<string, unknown>[];

export interface Report {
  readonly asOfIndex: number;
  readonly counts: Record<string, number>;
  readonly sharesWithoutReceipt: readonly Share[];
  readonly receiptsWithoutShare: Nodes;
  readonly recallsWithoutAttestation: Nodes;
  readonly refusals: Nodes;
}

export interface Receipt extends Share {
  readonly signature?: string;
}

export interface Outcome {
  readonly __typename: string;
  readonly ruleId?: string;
  readonly ledgerIndex?: number;
  readonly handover?: { readonly receiptIndex: number; readonly statement: string };
}

export interface Case {
  readonly bank: Bank;
  readonly staff: Actor;
  readonly agency: Actor;
  readonly debtId: string;
  readonly placementId: string;
}

/** What an agency signs to acknowledge a share, spelt out as the format page does. */
export const statement = (agencyId: string, { ledgerIndex, payloadHash }: Share): string =>
  `{"agencyId":"${agencyId}","index":${ledgerIndex},"payloadHash":"${payloadHash}","statement":"HANDOVER_RECEIVED","v":1}`;

export class HandoverScene {
  readonly commanders: RoomCommanders;
  private cases = 0;

  constructor(readonly rooms: TestRooms) {
    this.commanders = new RoomCommanders(rooms);
  }

  /** A bank with one debt, entrusted to an agency of its own or to one that is given. */
  readonly openCase = async (given?: Actor): Promise<Case> => {
    const bank = await openBank(this.rooms, `CASE${(this.cases += 1)}`);
    const staff: Actor = { ...bank.operator, purpose: 'SERVICING' };
    const operator = this.commanders.as(staff);
    const agencyId = given?.org ?? (await registerAgency(operator));
    await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    const agency: Actor = { ...agencyActor(agencyId), scopes: ['placements:write', 'agency-keys:write'] };
    const { debtId } = await registerDebt(operator);
    const { placement } = await proposePlacement(operator, { debtId, agencyId, agreementId });
    await this.rooms.settled();
    await acceptPlacement(this.commanders.as(agency), placement!.id);
    await this.rooms.settled();
    return { bank, staff, agency, debtId, placementId: placement!.id };
  };

  /** The agency reads the balance; answers with the share as the agency would note it: place and hash of the entry. */
  readonly share = async ({ agency, debtId }: Pick<Case, 'agency' | 'debtId'>): Promise<Share> => {
    const answer = await this.rooms.execute('debts', agency, 'query ($id: ID!) { debt(id: $id) { balance { minor } } }', { id: debtId }, this.commanders.seen);
    expect(answer.data).toMatchObject({ debt: { balance: { minor: 106_000 } } });
    const { entries } = await this.rooms.ledger.ledgerFor('audit').read(answer.ledgerIndex, 1, 0);
    return { ledgerIndex: answer.ledgerIndex, payloadHash: leafHash(entries[0]!.bytes).toString('hex') };
  };

  readonly reportOf = async (actor: Actor): Promise<Report> => {
    await this.rooms.settled();
    const answer = await this.rooms.execute('audit', actor, REPORT, {}, this.commanders.seen);
    expect(answer.errors).toBeUndefined();
    const shown = Object.entries(answer.data!['reconciliation'] as Record<string, unknown>).map(([name, value]) => {
      const edges = (value as { edges?: { node: unknown }[] }).edges;
      return [name, edges === undefined ? value : edges.map(({ node }) => node)];
    });
    return Object.fromEntries(shown) as Report;
  };

  readonly give = (actor: Actor, handovers: readonly Receipt[], clientKey = key()): Promise<RoomAnswer> =>
     this.rooms.execute('audit', actor, ACKNOWLEDGE, { input: { clientKey, handovers } }, this.commanders.seen);

  readonly acknowledge = async (actor: Actor, handovers: readonly Receipt[], clientKey = key()): Promise<readonly Outcome[]> => {
    const answer = await this.give(actor, handovers, clientKey);
    expect(answer.errors).toBeUndefined();
    return answer.data!['acknowledgeHandovers'] as Outcome[];
  };

  readonly registerKey = async ({ agency }: Pick<Case, 'agency'>, signer: AgencySigner): Promise<void> => {
    const input = { clientKey: key(), publicKey: signer.pem, validUntil: new Date(Date.now() + 86_400_000).toISOString(), possession: signer.possession(agency.org) };
    const answer = await this.rooms.execute('agencies', agency, 'mutation ($input: RegisterAgencyKeyInput!) { registerAgencyKey(input: $input) { __typename } }', { input }, this.commanders.seen);
    expect(answer.data).toEqual({ registerAgencyKey: { __typename: 'AgencyKeyAccepted' } });
    await this.rooms.settled();
  };

  readonly revokeKey = async ({ agency }: Pick<Case, 'agency'>, { thumbprint }: AgencySigner): Promise<void> => {
    const input = { clientKey: key(), thumbprint, reason: 'COMPROMISED' };
    await this.rooms.execute('agencies', agency, 'mutation ($input: RevokeAgencyKeyInput!) { revokeAgencyKey(input: $input) { __typename } }', { input }, this.commanders.seen);
    await this.rooms.settled();
  };
}
