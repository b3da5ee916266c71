/**
 * Two creditors, three agencies and their borrowers in real rooms, and the moves a generated history is made of. Moves go
 * through the rooms' own commands; what a rule refuses simply does not happen.
 */
import type { Actor } from '../../kernel/actor';
import { newId } from '../../schema/ids';
import type { Purpose } from '../../schema/vocabulary';
import { bootstrapCreditor, STAFF_SCOPES } from '../../subgraphs/creditors/subgraph';
import { RoomCommanders } from '../support/room-commander';
import * as step from '../support/scenario';
import type { RegisteredDebt } from '../support/scenario';
import type { TestRooms } from '../support/test-rooms';
import type { WholeLog } from '../support/whole-log';
import { READS, type ReadWay } from './reads';

export const MOVES = ['engage', 'suspend', 'reinstate', 'end', 'sign', 'terminate', 'propose', 'accept', 'recall', 'pay', 'employ', 'dismiss', 'endMandate'] as const;
export type Move = (typeof MOVES)[number];

/** How many kinds of reader a read's variant chooses from; the third is an agency. */
export const READERS = 8;
export const AGENCY_READER = 2;

/** One step of a generated history; what its numbers choose depends on the step. */
export interface Step {
  readonly what: Move | 'read';
  readonly creditor: number;
  readonly agency: number;
  readonly debt: number;
  readonly variant: number;
  readonly purpose: number;
}

/** What a read gave, with the span of ledger indexes and instants it may have stood on. */
export interface Observation {
  readonly actor: Actor;
  readonly way: ReadWay;
  readonly requestId: string;
  readonly lower: number;
  readonly upper: number;
  readonly began: Date;
  readonly ended: Date;
  readonly data: unknown;
  /** Nothing moved meanwhile: it must have shown all that it may, too. */
  readonly isSettled: boolean;
}

interface Side {
  readonly creditorId: string;
  readonly operator: Actor;
  readonly regulatorId: string;
  readonly mandateId: string;
  readonly debts: readonly (RegisteredDebt & { readonly personId: string })[];
  clerk: { readonly sub: string; readonly authorityId: string } | null;
}

const PURPOSES: readonly (Purpose | null)[] = ['COLLECTION', 'SERVICING', 'DISPUTE_HANDLING', null];
const TERMS: readonly step.AgreementTerms[] = [
  {},
  { purposes: ['COLLECTION', 'DISPUTE_HANDLING'], categories: ['CONTACT', 'BALANCE'] },
  { purposes: ['DISPUTE_HANDLING'], categories: ['IDENTITY', 'DELINQUENCY', 'PAYMENT_HISTORY'] },
];
const SHORT_TERM_MS = 1_200;

const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;

export class World {
  readonly observations: Observation[] = [];
  private sides: readonly Side[] = [];
  private agencies: readonly Actor[] = [];
  private readonly engagements = new Map<string, string>();
  private readonly agreements = new Map<string, string[]>();
  private readonly placements: { readonly id: string; readonly creditor: number; readonly agency: number }[] = [];
  private readonly commanders: RoomCommanders;
  private requests = 0;

  constructor(
    private readonly rooms: TestRooms,
    private readonly log: WholeLog,
  ) {
    this.commanders = new RoomCommanders(rooms);
  }

  /** A cast of its own, so that a history does not depend on the ones before it. */
  async open(): Promise<void> {
    const parties = [await this.openCreditor(), await this.openCreditor()];
    const operator = this.commanders.as(parties[0]!.operator);
    const agencyIds = [await step.registerAgency(operator), await step.registerAgency(operator), await step.registerAgency(operator)];
    this.agencies = agencyIds.map((id) => actor('PARTNER', 'collector', id));
    const debts: RegisteredDebt[][] = [];
    for (const { operator: own } of parties) debts.push(await this.openDebts(own));
    const persons = new Map((await this.log.events('borrowers.BorrowersRegistered')).flatMap(({ items }) => items).flatMap((item) => (item['personId'] === undefined ? [] : [[item['borrowerId'], item['personId'] as string]])));
    this.sides = parties.map((party, at) => ({ ...party, clerk: null, debts: debts[at]!.map((debt) => ({ ...debt, personId: persons.get(debt.borrowerId)! })) }));
  }

