/** The hub while parts of it are gone: what still answers, what waits, and that nothing acknowledged is ever lost or doubled. */
import type { Caller } from '../support/caller';
import { key, place, qualifiedEngagement, registerAgency, registerDebt, signAgreement, type RegisteredDebt } from '../support/scenario';
import { KILLABLE_MODES, MODES, testHub, type TestHub } from '../support/test-hub';
import { WholeLog } from '../support/whole-log';

const READ = `query ($id: ID!) { debt(id: $id) { id state product balance { minor } borrower { phones } } }`;
const REGISTER = `mutation ($input: RegisterBorrowerInput!) {
  registerBorrower(input: $input) { __typename ... on BorrowerRegistered { ledgerIndex pending borrower { id } } }
}`;
const PROPOSE = `mutation ($input: ProposePlacementInput!) { proposePlacement(input: $input) { __typename ... on PlacementChanged { ledgerIndex pending } } }`;

interface Registered {
  readonly registerBorrower: { readonly ledgerIndex: number | null; readonly pending: boolean; readonly borrower: { readonly id: string } };
}

const register = (operator: Caller, clientKey: string) => operator.data<Registered>(REGISTER, { input: { clientKey, name: 'Synthetic Person' } });

describe.each(MODES)('while the ledger is away, in %s', (mode) => {
  const hub = testHub(mode, { receiptDeadlineMs: 400, followerBoundMs: 700 });
  const log = new WholeLog(hub.database);
  let operator: Caller;
  let agency: Caller;
  let debt: RegisteredDebt;
  let free: { readonly debtId: string; readonly agencyId: string; readonly agreementId: string };

  beforeAll(async () => {
    ({ operator } = await hub.creditor());
    const agencyId = await registerAgency(operator);
    await qualifiedEngagement(operator, agencyId);
    const agreementId = await signAgreement(operator, agencyId);
    agency = await hub.caller('PARTNER', agencyId, { purpose: 'COLLECTION' });
    debt = await registerDebt(operator);
    await place(operator, agency, { debtId: debt.debtId, agencyId, agreementId });
    free = { debtId: (await registerDebt(operator)).debtId, agencyId, agreementId };
  });

  it('personal fields are withheld and say why, and the rest answers', async () => {
    const answer = await hub.whileLedgerIsAway(() => agency.ask(READ, { id: debt.debtId }));
    expect(answer.data).toEqual({ debt: { id: debt.debtId, state: 'OPEN', product: 'CREDIT_CARD', balance: null, borrower: { phones: null } } });
    expect(answer.errors.map(({ path }) => path!.join('.')).sort()).toEqual(['debt.balance', 'debt.borrower.phones']);
    for (const { extensions } of answer.errors) expect(extensions).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    await agency.until(READ, { id: debt.debtId }, (data) => (data['debt'] as { balance: unknown } | null)?.balance !== null);
  });

  it('commands are kept and pending, and get their one index when it is back', async () => {
    const clientKeys = [key(), key(), key()];
    const away = await hub.whileLedgerIsAway(() => Promise.all(clientKeys.map((clientKey) => register(operator, clientKey))));
    expect(away.map(({ registerBorrower }) => [registerBorrower.pending, registerBorrower.ledgerIndex])).toEqual(clientKeys.map(() => [true, null]));
    await log.check();
    const back = await Promise.all(clientKeys.map((clientKey) => register(operator, clientKey)));
    expect(back.map(({ registerBorrower }) => registerBorrower.borrower)).toEqual(away.map(({ registerBorrower }) => registerBorrower.borrower));
    for (const { registerBorrower } of back) expect(registerBorrower).toMatchObject({ pending: false, ledgerIndex: expect.any(Number) as number });
    expect(new Set(back.map(({ registerBorrower }) => registerBorrower.ledgerIndex)).size).toBe(clientKeys.length);
  });

  it(mode === 'one process' ? 'a gate still decides, as long as the log can be read, and its record waits' : 'gates refuse', async () => {
    const propose = () => operator.ask(PROPOSE, { input: { clientKey: key(), ...free } });
    const answer = await hub.whileLedgerIsAway(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return propose();
    });
    if (mode === 'one process') expect(answer.data).toEqual({ proposePlacement: { __typename: 'PlacementChanged', ledgerIndex: null, pending: true } });
    else expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAVAILABLE' } }]);
    await log.check();
  });
});

/** Registers borrowers as fast as it can until the hub is gone; answers whose registration was acknowledged. */
async function registerUntilGone(operator: Caller, acknowledged: Map<string, string>): Promise<void> {
  for (;;) {
    const clientKey = key();
    try {
      const { registerBorrower } = await register(operator, clientKey);
      acknowledged.set(clientKey, registerBorrower.borrower.id);
    } catch {
      return;
    }
  }
}

async function killAtWork(hub: TestHub, operator: Caller, kill: () => Promise<void>): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>();
  const working = Array.from({ length: 6 }, () => registerUntilGone(operator, acknowledged));
  while (acknowledged.size < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  await kill();
  await Promise.all(working);
  await hub.start();
  return acknowledged;
}

async function expectAllKept(log: WholeLog, operator: Caller, acknowledged: Map<string, string>): Promise<void> {
  await log.check();
  const registered = (await log.events('borrowers.BorrowersRegistered')).flatMap(({ items }) => items.flatMap((item) => (item['creditorId'] === undefined ? [] : [item['borrowerId']])));
  expect(new Set(registered).size).toBe(registered.length);
  expect([...acknowledged.values()].filter((id) => !registered.includes(id))).toEqual([]);
  for (const [clientKey, id] of [...acknowledged].slice(-20)) {
    expect((await register(operator, clientKey)).registerBorrower).toMatchObject({ pending: false, borrower: { id } });
  }
}

const KILLS: Readonly<Record<(typeof KILLABLE_MODES)[number], readonly (readonly [string, (hub: TestHub) => Promise<void>])[]>> = {
  'one process of its own': [['the hub', (hub) => hub.killAll()]],
  'many processes': [
    ['the whole hub', (hub) => hub.killAll()],
    ["the ledger's process", (hub) => hub.killProcess('audit/main.js')],
    ["the borrowers room's process", (hub) => hub.killProcess('subgraphs/borrowers/main.js')],
  ],
};

describe.each(KILLABLE_MODES)('a hub started again, in %s', (mode) => {
  const hub = testHub(mode);
  const log = new WholeLog(hub.database);

  it.each(KILLS[mode])('after kill -9 of %s at work holds everything acknowledged, once', async (_what, kill) => {
    const { operator } = await hub.creditor();
    const acknowledged = await killAtWork(hub, operator, () => kill(hub));
    await expectAllKept(log, operator, acknowledged);
  });
});
