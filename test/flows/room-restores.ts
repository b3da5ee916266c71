/**
 * Older copies of rooms restored under a hub, as a table of room × while it was stopped or at work: what the doctor and the room
 * say, what goes on, and that after the way out nothing acknowledged is lost or there twice. The same in every mode.
 */
import { runCli } from '../cli/run-cli';
import { RestoredHub } from '../support/restored-hub';
import { key, registerAgency, registerBorrower, registerDebt } from '../support/scenario';
import { testHub, type Mode } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';
import type { Caller } from '../support/caller';
import type { SchemaCopy } from '../support/database-copy';

const ROOMS_OF_ROWS = ['creditors', 'agencies', 'borrowers', 'debts'] as const;
type RoomOfRows = (typeof ROOMS_OF_ROWS)[number];

interface Written {
  readonly ruleId?: string;
  readonly remedy?: string;
  readonly ledgerIndex?: number | null;
}

/** Registers its tests in the describe block it is called in. */
export function roomRestores(mode: Mode): void {
  const hub = testHub(mode);
  const restored = new RestoredHub(hub);
  const log = new WholeLog(hub.database);
  /** By client key: which room acknowledged it, and where. */
  const acknowledged = new Map<string, { readonly room: RoomOfRows; readonly index: number }>();
  const ids = new Map<RoomOfRows, string>();
  let operator: Caller;
  let borrowerId: string;

  const inputs: Readonly<Record<RoomOfRows, (clientKey: string) => readonly [mutation: string, inputType: string, accepted: string, input: object]>> = {
    creditors: (clientKey) => ['grantStaffAuthority', 'GrantStaffAuthorityInput', 'StaffAuthorityAccepted', { staffSub: `staff-${clientKey}`, purposes: ['SERVICING'], categories: ['BALANCE'], scopes: [], until: '2027-06-01T00:00:00.000Z' }],
    agencies: (clientKey) => ['registerAgency', 'RegisterAgencyInput', 'AgencyAccepted', { name: 'Test Collections Ltd', jurisdiction: 'CN', registrationNumber: `REG-${clientKey}` }],
    borrowers: () => ['registerBorrower', 'RegisterBorrowerInput', 'BorrowerRegistered', { name: 'Synthetic Person' }],
    debts: (clientKey) => ['registerDebt', 'RegisterDebtInput', 'DebtRegistered', { borrowerId, reference: `R-${clientKey}`, product: 'CREDIT_CARD', region: 'TW', currency: 'TWD', components: { principal: 100_000 }, daysPastDue: 60, asOf: '2026-11-20' }],
  };

  async function write(room: RoomOfRows, clientKey = key()): Promise<Written> {
    const [mutation, inputType, accepted, input] = inputs[room](clientKey);
    const document = `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { __typename ... on Refusal { ruleId remedy } ... on ${accepted} { ledgerIndex } } }`;
    const written = (await operator.data<Record<string, Written>>(document, { input: { clientKey, ...input } }))[mutation]!;
    if (typeof written.ledgerIndex === 'number') acknowledged.set(clientKey, { room, index: written.ledgerIndex });
    return written;
  }

  async function read(room: RoomOfRows): Promise<unknown> {
    const field = { creditors: 'creditor', agencies: 'agency', borrowers: 'borrower', debts: 'debt' }[room];
    return (await operator.data(`query ($id: ID!) { ${field}(id: $id) { id } }`, { id: ids.get(room)! }))[field];
  }

  /** The whole log holds, what was acknowledged is where it was said to be, a repeat changes nothing, and writing goes on. */
  async function checkAfterwards(): Promise<void> {
    for (const room of ROOMS_OF_ROWS) expect(await write(room)).toMatchObject({ ledgerIndex: expect.any(Number) as number });
    const size = await log.saidCount();
    for (const [clientKey, { room, index }] of acknowledged) expect(await write(room, clientKey)).toMatchObject({ ledgerIndex: index });
    expect(await log.saidCount()).toBe(size);
    await log.check();
    const types = new Map((await log.entries()).map(({ index, type }) => [index, type]));
    for (const { room, index } of acknowledged.values()) expect(types.get(index)?.split('.')[0]).toBe(room);
  }

  beforeAll(async () => {
    const begun = await hub.creditor();
    operator = begun.operator;
    borrowerId = await registerBorrower(operator);
    ids.set('creditors', begun.creditorId).set('agencies', await registerAgency(operator)).set('borrowers', borrowerId).set('debts', (await registerDebt(operator, { borrowerId })).debtId);
  }, 90_000);

  it('is found in order while nobody restored anything and it works', async () => {
    expect(await restored.doctor()).toEqual({ exitCode: 0, findings: [] });
  });

  it('whose rooms were restored while it was stopped only reads in them, until they are complete again', async () => {
    const older: SchemaCopy[] = [];
    const newest: SchemaCopy[] = [];
    for (const room of ROOMS_OF_ROWS) older.push(await restored.copyOf(room));
    for (const room of ROOMS_OF_ROWS) await write(room);
    await hub.stop();
    for (const room of ROOMS_OF_ROWS) newest.push(await restored.copyOf(room));
    for (const copy of older) await copy.restore();
    const found = await restored.doctor();
    expect(found.exitCode).toBe(1);
    expect(found.findings.map(({ code, where }) => `${code} ${where}`).sort()).toEqual(ROOMS_OF_ROWS.map((room) => `ROOM_BEHIND ${room}`).sort());
    for (const { what, remedy } of found.findings) expect([what, remedy]).toEqual([expect.stringMatching(/^its record \d+ \(entry \d+\)/), expect.stringContaining('only reads')]);
    await hub.start();
    await restored.ready();
    for (const room of ROOMS_OF_ROWS) {
      expect(await write(room)).toMatchObject({ ruleId: 'ROOM-WHOLE', remedy: expect.stringContaining('same clientKey') as string });
      expect(await read(room)).toEqual({ id: ids.get(room) });
      expect(await restored.alarms()).toContainEqual(expect.stringMatching(new RegExp(`^${room}: the database is older than the ledger: record \\d+ \\(entry \\d+\\) is not in it; only reads`)));
    }
    for (const copy of newest) await copy.restore();
    await restored.until(async () => (await restored.alarms()).length === 0);
    expect(await restored.doctor()).toEqual({ exitCode: 0, findings: [] });
    await checkAfterwards();
  }, 60_000);

  it.each(ROOMS_OF_ROWS)('refuses at once in its %s room, and nowhere else, when that is restored while it works', async (room) => {
    const older = await restored.copyOf(room);
    await write(room);
    const newest = await restored.copyOf(room);
    await older.restore();
    const refusedKey = key();
    expect(await write(room, refusedKey)).toMatchObject({ ruleId: 'ROOM-WHOLE' });
    for (const other of ROOMS_OF_ROWS) if (other !== room) expect(await write(other)).toMatchObject({ ledgerIndex: expect.any(Number) as number });
    expect(await read(room)).toEqual({ id: ids.get(room) });
    expect((await restored.doctor()).findings).toMatchObject([{ code: 'ROOM_BEHIND', where: room }]);
    await newest.restore();
    await restored.until(async () => (await write(room, refusedKey)).ruleId === undefined);
    await checkAfterwards();
    expect(await restored.alarms()).toEqual([]);
  }, 60_000);

  // Nothing of it depends on where the rooms run.
  if (mode === 'one process') it.each([
    ['debts', 'import'],
    ['borrowers', 'import'],
    ['creditors', 'init'],
  ] as const)('takes nothing from the command line into its %s room while that is behind: %s', async (room, name) => {
    const { csv, mapping } = await restored.portfolio();
    const { code } = (await (await hub.database.admin()).query<{ code: string }>('select code from creditors.creditor limit 1')).rows[0]!;
    const command = name === 'import' ? ['import', 'portfolio', csv, '--creditor', code, '--mapping', mapping] : ['init', '--creditor', 'OTHER', '--name', 'Other Bank', '--operator', 'somebody'];
    const older = await restored.copyOf(room);
    await write(room);
    const newest = await restored.copyOf(room);
    await older.restore();
    const refused = await runCli(command, { env: restored.environment() });
    expect(refused).toMatchObject({ exitCode: 69, out: '' });
    expect(refused.err).toMatch(new RegExp(`The ${room} room was restored from an older copy: its record \\d+ \\(entry \\d+\\) is not in it\\. \\[ROOM-WHOLE\\]\\n {2}→ Restore a later backup`));
    await newest.restore();
    await restored.until(async () => (await write(room)).ruleId === undefined);
    if (name === 'import') expect(await runCli(command, { env: restored.environment() })).toMatchObject({ exitCode: 0 });
    await checkAfterwards();
  }, 60_000);
}
