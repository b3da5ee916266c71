/**
 * Who may see what, recomputed from the ledger's entries alone and on purpose without any code of the hub's own rules: the
 * yardstick of the property test. Knows rights, engagements and whose record is whose, each by the index it began and ended.
 */
import { OWN_RIGHT } from '../../audit/log/release-rule';
import type { Actor } from '../../kernel/actor';
import type { LogEntry } from '../support/whole-log';

interface Moment {
  readonly index: number;
  readonly at: Date;
}

interface ModelRight {
  readonly kind: 'AUTHORITY' | 'GRANT' | 'MANDATE';
  readonly holder: string;
  readonly creditorId: string;
  readonly engagementId: string | null;
  readonly debtId: string | null;
  readonly borrowerId: string | null;
  readonly purposes: readonly string[];
  readonly categories: readonly string[];
  readonly from: Date;
  readonly until: Date;
  readonly opened: number;
  closed: number;
}

export interface Parties {
  readonly creditorId: string;
  readonly agencyId?: string;
  readonly borrowerId?: string;
  readonly debtId?: string;
}

export interface Subject {
  readonly creditorId: string;
  readonly borrowerId: string;
  readonly debtId: string | null;
}

const OPENS: Readonly<Record<string, readonly [ModelRight['kind'], id: string, holder: string]>> = {
  'creditors.StaffAuthorityGranted': ['AUTHORITY', 'authorityId', 'staffSub'],
  'creditors.SupervisionMandateGranted': ['MANDATE', 'mandateId', 'regulatorId'],
  'debts.GrantOpened': ['GRANT', 'grantId', 'agencyId'],
};
const CLOSES: Readonly<Record<string, string>> = {
  'creditors.StaffAuthorityRevoked': 'authorityId',
  'creditors.SupervisionMandateEnded': 'mandateId',
  'debts.GrantClosed': 'grantId',
};
/** The id an event is about, from which on the model knows its parties. */
const NAMED = ['debtId', 'placementId', 'engagementId', 'agreementId'] as const;

export class AccessModel {
  private readonly rights = new Map<string, ModelRight>();
  private readonly engagements = new Map<string, { index: number; state: string; attestedUntil: Date | null }[]>();
  private readonly persons = new Map<string, { person: string; from: number }>();
  private readonly parties = new Map<string, Parties>();

  constructor(entries: readonly LogEntry[]) {
    for (const entry of entries) this.learn(entry);
  }

  /** Whose a record is; null for an id no entry names. */
  partiesOf(id: string): Parties | null {
    return this.parties.get(id) ?? null;
  }

  get debts(): string[] {
    return [...this.parties.keys()].filter((id) => id.startsWith('debt_'));
  }

  /** The rows of a debt or borrower: any right over it at that moment, whatever purpose and category. */
  seesSubject(actor: Actor, subject: Subject, moment: Moment): boolean {
    switch (actor.audience) {
      case 'INTERNAL':
        return actor.org === subject.creditorId && this.holds('AUTHORITY', actor.sub, subject.creditorId, moment);
      case 'REGULATOR':
        return this.holds('MANDATE', actor.org, subject.creditorId, moment);
      case 'BORROWER':
        return this.isPerson(actor.sub, subject.borrowerId, moment.index);
      case 'PARTNER':
        return [...this.rights.values()].some(
          (right) => right.kind === 'GRANT' && right.holder === actor.org && stands(right, moment) && covers(right, subject) && this.engagementAt(right, moment.index)?.state === 'QUALIFIED',
        );
    }
  }

  /** The papers between a creditor and an agency: an engagement, an agreement, a placement. */
  seesPaper(actor: Actor, parties: Parties, moment: Moment): boolean {
    if (actor.audience === 'PARTNER') return actor.org === parties.agencyId;
    return this.seesSubject(actor, { creditorId: parties.creditorId, borrowerId: parties.borrowerId ?? '', debtId: null }, moment);
  }

