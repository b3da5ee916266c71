/** The log that the examples of audit/FORMAT.md are taken from: its key, its parties, its events. */
import { createHash } from 'node:crypto';
import type { EventDraft } from '../../../audit/log/event';
import { createSigningKey } from '../../../audit/log/note-key';

export const ORIGIN = 'cession.example/ledger';
export const KEY = createSigningKey(ORIGIN, Buffer.from(Array.from({ length: 32 }, (_, i) => i)));
export const AGENCY = 'agency_0000000000000000000000000a';
export const CREDITOR = 'creditor_0000000000000000000000000c';
export const DEBT = 'debt_0000000000000000000000000d';
export const BORROWER = 'borrower_0000000000000000000000000b';

export const EVENTS: readonly { draft: EventDraft; streams: readonly string[]; source: string }[] = [
  {
    draft: {
      type: 'audit.LedgerCreated',
      typeVersion: 1,
      id: 'event_00000000000000000000000000',
      occurredAt: '2026-11-21T20:20:10.000Z',
      actor: { audience: 'SYSTEM', method: 'worker' },
      facts: { origin: ORIGIN, vkey: KEY.vkey },
      retention: 'OPERATION',
    },
    streams: ['source:audit'],
    source: 'audit',
  },
  {
    draft: {
      type: 'agencies.AgencyRegistered',
      typeVersion: 1,
      id: 'event_00000000000000000000000001',
      occurredAt: '2026-11-21T20:20:11.000Z',
      actor: { audience: 'INTERNAL', method: 'passport' },
      facts: { jurisdiction: 'CN' },
      retention: 'STANDING',
      structural: { agencyId: { value: AGENCY, reveal: null } },
    },
    streams: [`agency:${AGENCY}`, 'source:agencies'],
    source: 'agencies',
  },
  {
    draft: {
      type: 'debts.DebtRegistered',
      typeVersion: 1,
      id: 'event_00000000000000000000000002',
      occurredAt: '2026-11-21T20:20:10.123Z',
      actor: { audience: 'INTERNAL', method: 'passport' },
      purpose: 'SERVICING',
      decision: { at: '2026-11-21T20:20:10.120Z', index: 1, outcome: 'ALLOW', rulePack: 'base/1', rules: ['DEBT-OWN-CREDITOR'] },
      operation: { documentHash: createHash('sha256').update('mutation').digest('hex'), name: 'RegisterDebt', requestId: 'request-1' },
      facts: { asOf: '2026-11-21', currency: 'CNY', product: 'CREDIT_CARD', region: '上海' },
      retention: 'DEBT_RECORD',
      structural: { creditorId: { value: CREDITOR, reveal: null }, debtId: { value: DEBT, reveal: null }, borrowerId: { value: BORROWER, reveal: null } },
      personal: [
        { subject: BORROWER, name: 'components', value: [{ kind: 'PRINCIPAL', minor: 123456 }] },
        { subject: BORROWER, name: 'daysPastDue', value: 62 },
      ],
    },
    streams: [`creditor:${CREDITOR}`, `debt:${DEBT}`, `borrower:${BORROWER}`, 'source:debts'],
    source: 'debts',
  },
  {
    draft: {
      type: 'borrowers.BorrowerErased',
      typeVersion: 1,
      id: 'event_00000000000000000000000003',
      occurredAt: '2026-11-21T20:20:13.000Z',
      actor: { audience: 'INTERNAL', method: 'passport' },
      facts: { backupRetentionDays: 35, basis: 'PIPL_47', categories: ['ADDRESS', 'CONTACT', 'EMPLOYMENT', 'IDENTITY'] },
      retention: 'STANDING',
      structural: { borrowerId: { value: BORROWER, reveal: null }, creditorId: { value: CREDITOR, reveal: null } },
    },
    streams: [`creditor:${CREDITOR}`, `borrower:${BORROWER}`, 'source:borrowers'],
    source: 'borrowers',
  },
];
