/** A log in which much happens: releases of personal data, refusals, several parties and purposes, over months; and hostile texts. */
import type { EventDraft } from '../../../audit/log/event';
import { createdEvent, debtEvent, type SampleEvent } from '../sample-log';

const party = (kind: string, n: number): string => `${kind}_${String(n).padStart(26, '0')}`;
export const CREDITOR = party('creditor', 1);
export const AGENCY = party('agency', 1);
export const REGULATOR = party('regulator', 1);
export const HOSTILE = `</td><script>alert("x")</script><img src=x onerror='alert(1)'>=1+1\u202e`;

const PURPOSES = ['COLLECTION', 'SERVICING', 'SUPERVISION'];
const CATEGORIES = [['CONTACT', 'BALANCE'], ['IDENTITY'], ['CONTACT', 'CONTACT', 7]];

function released(n: number): SampleEvent {
  const { draft } = debtEvent(n);
  const audience = n % 2 === 0 ? 'PARTNER' : 'INTERNAL';
  const org = audience === 'PARTNER' ? AGENCY : CREDITOR;
  const event: EventDraft = {
    ...draft,
    type: 'borrowers.DataDisclosed',
    actor: { audience, method: 'token' },
    purpose: PURPOSES[n % 3] as string,
    facts: { categories: CATEGORIES[n % 3] as string[], channel: 'GRAPHQL', fields: ['Borrower.phones'], subjects: 1 },
    structural: { actorOrg: { value: org, reveal: null }, agencyId: { value: AGENCY, reveal: null }, hidden: { value: HOSTILE, reveal: null } },
  };
  return { draft: event, streams: [`borrower:borrower_${n % 3}`, `creditor:${CREDITOR}`, `agency:${AGENCY}`], source: 'borrowers/direct' };
}

function refused(n: number): SampleEvent {
  const { draft } = debtEvent(n);
  const event: EventDraft = {
    ...draft,
    type: 'debts.ReleaseRefused',
    purpose: null,
    facts: { ruleId: n % 2 === 0 ? 'RELEASE-RIGHT-STANDS' : 'NO-RULE-KNOWN', count: n, since: '2026-11-21T08:00:00.000Z', note: HOSTILE },
    structural: { actorOrg: { value: AGENCY, reveal: null }, regulatorId: { value: REGULATOR, reveal: [`creditor:${CREDITOR}`] } },
  };
  return { draft: event, streams: [`creditor:${CREDITOR}`, `agency:${AGENCY}`], source: 'debts' };
}

/** Every fourth entry is a release, every eighth a refusal; the others are debts registered. */
export function busyEvents(size: number): SampleEvent[] {
  return Array.from({ length: size }, (_, n) => (n === 0 ? createdEvent() : n % 8 === 7 ? refused(n) : n % 4 === 2 ? released(n) : debtEvent(n)));
}

/** A month between one entry and the next. */
export const monthly = (index: number): string => new Date(Date.UTC(2020, index, 1 + (index % 20))).toISOString();