  async take(taken: Step): Promise<void> {
    if (taken.what === 'read') return this.read(taken);
    try {
      await this.move(taken);
    } catch (error) {
      // A rule said no, or there was nothing to do it with; only the hub's own failure is a finding.
      if (!(error instanceof Error) || /INTERNAL|UNAVAILABLE/.test(error.message)) throw error;
    }
  }

  /** Everybody looks in every way, while nothing moves. */
  async lookAround(): Promise<void> {
    await this.rooms.settled();
    for (const way of READS.keys()) {
      for (let reader = 0; reader < READERS; reader += 1) {
        await this.read({ what: 'read', creditor: reader, agency: reader, debt: reader, variant: reader + READERS * way, purpose: reader % 2 }, true);
      }
    }
  }

  private async move({ what, creditor, agency, debt, variant }: Step): Promise<void> {
    const side = pick(this.sides, creditor);
    const operator = this.commanders.as(side.operator);
    const partner = pick(this.agencies, agency);
    const pair = `${side.creditorId} ${partner.org}`;
    const engagementId = this.engagements.get(pair) ?? '';
    const agreementId = pick(this.agreements.get(pair) ?? [''], variant);
    const subject = pick(side.debts, debt);
    const placement = this.placements.findLast((known) => pick(this.sides, known.creditor) === side && (variant % 2 === 0 || known.agency === agency));
    switch (what) {
      case 'engage':
        return void this.engagements.set(pair, await step.qualifiedEngagement(operator, partner.org));
      case 'suspend':
      case 'reinstate':
      case 'end':
        return void (await step.moveEngagement(operator, what, engagementId));
      case 'sign':
        return void this.agreements.set(pair, [...(this.agreements.get(pair) ?? []), await step.signAgreement(operator, partner.org, termsOf(variant))]);
      case 'terminate':
        return void (await step.terminateAgreement(operator, agreementId));
      case 'propose': {
        const { placement: proposed } = await step.proposePlacement(operator, { debtId: subject.debtId, agencyId: partner.org, agreementId });
        if (proposed !== undefined) this.placements.push({ id: proposed.id, creditor, agency });
        return;
      }
      case 'accept':
        return void (await step.acceptPlacement(this.commanders.as(pick(this.agencies, placement?.agency ?? 0)), placement?.id ?? ''));
      case 'recall':
        return void (await step.recallPlacement(operator, placement?.id ?? ''));
      case 'pay':
        return void (await step.recordPayment(variant % 2 === 0 ? operator : this.commanders.as(partner), subject.debtId, 100 + variant));
      case 'employ': {
        const sub = `clerk-${newId('event').slice(-6)}`;
        return void (side.clerk = { sub, authorityId: await step.grantStaffAuthority(operator, sub, { purposes: ['SERVICING'], categories: pick([['BALANCE', 'CONTACT'], ['IDENTITY']], variant) }) });
      }
      case 'dismiss':
        return void (await step.revokeStaffAuthority(operator, side.clerk?.authorityId ?? ''));
      case 'endMandate':
        return void (variant % 4 === 0 && (await step.endSupervisionMandate(operator, side.mandateId)));
    }
  }

