/** Placements end to end in the debts room: real database, real ledger writer, relay and follower. */
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { testRooms } from '../../support/test-rooms';
import { activePlacement, command, debtInput, determinedDebt, give, moveEngagement, openScene, propose, read, signAgreement, terminateAgreement } from './scene';

const rooms = testRooms([debtsRoom]);

const PLACEMENT = `query ($id: ID!) { placement(id: $id) { id state reason debt { id state } grant { id purposes categories openedAtIndex closedAtIndex } } }`;

async function entryTypes(from: number): Promise<string[]> {
  const { entries } = await rooms.ledger.ledgerFor('debts').read(from, 100, 0);
  return entries.map(({ bytes }) => /"type":"([^"]+)"/.exec(bytes.toString())![1]!);
}

describe('a placement', () => {
  it('goes from proposal to active work through the ledger, and back by a recall', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const proposed = await propose(rooms, scene, debtId);
    expect(proposed).toMatchObject({ __typename: 'PlacementChanged', pending: false, placement: { state: 'PROPOSED' } });
    const placementId = proposed.placement!.id;
    await rooms.settled();

    const before = await read(rooms, scene.agency, PLACEMENT, { id: placementId });
    expect(before.data).toEqual({ placement: { id: placementId, state: 'PROPOSED', reason: null, debt: null, grant: null } });

    const accepted = await command(rooms, scene.agency, 'acceptPlacement', { placementId });
    expect(accepted).toMatchObject({ pending: false, placement: { state: 'ACTIVE' } });
    const active = await read(rooms, scene.agency, PLACEMENT, { id: placementId });
    expect(active.data).toMatchObject({
      placement: { state: 'ACTIVE', debt: { id: debtId, state: 'OPEN' }, grant: { purposes: ['COLLECTION', 'DISPUTE_HANDLING'], openedAtIndex: accepted.ledgerIndex, closedAtIndex: null } },
    });

    await command(rooms, scene.staff, 'requestRecall', { placementId, reason: 'PERFORMANCE' });
    const recalled = await command(rooms, scene.staff, 'recallPlacement', { placementId, reason: 'PERFORMANCE' });
    expect(recalled).toMatchObject({ placement: { state: 'RECALLED' } });
    const after = await read(rooms, scene.agency, PLACEMENT, { id: placementId });
    expect(after.data).toMatchObject({ placement: { state: 'RECALLED', reason: 'PERFORMANCE', debt: null, grant: { closedAtIndex: recalled.ledgerIndex } } });
    expect(await entryTypes(proposed.ledgerIndex!)).toEqual([
      'debts.PlacementProposed',
      'debts.PlacementAccepted',
      'debts.GrantOpened',
      'debts.RecallRequested',
      'debts.PlacementRecalled',
      'debts.ReturnOrDestructionDue',
      'debts.GrantClosed',
    ]);
  });

  it('is refused by rule, and the refusal is in the ledger', async () => {
    const scene = await openScene(rooms);
    const debtId = (await command(rooms, scene.staff, 'registerDebt', debtInput(scene))).debt!.id;
    const refused = await propose(rooms, scene, debtId);
    expect(refused).toMatchObject({ __typename: 'Refusal', ruleId: 'PLACEMENT-AMOUNT-DETERMINED' });
    const { size } = await rooms.ledger.ledgerFor('debts').read(0, 1, 0);
    const { entries } = await rooms.ledger.ledgerFor('debts').read(size - 1, 1, 0);
    expect(entries[0]!.bytes.toString()).toContain('"ruleId":"PLACEMENT-AMOUNT-DETERMINED"');
    expect(entries[0]!.bytes.toString()).toContain('"outcome":"REFUSE"');
  });

  it('takes a debt once: the second agency is refused until the first has given it back', async () => {
    const scene = await openScene(rooms);
    const { debtId, placementId } = await activePlacement(rooms, scene);
    expect(await propose(rooms, scene, debtId)).toMatchObject({ ruleId: 'PLACEMENT-DEBT-FREE' });
    await command(rooms, scene.staff, 'recallPlacement', { placementId, reason: 'OTHER' });
    expect(await propose(rooms, scene, debtId)).toMatchObject({ placement: { state: 'PROPOSED' } });
  });

  it('is proposed once when two members of staff propose it at the same moment', async () => {
    const scene = await openScene(rooms);
    const debtId = await determinedDebt(rooms, scene);
    const answers = await Promise.all(Array.from({ length: 4 }, () => propose(rooms, scene, debtId)));
    expect(answers.map(({ __typename, ruleId }) => ruleId ?? __typename).sort()).toEqual([...Array<string>(3).fill('PLACEMENT-DEBT-FREE'), 'PlacementChanged']);
  });

  it('answered and withdrawn at the same moment ends in one state, with no grant left open', async () => {
    const scene = await openScene(rooms);
    const placementId = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    await rooms.settled();
    const [accepted, withdrawn] = await Promise.all([
      command(rooms, scene.agency, 'acceptPlacement', { placementId }),
      command(rooms, scene.staff, 'closePlacement', { placementId, reason: 'WITHDRAWN' }),
    ]);
    await rooms.settled();
    const { data } = await read(rooms, scene.staff, PLACEMENT, { id: placementId });
    const { state, grant } = data!['placement'] as { state: string; grant: { closedAtIndex: number | null } | null };
    const isOpen = grant !== null && grant.closedAtIndex === null;
    expect(isOpen).toBe(state === 'ACTIVE');
    expect([accepted, withdrawn].filter(({ __typename }) => __typename === 'PlacementChanged').length).toBeGreaterThan(0);
  });

  it('is not accepted once the agreement has ended or the engagement is suspended', async () => {
    const scene = await openScene(rooms);
    const first = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    const second = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    await moveEngagement(rooms, scene, 'EngagementSuspended', { state: 'SUSPENDED', reason: 'SECURITY' });
    await rooms.settled();
    expect(await command(rooms, scene.agency, 'acceptPlacement', { placementId: first })).toMatchObject({ ruleId: 'PLACEMENT-ENGAGEMENT-QUALIFIED' });
    await moveEngagement(rooms, scene, 'EngagementReinstated', { state: 'QUALIFIED' });
    await terminateAgreement(rooms, scene);
    await rooms.settled();
    expect(await command(rooms, scene.agency, 'acceptPlacement', { placementId: second })).toMatchObject({ ruleId: 'PLACEMENT-AGREEMENT-IN-FORCE' });
    expect((await read(rooms, scene.agency, PLACEMENT, { id: second })).data).toMatchObject({ placement: { state: 'PROPOSED', grant: null } });
  });

  it('is not found by another agency or another creditor', async () => {
    const scene = await openScene(rooms);
    const stranger = await openScene(rooms);
    const { placementId, debtId } = await activePlacement(rooms, scene);
    for (const actor of [stranger.staff, stranger.agency, stranger.regulator, stranger.borrower]) {
      const answer = await read(rooms, actor, `query ($p: ID!, $d: ID!) { placement(id: $p) { id } debt(id: $d) { id } }`, { p: placementId, d: debtId });
      expect(answer).toMatchObject({ data: { placement: null, debt: null } });
    }
    const accepted = await give(rooms, stranger.agency, 'acceptPlacement', { placementId });
    const recalled = await give(rooms, stranger.staff, 'recallPlacement', { placementId, reason: 'OTHER' });
    const absent = await give(rooms, stranger.staff, 'recallPlacement', { placementId: placementId.replace(/.$/, '0'), reason: 'OTHER' });
    for (const answer of [accepted, recalled, absent]) expect(answer.errors).toMatchObject([{ message: 'There is no such placement.', extensions: { code: 'NOT_FOUND' } }]);
  });

  it('gives each party its own steps only', async () => {
    const scene = await openScene(rooms);
    const placementId = (await propose(rooms, scene, await determinedDebt(rooms, scene))).placement!.id;
    await rooms.settled();
    expect(await command(rooms, scene.staff, 'acceptPlacement', { placementId })).toMatchObject({ ruleId: 'PLACEMENT-STATE' });
    expect(await command(rooms, scene.agency, 'closePlacement', { placementId, reason: 'OTHER' })).toMatchObject({ ruleId: 'PLACEMENT-STATE' });
    expect(await command(rooms, scene.agency, 'rejectPlacement', { placementId, reason: 'CAPACITY' })).toMatchObject({ placement: { state: 'REJECTED' } });
  });
});