  /** Why a release under this right is not justified at that moment; null when it is. */
  objection(rightId: string, actor: { sub: string; org: string }, asked: { subject: Subject; purpose: string | null; categories: readonly string[] }, moment: Moment): string | null {
    const { subject, purpose, categories } = asked;
    if (rightId === OWN_RIGHT) {
      return purpose === 'OWN_RIGHTS' && this.isPerson(actor.sub, subject.borrowerId, moment.index) ? null : 'not this person';
    }
    const right = this.rights.get(rightId);
    if (right === undefined) return 'no such right';
    if (right.holder !== (right.kind === 'AUTHORITY' ? actor.sub : actor.org)) return 'the right of somebody else';
    if (!stands(right, moment)) return 'the right does not stand';
    if (!covers(right, subject)) return 'the right is over another record';
    if (purpose === null || !right.purposes.includes(purpose)) return 'the purpose is not covered';
    if (!categories.every((category) => right.categories.includes(category))) return 'a category is not covered';
    if (right.kind !== 'GRANT') return null;
    const engagement = this.engagementAt(right, moment.index);
    if (engagement?.state !== 'QUALIFIED') return 'the engagement is not qualified';
    return engagement.attestedUntil !== null && engagement.attestedUntil > moment.at ? null : 'the attestation has lapsed';
  }

  /** Some right of the actor justifies it. */
  mayRelease(actor: Actor, subject: Subject, category: string, moment: Moment): boolean {
    const asked = { subject, purpose: actor.purpose, categories: [category] };
    const own = actor.audience === 'BORROWER' ? [actor.sub] : [...this.rights.keys()];
    return own.some((id) => this.objection(id, actor, asked, moment) === null);
  }

  private holds(kind: ModelRight['kind'], holder: string, creditorId: string, moment: Moment): boolean {
    return [...this.rights.values()].some((right) => right.kind === kind && right.holder === holder && right.creditorId === creditorId && stands(right, moment));
  }

  private isPerson(person: string, borrowerId: string, index: number): boolean {
    const known = this.persons.get(borrowerId);
    return known !== undefined && known.person === person && known.from <= index;
  }

  private engagementAt({ engagementId }: ModelRight, index: number) {
    return this.engagements.get(engagementId ?? '')?.filter((step) => step.index <= index).at(-1) ?? null;
  }

  private learn(entry: LogEntry): void {
    const opens = OPENS[entry.type];
    if (opens !== undefined) this.open(entry, opens);
    const closes = CLOSES[entry.type];
    if (closes !== undefined) this.rights.get(entry.hidden[closes] as string)!.closed = entry.index;
    if (/^agencies\.(Engagement|SecurityAttested)/.test(entry.type)) this.moveEngagement(entry);
    for (const item of entry.type === 'borrowers.BorrowersRegistered' ? entry.items : []) this.learnBorrower(item, entry.index);
    for (const name of NAMED) {
      const id = entry.hidden[name];
      if (typeof id === 'string' && entry.hidden['creditorId'] !== undefined && !this.parties.has(id)) this.parties.set(id, entry.hidden as unknown as Parties);
    }
  }

  private open({ hidden, facts, index }: LogEntry, [kind, idName, holderName]: (typeof OPENS)[string]): void {
    const text = (name: string): string | null => (hidden[name] as string | undefined) ?? null;
    this.rights.set(text(idName)!, {
      kind,
      holder: text(holderName)!,
      creditorId: text('creditorId')!,
      engagementId: text('engagementId'),
      debtId: text('debtId'),
      borrowerId: text('borrowerId'),
      purposes: facts['purposes'] as string[],
      categories: facts['categories'] as string[],
      from: new Date(facts['from'] as string),
      until: new Date((facts['until'] as string | undefined) ?? '9999-01-01'),
      opened: index,
      closed: Infinity,
    });
  }

  private moveEngagement({ hidden, facts, index, type }: LogEntry): void {
    const id = hidden['engagementId'] as string;
    const steps = this.engagements.get(id) ?? [];
    const attestedUntil = type === 'agencies.SecurityAttested' ? new Date(facts['validUntil'] as string) : (steps.at(-1)?.attestedUntil ?? null);
    this.engagements.set(id, [...steps, { index, state: facts['state'] as string, attestedUntil }]);
  }

  private learnBorrower(item: LogEntry['items'][number], index: number): void {
    const borrowerId = item['borrowerId'] as string;
    if (item['personId'] !== undefined) this.persons.set(borrowerId, { person: item['personId'] as string, from: index });
    if (item['creditorId'] !== undefined) this.parties.set(borrowerId, { creditorId: item['creditorId'] as string, borrowerId });
  }
}

function stands(right: ModelRight, { index, at }: Moment): boolean {
  return right.opened <= index && index < right.closed && right.from <= at && at < right.until;
}

function covers(right: ModelRight, subject: Subject): boolean {
  if (right.creditorId !== subject.creditorId) return false;
  return right.kind !== 'GRANT' || (right.borrowerId === subject.borrowerId && (subject.debtId === null || right.debtId === subject.debtId));
}
