/** The end of the tour: the regulator takes the evidence home, and finds out there whether it was touched. */
import { setTimeout as pause } from 'node:timers/promises';
import { expectAccepted, valueAt } from './expectation';
import type { LocalWork } from './local-work';
import { OPERATIONS } from './operations';
import type { Step, StepWork } from './step';

/** An export of a tour takes well under a second; a busy hub may take longer. */
const EXPORT_WAIT_MS = 20_000;
const EXPORT_POLL_MS = 200;
/** Not at the beginning: what is found there is found by its name, not by a hash. */
const FLIPPED_SHARE = 0.6;

export function exportStep(local: LocalWork): Step {
  return {
    id: 'export',
    title: { en: 'The regulator requests an export of the creditor and downloads it', zh: '监管机构申请并下载债权人导出' },
    async run(work) {
      await work.admit('regulator', local.regulatorId);
      const { path, bytes } = await requestedExport(work, 'export');
      const resumed = await work.download('regulator', path, Math.floor(bytes.length / 2));
      work.expect('an interrupted download goes on where it ended', resumed.status === 206 && bytes.subarray(Math.floor(bytes.length / 2)).equals(resumed.bytes));
      work.learn('exportFile', await local.keep('export.cession', bytes));
    },
  };
}

/** Requests an export of the creditor, waits for it and downloads it. `name` makes the request one of its own. */
export async function requestedExport(work: StepWork, name: string): Promise<{ readonly path: string; readonly bytes: Buffer }> {
  const input = { clientKey: work.clientKey(name), subjectId: work.fact('creditorId') };
  const requested = await work.ask('regulator', { operation: OPERATIONS.requestExport.text, variables: { input } });
  expectAccepted(work, requested, 'requestExport');
  const exportId = valueAt(requested, 'requestExport.export.id');
  let state: unknown = null;
  let answer = requested;
  for (const until = Date.now() + EXPORT_WAIT_MS; state !== 'READY' && state !== 'FAILED' && Date.now() < until; await pause(EXPORT_POLL_MS)) {
    answer = await work.ask('regulator', { operation: OPERATIONS.readExport.text, variables: { export: exportId } });
    state = valueAt(answer, 'export.state');
  }
  work.expect('it becomes ready', state === 'READY');
  const path = String(valueAt(answer, 'export.path'));
  const { status, bytes } = await work.download('regulator', path);
  work.expect('it is downloaded', status === 200 && bytes.length > 0);
  return { path, bytes };
}

export function verificationStep(local: LocalWork): Step {
  return {
    id: 'verification',
    title: { en: 'Offline, without hub or database: the export is verified, and nothing is missing from it', zh: '离线验证导出，无需系统与数据库，且无遗漏' },
    async run(work) {
      const file = work.fact('exportFile');
      const vkey = await work.act('cession ledger key', async () => {
        const result = await local.readLedgerKey();
        return { result, told: result };
      });
      const report = await work.act(`cession verify ${file} --key ${vkey}`, async () => {
        const result = await local.verify(file, vkey);
        const { outcome, kind, size, counts, integrity, completeness } = result;
        return { result, told: { outcome, kind, size, entries: counts.entries, integrity: integrity.state, completeness: completeness.state } };
      });
      work.expect('it is verified under the key given from outside', report.outcome === 'verified' && report.keyGiven);
      work.expect('it holds entries', report.counts.entries > 0);
      work.expect('it proves that no entry of the creditor is missing', report.completeness.state === 'proven');
    },
  };
}

export function tamperingStep(local: LocalWork): Step {
  return {
    id: 'tampering',
    title: { en: 'One byte is flipped: the verification finds it and names the place', zh: '改动一个字节：验证发现并指出位置' },
    async run(work) {
      const bytes = await local.read(work.fact('exportFile'));
      const place = Math.floor(bytes.length * FLIPPED_SHARE);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      const file = await local.keep('flipped.cession', bytes);
      const vkey = await local.readLedgerKey();
      const report = await work.act(`cession verify ${file} --key …   # byte ${place} of ${bytes.length} flipped`, async () => {
        const result = await local.verify(file, vkey);
        return { result, told: { outcome: result.outcome, found: result.integrity.reasons } };
      });
      work.expect('it is broken', report.outcome === 'broken');
      work.expect('the place is named', report.integrity.reasons.some(({ file: named }) => named !== undefined));
    },
  };
}
