/** What becomes of a placement decided on standing that had moved on at the ledger, while the room had not followed it yet. */
import type { Ledger } from '../../../kernel/ledger';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { command, determinedDebt, moveEngagement, openScene, propose, read, terminateAgreement, type Scene } from './scene';

/** Holds the follower's reads back, so that a test decides how far the room has followed. */
class FollowerBrake {
  private released: Promise<void> = Promise.resolve();
  private open: () => void = () => undefined;

  hold(): void {
    this.released = new Promise((resolve) => (this.open = resolve));
  }

  release(): void {
    this.open();
  }

  wrap = (ledger: Ledger): Ledger => ({
    room: ledger.room,
    sentAfter: (...asked) => ledger.sentAfter(...asked),
    append: (...parameters) => ledger.append(...parameters),
    read: async (...parameters) => {
      await this.released;
      const page = await ledger.read(...parameters);
      await this.released;
      return page;
    },
  });
}

const brake = new FollowerBrake();
const rooms = testRooms([debtsRoom], { wrapLedger: brake.wrap });

async function stateOf(scene: Scene, placementId: string): Promise<unknown> {
  const { data } = await read(rooms, scene.staff, 'query ($id: ID!) { placement(id: $id) { state reason } }', { id: placementId });
  return data?.['placement'];
}

async function lastEvent(): Promise<string> {
  const { size } = await rooms.ledger.ledgerFor('debts').read(0, 1, 0);
  const { entries } = await rooms.ledger.ledgerFor('debts').read(size - 1, 1, 0);
  return entries[0]!.bytes.toString();
}

/** Runs `task` while the room stands still at an old index, then lets it follow. */
async function onStaleStanding<T>(change: () => Promise<void>, task: () => Promise<T>): Promise<T> {
  await rooms.settled();
  brake.hold();
  try {
    await change();
    const running = task();
    await new Promise((resolve) => setTimeout(resolve, 300));
    brake.release();
    return await running;
  } finally {
    brake.release();
  }
}

describe('a proposal decided on stale standing', () => {
  it('is voided, and its number says so, when the engagement had been suspended', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const answer = await onStaleStanding(
      () => moveEngagement(rooms, scene, 'EngagementSuspended', { state: 'SUSPENDED', reason: 'SECURITY' }),
      () => propose(rooms, scene, debtId),
    );
    expect(answer).toMatchObject({ __typename: 'PlacementChanged', pending: false, placement: { state: 'VOIDED' } });
    expect(await stateOf(scene, answer.placement!.id)).toEqual({ state: 'VOIDED', reason: 'PLACEMENT-ENGAGEMENT-QUALIFIED' });
    expect(await lastEvent()).toMatch(/"outcome":"REFUSE".*"type":"debts.PlacementVoided"/);
    const hidden = await read(rooms, scene.agency, 'query ($id: ID!) { placement(id: $id) { state } }', { id: answer.placement!.id });
    expect(hidden.data).toEqual({ placement: null });
  });

  it('stands with a fresh decision when the move did not matter', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const answer = await onStaleStanding(
      () => moveEngagement(rooms, scene, 'SecurityAttested', { state: 'QUALIFIED', validUntil: '2098-01-01T00:00:00.000Z' }),
      () => propose(rooms, scene, debtId),
    );
    expect(answer).toMatchObject({ pending: false, placement: { state: 'PROPOSED' } });
    const decidedAt = Number(/"decision":\{[^}]*"index":(\d+)/.exec(await lastEvent())![1]);
    expect(decidedAt).toBe(answer.ledgerIndex! - 1);
  });
});

describe('an acceptance decided on stale standing', () => {
  it('opens no grant when the agreement had been terminated', async () => {
    const scene = await openScene(rooms);
    const placementId = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    const answer = await onStaleStanding(
      () => terminateAgreement(rooms, scene),
      () => command(rooms, scene.agency, 'acceptPlacement', { placementId }),
    );
    expect(answer).toMatchObject({ placement: { state: 'VOIDED' } });
    const { data } = await read(rooms, scene.agency, 'query ($id: ID!) { placement(id: $id) { state debt { id } grant { id } } }', { id: placementId });
    expect(data).toEqual({ placement: { state: 'VOIDED', debt: null, grant: null } });
  });

  it('opens the grant under the new standing when it still may', async () => {
    const scene = await openScene(rooms);
    const placementId = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    const answer = await onStaleStanding(
      () => moveEngagement(rooms, scene, 'SecurityAttested', { state: 'QUALIFIED', validUntil: '2098-01-01T00:00:00.000Z' }),
      () => command(rooms, scene.agency, 'acceptPlacement', { placementId }),
    );
    expect(answer).toMatchObject({ placement: { state: 'ACTIVE' } });
  });
});