  private async read({ creditor, agency, debt, variant, purpose }: Step, isSettled = false): Promise<void> {
    const side = pick(this.sides, creditor);
    const way = pick(READS, Math.floor(variant / READERS));
    const reader = { ...this.reader(side, { agency, debt, variant }), purpose: null as Purpose | null };
    reader.purpose = reader.audience === 'REGULATOR' ? 'SUPERVISION' : reader.audience === 'BORROWER' ? 'OWN_RIGHTS' : pick(PURPOSES, purpose);
    const subject = pick(side.debts, debt);
    const variables = {
      debt: subject.debtId,
      borrower: subject.borrowerId,
      creditor: side.creditorId,
      agency: pick(this.agencies, agency).org,
      placement: this.placements.at(-1)?.id ?? newId('placement'),
      engagement: pick([...this.engagements.values(), newId('engagement')], variant),
    };
    const requestId = `read-${(this.requests += 1)}-${newId('event').slice(-6)}`;
    const room = this.rooms.room(way.room);
    const { rows } = await room.database.worker.query<{ at: number }>('select next_index - 1 as at from follower');
    const began = new Date();
    const atLeast = variant % 3 === 0 ? this.commanders.seen : -1;
    const answer = await room.execute({ actor: reader, document: way.document, variables: way.variablesOf(variables), operationName: null, requestId, atLeast, planned: false });
    const unforeseen = (answer.errors ?? []).filter(({ extensions }) => !['NOT_PERMITTED', 'BAD_INPUT', 'STALE_GRANT'].includes(extensions?.['code'] as string));
    if (unforeseen.length > 0) throw new Error(`${way.name}: ${JSON.stringify(unforeseen[0])}`);
    this.observations.push({ actor: reader, way, requestId, lower: Math.max(rows[0]!.at, atLeast), upper: answer.ledgerIndex, began, ended: new Date(), data: answer.data, isSettled });
  }

  private reader(side: Side, { agency, debt, variant }: Pick<Step, 'agency' | 'debt' | 'variant'>): Actor {
    const stranger = pick(this.sides, this.sides.indexOf(side) + 1);
    const readers: readonly (() => Actor)[] = [
      () => side.operator,
      () => actor('INTERNAL', side.clerk?.sub ?? 'nobody', side.creditorId),
      () => pick(this.agencies, agency),
      () => pick(this.agencies, agency + 1),
      () => actor('REGULATOR', 'examiner', side.regulatorId),
      () => actor('BORROWER', pick(side.debts, debt).personId, pick(side.debts, debt).personId),
      // A token that claims the other creditor: identity without any authority there.
      () => ({ ...side.operator, org: stranger.creditorId }),
      () => stranger.operator,
    ];
    return readers[variant % READERS]!();
  }

  private async openCreditor(): Promise<Omit<Side, 'debts' | 'clerk'>> {
    const sub = `operator-${newId('event').slice(-8)}`;
    const regulatorId = newId('regulator');
    const code = `T${newId('event').slice(-6).toUpperCase()}`;
    const request = { creditor: { code, name: code, jurisdiction: 'CN' }, operatorSub: sub, regulatorId, now: new Date() };
    const { worker } = this.rooms.room('creditors').database;
    const { creditorId, mandateId } = await bootstrapCreditor(worker, request);
    while ((await worker.query('select 1 from outbox where id not in (select outbox_id from delivery) limit 1')).rowCount !== 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.rooms.settled();
    return { creditorId, operator: actor('INTERNAL', sub, creditorId), regulatorId, mandateId: mandateId! };
  }

  /** Two borrowers, the first with two debts. */
  private async openDebts(operator: Actor): Promise<RegisteredDebt[]> {
    const own = this.commanders.as(operator);
    const first = await step.registerDebt(own);
    return [first, await step.registerDebt(own, { borrowerId: first.borrowerId }), await step.registerDebt(own)];
  }
}

function actor(audience: Actor['audience'], sub: string, org: string): Actor {
  return { audience, sub, org, scopes: [...STAFF_SCOPES], purpose: 'SERVICING', method: 'token' };
}

/** Every fourth agreement ends while the history still runs. */
function termsOf(variant: number): step.AgreementTerms {
  return variant % 4 === 3 ? { until: new Date(Date.now() + SHORT_TERM_MS) } : pick(TERMS, variant);
}
