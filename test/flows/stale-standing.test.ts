/**
 * A recall or a suspension that lands between a decision and its entry, made to happen: exact at the ledger, although the
 * room that decided could not know. Real rooms and a real ledger; only the moment of the append is the test's.
 */
import type { Actor } from '../../kernel/actor';
import type { Ledger } from '../../kernel/ledger';
import type { RoomName } from '../../schema/vocabulary';
import { agenciesRoom } from '../../subgraphs/agencies/subgraph';
import { borrowersRoom } from '../../subgraphs/borrowers/subgraph';
import { creditorsRoom } from '../../subgraphs/creditors/subgraph';
import { debtsRoom } from '../../subgraphs/debts/subgraph';
import { RoomCommanders } from '../support/room-commander';
import { acceptPlacement, moveEngagement, proposePlacement, qualifiedEngagement, recallPlacement, registerAgency, registerDebt, signAgreement, type Commander, type RegisteredDebt } from '../support/scenario';
import { testRooms } from '../support/test-rooms';
import { agencyActor, openBank } from '../support/two-banks';
import { WholeLog } from '../support/whole-log';

/** Holds appends of one room and channel back until the test lets them go. */
class Gate {
  private closedFor: string | null = null;
  private arrived: () => void = () => undefined;
  private open: () => void = () => undefined;
  private opened: Promise<void> = Promise.resolve();

  /** Resolves when an append waits at the gate. */
  close(room: RoomName, channel: string): Promise<void> {
    this.closedFor = `${room} ${channel}`;
    this.opened = new Promise((resolve) => (this.open = resolve));
    return new Promise((resolve) => (this.arrived = resolve));
  }

  release(): void {
    this.closedFor = null;
    this.open();
  }

  wrap = (ledger: Ledger): Ledger => ({
    room: ledger.room,
    sentAfter: (...asked) => ledger.sentAfter(...asked),
    read: (...asked) => ledger.read(...asked),
    append: async (channel, ...rest) => {
      if (this.closedFor === `${ledger.room} ${channel}`) {
        this.arrived();
        await this.opened;
      }
      return ledger.append(channel, ...rest);
    },
  });
}

const gate = new Gate();
const rooms = testRooms([creditorsRoom, agenciesRoom, borrowersRoom, debtsRoom], { wrapLedger: gate.wrap });
const log = new WholeLog(rooms.database);
const commanders = new RoomCommanders(rooms);

const READ_DEBT = 'query ($id: ID!) { debt(id: $id) { id balance { minor } } }';
const READ_BORROWER = 'query ($id: ID!) { borrower(id: $id) { id phones } }';

let operator: Commander;
let agency: Actor;
let agreementId: string;
let engagementId: string;

beforeAll(async () => {
  operator = commanders.as((await openBank(rooms, 'STALE')).operator);
  const agencyId = await registerAgency(operator);
  agency = agencyActor(agencyId);
  engagementId = await qualifiedEngagement(operator, agencyId);
  agreementId = await signAgreement(operator, agencyId);
});

afterEach(() => gate.release());

async function propose(): Promise<RegisteredDebt & { placementId: string }> {
  const debt = await registerDebt(operator);
  const { placement } = await proposePlacement(operator, { debtId: debt.debtId, agencyId: agency.org, agreementId });
  return { ...debt, placementId: placement!.id };
}

async function entrust(): Promise<RegisteredDebt & { placementId: string }> {
  const proposed = await propose();
  await acceptPlacement(commanders.as(agency), proposed.placementId);
  await rooms.settled();
  return proposed;
}

describe('a recall between the decision of a read and its entry', () => {
  it.each([
    ['debts', READ_DEBT, ({ debtId }: RegisteredDebt) => debtId, { debt: null }],
    ['borrowers', READ_BORROWER, ({ borrowerId }: RegisteredDebt) => borrowerId, { borrower: null }],
  ] as const)('lets nothing out of the %s room', async (room, document, idOf, nothing) => {
    const entrusted = await entrust();
    const waits = gate.close(room, 'direct');
    const reading = rooms.execute(room, agency, document, { id: idOf(entrusted) });
    await waits;
    const { ledgerIndex: recalledAt } = await recallPlacement(operator, entrusted.placementId);
    gate.release();
    expect(await reading).toMatchObject({ data: nothing });
    const released = (await log.events(`${room}.DataDisclosed`)).filter(({ hidden, index }) => hidden['actorOrg'] === agency.org && index > recalledAt!);
    expect(released).toEqual([]);
  });

  it('does not disturb a read of another debt of the same agency', async () => {
    const [kept, recalled] = [await entrust(), await entrust()];
    const waits = gate.close('debts', 'direct');
    const reading = rooms.execute('debts', agency, READ_DEBT, { id: kept.debtId });
    await waits;
    await recallPlacement(operator, recalled.placementId);
    gate.release();
    expect(await reading).toMatchObject({ data: { debt: { balance: { minor: 106_000 } } } });
  });
});

describe('a suspension between the decision of a command and its entry', () => {
  const suspendMeanwhile = async (command: () => Promise<unknown>): Promise<unknown> => {
    const waits = gate.close('debts', 'outbox');
    const commanding = command();
    await waits;
    await moveEngagement(operator, 'suspend', engagementId);
    gate.release();
    return commanding;
  };

  afterEach(() => moveEngagement(operator, 'reinstate', engagementId));

  it('voids a proposal, and its withdrawal takes its number', async () => {
    const { debtId } = await registerDebt(operator);
    const answer = await suspendMeanwhile(() => proposePlacement(operator, { debtId, agencyId: agency.org, agreementId }));
    expect(answer).toMatchObject({ __typename: 'PlacementChanged', pending: false, placement: { state: 'VOIDED', grant: null } });
    const ofDebt = (await log.entries()).filter(({ hidden, type }) => hidden['debtId'] === debtId && type.startsWith('debts.Placement'));
    expect(ofDebt).toMatchObject([{ type: 'debts.PlacementVoided', facts: { state: 'VOIDED', reason: 'PLACEMENT-ENGAGEMENT-QUALIFIED' } }]);
    const { sourceSeq } = ofDebt[0]!.parsed;
    const before = (await log.entries()).filter(({ parsed, index }) => parsed.source === 'debts' && index < ofDebt[0]!.index).at(-1)!;
    expect(sourceSeq).toBe(before.parsed.sourceSeq + 1);
  });

  it('opens no grant for an acceptance', async () => {
    const { placementId, debtId } = await propose();
    await rooms.settled();
    expect(await suspendMeanwhile(() => acceptPlacement(commanders.as(agency), placementId))).toMatchObject({ placement: { state: 'VOIDED' } });
    expect((await log.events('debts.GrantOpened')).filter(({ hidden }) => hidden['debtId'] === debtId)).toEqual([]);
    expect(await rooms.execute('debts', agency, READ_DEBT, { id: debtId })).toMatchObject({ data: { debt: null } });
  });
});

it('the log holds every step once and as documented', () => log.check(['creditors', 'agencies', 'borrowers', 'debts']));