describe('a bulk of proposals', () => {
  const BULK = `mutation ($input: ProposePlacementsInput!) { proposePlacements(input: $input) { __typename ... on PlacementChanged { placement { id } } ... on Refusal { ruleId } } }`;

  it('answers for each debt in order, refusing some and placing the others', async () => {
    const scene = await openScene(rooms);
    const good = [await determinedDebt(rooms, scene), await determinedDebt(rooms, scene)];
    const bad = (await command(rooms, scene.staff, 'registerDebt', debtInput(scene))).debt!.id;
    const input = { clientKey: 'bulk', debtIds: [good[0], bad, good[1]], agencyId: scene.agencyId, agreementId: scene.agreementId };
    const first = await rooms.execute('debts', scene.staff, BULK, { input });
    expect(first.data).toMatchObject({ proposePlacements: [{ __typename: 'PlacementChanged' }, { ruleId: 'PLACEMENT-AMOUNT-DETERMINED' }, { __typename: 'PlacementChanged' }] });
    const second = await rooms.execute('debts', scene.staff, BULK, { input });
    expect(second.data).toEqual(first.data);
    const changed = await rooms.execute('debts', scene.staff, BULK, { input: { ...input, debtIds: [good[0], bad] } });
    expect(changed.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
  });

  it.each([
    ['no debt', [], 'Name at least one debt.'],
    ['too many debts', Array.from({ length: 101 }, (_, n) => `debt_${n}`), 'Name at most 100 debts.'],
    ['a debt twice', ['debt_a', 'debt_a'], 'A debt is named twice.'],
  ])('names the mistake when it holds %s', async (_case, debtIds, message) => {
    const scene = await openScene(rooms);
    const answer = await rooms.execute('debts', scene.staff, BULK, { input: { clientKey: 'k', debtIds, agencyId: scene.agencyId, agreementId: scene.agreementId } });
    expect(answer.errors).toMatchObject([{ message, extensions: { code: 'BAD_INPUT', argument: 'input.debtIds' } }]);
  });
});

describe('an agreement', () => {
  it('limits a placement to its own purposes, and narrower terms stay narrow in the grant', async () => {
    const scene = await openScene(rooms);
    const agreementId = await signAgreement(rooms, scene, { purposes: ['COLLECTION'] });
    await rooms.settled();
    const debtId = await determinedDebt(rooms, scene);
    const terms = { debtId, agencyId: scene.agencyId, agreementId };
    expect(await command(rooms, scene.staff, 'proposePlacement', { ...terms, purposes: ['SERVICING'] })).toMatchObject({ ruleId: 'PLACEMENT-AGREEMENT-COVERS' });
    const placementId = (await command(rooms, scene.staff, 'proposePlacement', { ...terms, categories: ['BALANCE'] })).placement!.id;
    await rooms.settled();
    await command(rooms, scene.agency, 'acceptPlacement', { placementId });
    const { data } = await read(rooms, scene.agency, PLACEMENT, { id: placementId });
    expect(data).toMatchObject({ placement: { grant: { purposes: ['COLLECTION'], categories: ['BALANCE'] } } });
  });
});
