/** An older copy of the key store restored under a hub: who is refused what, what the doctor names, and that the way out brings everything back. */
import { runCli } from '../cli/run-cli';
import type { Caller } from '../support/caller';
import { RestoredHub } from '../support/restored-hub';
import { eraseBorrower, key, registerBorrower, registerDebt } from '../support/scenario';
import { testHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const NAME = 'query ($id: ID!) { borrower(id: $id) { id name } }';
const REGISTER = 'mutation ($input: RegisterBorrowerInput!) { registerBorrower(input: $input) { __typename ... on Refusal { ruleId remedy } } }';
const PAY = 'mutation ($input: RegisterDebtInput!) { registerDebt(input: $input) { __typename } }';

describe('a hub whose key store was restored from an older copy', () => {
  const hub = testHub('one process');
  const restored = new RestoredHub(hub);
  const log = new WholeLog(hub.database);
  let operator: Caller;

  beforeAll(async () => {
    ({ operator } = await hub.creditor());
  }, 90_000);

  const isErased = async (borrowerId: string): Promise<boolean> =>
    (await (await hub.database.admin()).query('select from keystore.subject_key where subject_id = $1 and wrapped is null', [borrowerId])).rowCount === 1;

  it('takes no key that is missing for a destroyed one, makes none, destroys again what came back, and loses nothing (fault: an older copy of the key store is restored, persisted)', async () => {
    const [early, erased] = [await registerBorrower(operator, 'Early Person'), await registerBorrower(operator, 'Erased Person')];
    const older = await restored.copyOf('keystore');
    expect(await eraseBorrower(operator, erased)).toMatchObject({ pending: false });
    await restored.until(() => isErased(erased));
    const late = await registerBorrower(operator, 'Late Person');
    await hub.stop();
    const newest = await restored.copyOf('keystore');
    await older.restore();
    expect(await restored.doctor()).toMatchObject({
      exitCode: 1,
      findings: [
        { code: 'KEY_STORE_BEHIND', where: 'keystore', what: 'the keys of 1 borrowers', remedy: expect.stringContaining('Restore a later backup of the key store') as string },
        { code: 'KEY_STORE_HOLDS_ERASED', where: 'keystore', what: 'the destruction of 1 keys of erased borrowers', remedy: expect.stringContaining('Start the hub') as string },
      ],
    });

    await hub.start();
    await restored.ready();
    await restored.until(() => isErased(erased));
    expect((await restored.doctor()).findings).toMatchObject([{ code: 'KEY_STORE_BEHIND' }]);
    expect(await restored.alarms()).toEqual([expect.stringMatching(/^borrowers: the key store is older than the room/)]);
    const shown = await operator.ask(NAME, { id: late });
    expect(shown.data).toEqual({ borrower: { id: late, name: null } });
    expect(shown.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    expect(await operator.data(NAME, { id: early })).toEqual({ borrower: { id: early, name: 'Early Person' } });
    expect(await operator.data(NAME, { id: erased })).toEqual({ borrower: { id: erased, name: null } });
    expect(await operator.data(REGISTER, { input: { clientKey: key(), name: 'Refused Person' } })).toEqual({ registerBorrower: { __typename: 'Refusal', ruleId: 'ROOM-WHOLE', remedy: expect.any(String) as string } });
    const debt = { clientKey: key(), borrowerId: late, reference: 'R-late', product: 'CREDIT_CARD', region: 'TW', currency: 'TWD', components: { principal: 5 }, daysPastDue: 60, asOf: '2026-11-20' };
    expect((await operator.ask(PAY, { input: debt })).errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    const { csv, mapping } = await restored.portfolio();
    const { code } = (await (await hub.database.admin()).query<{ code: string }>('select code from creditors.creditor limit 1')).rows[0]!;
    const command = ['import', 'portfolio', csv, '--creditor', code, '--mapping', mapping];
    expect(await runCli(command, { env: restored.environment() })).toMatchObject({ exitCode: 69, err: expect.stringContaining('The key store is older than the borrowers room') as string });

    await newest.restore();
    await restored.until(async () => (await restored.alarms()).length === 0);
    expect(await restored.doctor()).toEqual({ exitCode: 0, findings: [] });
    expect(await operator.data(NAME, { id: late })).toEqual({ borrower: { id: late, name: 'Late Person' } });
    expect(await operator.data(PAY, { input: debt })).toEqual({ registerDebt: { __typename: 'DebtRegistered' } });
    expect(await isErased(erased)).toBe(true);
    await registerDebt(operator, { borrowerId: late });
    expect(await runCli(command, { env: restored.environment() })).toMatchObject({ exitCode: 0 });
    await log.check();
  }, 60_000);
});
