/** X: what is taken home is complete, verifies without the hub, holds nothing about others, and its taking is on record. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { verifyBundle } from '../../audit/bundle/verify-bundle';
import type { Report } from '../../audit/log/verdict';
import { registerDebt } from '../support/scenario';
import { codesOf, type Cast } from './cast';
import { control } from './control';

/** Offline: from the bytes and the key alone. */
export function verifyOffline(cast: Cast, file: Buffer): Promise<Report> {
  return verifyBundle(Readable.from([file]), { vkey: cast.vkey });
}

async function exported(cast: Cast): Promise<{ file: Buffer; path: string; debtId: string }> {
  const { debtId } = await cast.entrusted();
  const path = await cast.exportPath('regulator', debtId);
  return { file: await cast.download('regulator', path), path, debtId };
}

/** Everything that a file shows in clear or behind base64url. */
function shown(file: Buffer): string {
  const raw = file.toString('latin1');
  return [raw, ...(raw.match(/[A-Za-z0-9_-]{40,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString('latin1'))].join('\n');
}

export const EXPORT_CONTROLS = [
  control('X-01', 'MUST verify offline as complete under the key known from outside', 'RFC 9162; PIPL Art. 55, 56; 网络数据安全管理条例 Art. 12', async (cast) => {
    const { file, debtId } = await exported(cast);
    const report = await verifyOffline(cast, file);
    assert.deepEqual([report.outcome, report.completeness.state, report.streams.map(({ stream, from }) => [stream, from])], ['verified', 'proven', [[`debt:${debtId}`, 1]]]);
    assert.equal(report.counts.missing, 0);
  }),

  control('X-02', 'MUST NOT verify when one bit of it was changed', 'RFC 9162; RFC 8032', async (cast) => {
    const { file } = await exported(cast);
    for (const part of ['debts.DebtRegistered', 'origin', '"_sd"']) {
      const at = file.indexOf(part);
      assert.ok(at > 0, `the file holds ${part}`);
      const altered = Buffer.from(file);
      altered[at + 1]! ^= 1;
      assert.equal((await verifyOffline(cast, altered)).outcome, 'broken', part);
    }
  }),

  control('X-03', 'MUST refuse a regulator what his mandate does not cover, as if it did not exist', 'PIPL Art. 60 ff.; mandate of supervision', async (cast) => {
    const { debtId } = await registerDebt(cast.as('stranger'));
    for (const subject of [debtId, cast.orgOf('stranger')]) assert.deepEqual(codesOf(await cast.requestExport('regulator', subject)), ['NOT_FOUND']);
  }),

  control('X-04', 'MUST record who asked for an export, and every download', '12 CFR 1006.100; PIPL Art. 54', async (cast) => {
    const { debtId } = await registerDebt(cast.operator);
    const path = await cast.exportPath('regulator', debtId);
    await cast.download('regulator', path);
    const types = (await cast.entriesAbout(cast.orgOf('operator'), 'audit.ExportRequested', 'audit.ExportDownloaded')).map(({ type, revealed }) => [type, revealed.some(({ value }) => value.includes(debtId))]);
    assert.deepEqual(types.filter(([, isIt]) => isIt), [['audit.ExportRequested', true], ['audit.ExportDownloaded', true]]);
  }),

  control('X-05', 'MUST give an export to nobody but who asked for it', 'PIPL Art. 51; OWASP API1:2023', async (cast) => {
    const { path } = await exported(cast);
    assert.equal((await cast.send(path)).status, 401);
    for (const role of ['operator', 'stranger', 'agency', 'rival', 'borrower'] as const) {
      const response = await cast.send(path, { token: cast.as(role).token });
      assert.ok([401, 403, 404].includes(response.status), `${role} is answered ${response.status}`);
    }
  }),

  control('X-06', 'MUST hold no id of a subject it is not about', 'PIPL Art. 6; GDPR Art. 5(1)(c)', async (cast) => {
    const { file, debtId } = await exported(cast);
    const neighbour = await cast.entrust();
    const text = shown(file) + shown(await cast.download('regulator', await cast.exportPath('regulator', debtId)));
    assert.ok(text.includes(debtId), 'it names its own subject');
    for (const id of [neighbour.debtId, neighbour.borrowerId, neighbour.placementId]) assert.ok(!text.includes(id), `it does not hold ${id}`);
  }),

  control('X-07', 'MUST let agencies and borrowers take home what is recorded about themselves, and nothing else', 'PIPL Art. 45', async (cast) => {
    const file = await cast.download('agency', await cast.exportPath('agency', cast.orgOf('agency')));
    const report = await verifyOffline(cast, file);
    assert.deepEqual([report.outcome, report.streams.map(({ stream }) => stream)], ['verified', [`agency:${cast.orgOf('agency')}`]]);
    for (const role of ['agency', 'borrower'] as const) assert.deepEqual(codesOf(await cast.requestExport(role, cast.orgOf('operator'))), ['NOT_FOUND'], role);
  }),

  control('X-08', 'SHOULD resume a broken download', 'RFC 9110 section 14', async (cast) => {
    const { file, path } = await exported(cast);
    const rest = await cast.send(path, { token: cast.regulator.token, headers: { range: 'bytes=1000-' } });
    assert.equal(rest.status, 206);
    assert.ok(Buffer.from(await rest.arrayBuffer()).equals(file.subarray(1000)), 'the rest is the rest');
  }),
];
