/** Exports from a stored ledger before and after an erasure: the values change from sealed to erased, and every proof stays. */
import path from 'node:path';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import { writeExport } from '../../audit/export/write-export';
import type { Report } from '../../audit/log/verdict';
import { composeSubmission, type EventDraft } from '../../kernel/event-draft';
import { newId } from '../../schema/ids';
import type { StreamName } from '../../schema/vocabulary';
import { ExportingLedger } from './exporting-ledger';
import { receipts } from './ledger-fixture';

const ledger = new ExportingLedger();
const creditorId = newId('creditor');
const [erased, kept] = [newId('borrower'), newId('borrower')];
const debts = { [erased]: newId('debt'), [kept]: newId('debt') };
/** The writer never asks for it; what is sealed under it stays closed here. */
const KEY = Buffer.alloc(32, 3);

const said = { borrowers: 0, debts: 0 };

async function append(room: 'borrowers' | 'debts', draft: Pick<EventDraft, 'type' | 'facts' | 'hidden' | 'personal' | 'streams'>): Promise<number> {
  ledger.passMinute();
  const submission = composeSubmission({ ...draft, typeVersion: 1, retention: 'DEBT_RECORD', actor: null, occurredAt: ledger.clock() }, KEY);
  const sourceSeq = (said[room] += 1);
  return receipts(await ledger.opened.writer.append(room, 'outbox', [{ ...submission, sourceSeq }], 5_000))[0]!.index;
}

const registerDebt = (borrowerId: string): Promise<number> => {
  const debtId = debts[borrowerId]!;
  const personal = { subject: borrowerId, values: { components: [{ kind: 'PRINCIPAL', minor: 100 }], daysPastDue: 61 } };
  const streams: StreamName[] = [`debt:${debtId}`, `borrower:${borrowerId}`, `creditor:${creditorId}`];
  return append('debts', { type: 'debts.DebtRegistered', facts: { currency: 'CNY' }, hidden: { debtId, creditorId, borrowerId }, personal, streams });
};

const erase = (borrowerId: string): Promise<number> =>
  append('borrowers', { type: 'borrowers.BorrowerErased', facts: { basis: 'PIPL_47', categories: ['IDENTITY'], backupRetentionDays: 35 }, hidden: { borrowerId, creditorId }, streams: [`borrower:${borrowerId}`, `creditor:${creditorId}`] });

let files = 0;
async function exported(stream: StreamName | null, until: Date | null = null): Promise<string> {
  await ledger.sign();
  const { pool, signer, clock } = ledger;
  const file = path.join(ledger.folder, `${(files += 1)}.tar`);
  await writeExport({ pool, signer, policy: null, clock }, { stream, from: null, until, mandate: null, requestedBy: null }, file);
  return file;
}

const verify = (file: string): Promise<Report> => verifyBundle(file, { vkey: ledger.signer.vkey });

describe('an export of a ledger in which a borrower was erased', () => {
  const SUBJECTS: readonly (readonly [string, StreamName | null, { erased: number; sealed: number }])[] = [
    ['the whole log', null, { erased: 2, sealed: 2 }],
    ["the creditor's stream", `creditor:${creditorId}`, { erased: 2, sealed: 2 }],
    ["the erased borrower's stream", `borrower:${erased}`, { erased: 2, sealed: 0 }],
    ["the erased borrower's debt", `debt:${debts[erased]}`, { erased: 2, sealed: 0 }],
    ["another borrower's debt", `debt:${debts[kept]}`, { erased: 0, sealed: 2 }],
  ];
  const before = new Map<string, string>();

  beforeAll(async () => {
    await registerDebt(erased);
    await registerDebt(kept);
    for (const [name, stream] of SUBJECTS) before.set(name, await exported(stream));
    await erase(erased);
  });

  it.each(SUBJECTS)('%s names the erasing entry for what was sealed before, and proves the same', async (name, stream, counts) => {
    const earlier = await verify(before.get(name)!);
    const report = await verify(await exported(stream));
    expect(earlier).toMatchObject({ outcome: 'verified', counts: { erased: 0, missing: 0 } });
    expect(earlier.counts.withheld['sealed'] ?? 0).toBe(counts.erased + counts.sealed);
    expect(report).toMatchObject({ outcome: 'verified', completeness: { state: 'proven' }, counts: { erased: counts.erased, missing: 0 } });
    expect(report.counts.withheld['sealed'] ?? 0).toBe(counts.sealed);
  });

  it('of a time before the erasure still says that the values are gone', async () => {
    const report = await verify(await exported(`creditor:${creditorId}`, new Date('2026-11-21T08:02:30.000Z')));
    expect(report).toMatchObject({ outcome: 'verified', streams: [{ from: 1, to: 2 }], completeness: { reasons: [{ code: 'PERIOD_COMPLETE' }] }, counts: { erased: 2, missing: 0, withheld: { sealed: 2 } } });
  });

  it('covers values that another room sealed before it followed to the erasure', async () => {
    await registerDebt(erased);
    expect(await verify(await exported(`debt:${debts[erased]}`))).toMatchObject({ outcome: 'verified', counts: { erased: 4, missing: 0 } });
    expect(await verify(await exported(null))).toMatchObject({ outcome: 'verified', counts: { erased: 4, missing: 0 } });
  });
});
