/** Older copies restored under a hub: what the doctor says is missing, and what a room and the ledger still do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCosignerKey } from '../../audit/log/cosigner';
import type { Finding } from '../../cli/doctor/finding';
import { runCli } from '../cli/run-cli';
import type { Caller } from '../support/caller';
import { SchemaCopy } from '../support/database-copy';
import { MODES, testHub } from '../support/test-hub';

const GRANT = `mutation ($input: GrantStaffAuthorityInput!) { grantStaffAuthority(input: $input) { __typename ... on StaffAuthorityAccepted { ledgerIndex } } }`;
const SHOWN = 'query ($id: ID!) { creditor(id: $id) { id } }';

describe.each(MODES)('a hub in %s', (mode) => {
  const hub = testHub(mode);
  let creditorId: string;
  let operator: Caller;
  let grants = 0;

  const grant = async () => operator.ask(GRANT, { input: { clientKey: `key-${(grants += 1)}`, staffSub: `staff-${grants}`, purposes: ['SERVICING'], categories: ['BALANCE'], scopes: [], until: new Date(Date.now() + 86_400_000).toISOString() } });
  const copyOf = async (room: string, name: string): Promise<SchemaCopy> => SchemaCopy.take(await hub.database.admin(), room, name);

  async function doctor(more: Readonly<Record<string, string>> = {}): Promise<{ exitCode: number; findings: Finding[] }> {
    const { home, masterKey, database } = hub.config;
    const env = { CESSION_HOME: home, CESSION_MASTER_KEY: masterKey.reveal().toString('base64'), DATABASE_URL: database.url.reveal(), LOG_LEVEL: 'silent', ...more };
    const { exitCode, out, err } = await runCli(['doctor', '--json'], { env });
    expect(err).toBe('');
    return { exitCode, findings: (JSON.parse(out) as { findings: Finding[] }).findings };
  }

  const alarms = async (): Promise<string[]> => ((await (await fetch(`${hub.url}/readyz`)).json()) as { alarms: string[] }).alarms;
  const settled = async (): Promise<void> => void (await operator.until(SHOWN, { id: creditorId }, (data) => data['creditor'] !== null));

  beforeAll(async () => {
    ({ creditorId, operator } = await hub.creditor());
    expect(await grant()).toMatchObject({ data: { grantStaffAuthority: { __typename: 'StaffAuthorityAccepted' } } });
  }, 90_000);

  it('that nobody restored is found in order, while it works', async () => {
    expect(await doctor()).toEqual({ exitCode: 0, findings: [] });
  });

  it('answers reads only in a room that is behind its own entries, until that room is complete again', async () => {
    await settled();
    const older = await copyOf('creditors', `older_${mode.replaceAll(' ', '_')}`);
    expect((await grant()).errors).toEqual([]);
    await hub.stop();
    const newest = await copyOf('creditors', `newest_${mode.replaceAll(' ', '_')}`);
    await older.restore();
    expect(await doctor()).toMatchObject({ exitCode: 1, findings: [{ code: 'ROOM_BEHIND', where: 'creditors', what: expect.stringMatching(/^its record \d+ \(entry \d+\)/) as string, remedy: expect.stringContaining('only reads') as string }] });
    await hub.start();
    const refused = await grant();
    expect(refused.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(await operator.data(SHOWN, { id: creditorId })).toEqual({ creditor: { id: creditorId } });
    expect(await alarms()).toContainEqual(expect.stringMatching(/^creditors: the database is older than the ledger: record \d+ \(entry \d+\) is not in it; only reads/));
    await hub.stop();
    await newest.restore();
    expect(await doctor()).toEqual({ exitCode: 0, findings: [] });
    await hub.start();
    expect((await grant()).errors).toEqual([]);
    expect(await alarms()).toEqual([]);
  }, 60_000);

  // Nothing of it depends on where the rooms run.
  if (mode === 'one process') it('is told which rooms and which witness know more than a ledger that was restored from an older copy', async () => {
    const older = await copyOf('audit', `ledger_${mode.replaceAll(' ', '_')}`);
    expect((await grant()).errors).toEqual([]);
    await settled();
    const admin = await hub.database.admin();
    const signedBefore = (await admin.query<{ size: string }>('select max(size) as size from audit.checkpoint')).rows[0]!.size;
    for (;;) {
      const { rows } = await admin.query<{ behind: boolean }>('select (select min(next_index) from creditors.follower) < (select size from audit.head) or (select max(size) from audit.checkpoint) < (select size from audit.head) as behind');
      if (!rows[0]!.behind) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(Number(signedBefore)).toBeGreaterThan(0);
    await hub.stop();
    const newest = await copyOf('audit', `newer_ledger_${mode.replaceAll(' ', '_')}`);
    const { note } = (await admin.query<{ note: string }>('select note from audit.checkpoint order by size desc limit 1')).rows[0]!;
    const witness = createServer((_request, response) => response.end(note)).listen(0, '127.0.0.1');
    await new Promise((resolve) => witness.once('listening', resolve));
    const witnesses = { CESSION_WITNESSES: `${createCosignerKey('witness.test/w').vkey} http://127.0.0.1:${(witness.address() as AddressInfo).port}` };
    expect(await doctor(witnesses)).toEqual({ exitCode: 0, findings: [] });
    await older.restore();
    const { exitCode, findings } = await doctor(witnesses);
    expect(exitCode).toBe(1);
    const codes = findings.map(({ code, where }) => `${code} ${where}`);
    expect(codes).toEqual(expect.arrayContaining(['LEDGER_BEHIND_ROOM creditors', 'FOLLOWER_AHEAD creditors', 'LEDGER_BEHIND_WITNESS witness witness.test/w']));
    await newest.restore();
    expect(await doctor(witnesses)).toEqual({ exitCode: 0, findings: [] });
    witness.close();
    await hub.start();
    expect((await grant()).errors).toEqual([]);
  }, 60_000);
});
