/** Return or destruction in the debts room: due when access ends, attested and signed by the agency, seen by all who are concerned. */
import type { Actor } from '../../../kernel/actor';
import { parsePublicKey } from '../../../audit/log/agency-key';
import { parseEntry } from '../../../audit/log/entry';
import { readFollowedEvent, type FollowedEvent } from '../../../kernel/follower/followed-event';
import { debtsRoom } from '../../../subgraphs/debts/subgraph';
import { AgencySigner } from '../../support/agency-signer';
import { appendAs } from '../../support/standing';
import { testRooms } from '../../support/test-rooms';
import { activePlacement, clientKey, command, give, openScene, read, type Scene } from './scene';

const rooms = testRooms([debtsRoom]);
const STATE = 'query ($id: ID!) { placement(id: $id) { state attestation { state attestBy method basis retainedUntil attestedAt evidenceHash signedBy } } }';
const PUBLIC_STATE = 'query ($id: ID!) { placement(id: $id) { state attestation { state method attestedAt } } }';
const EVIDENCE = 'cd'.repeat(32);

async function recalled(scene: Scene): Promise<string> {
  const { placementId } = await activePlacement(rooms, scene);
  await command(rooms, scene.staff, 'recallPlacement', { placementId, reason: 'SECURITY' });
  await rooms.settled();
  return placementId;
}

async function attestationOf(actor: Actor, placementId: string, document = STATE): Promise<Record<string, unknown> | null> {
  const { data } = await read(rooms, actor, document, { id: placementId });
  return (data!['placement'] as { attestation: Record<string, unknown> | null } | null)?.attestation ?? null;
}

async function entriesOf(type: string, placementId: string): Promise<FollowedEvent[]> {
  await rooms.settled();
  const { entries } = await rooms.ledger.ledgerFor('audit').read(0, 10_000, 0);
  return entries.filter((entry) => parseEntry(entry.bytes).event.type === type).map(readFollowedEvent).filter(({ hidden }) => hidden['placementId'] === placementId);
}

async function register(scene: Scene, signer: AgencySigner, validUntil = '2099-01-01T00:00:00.000Z'): Promise<void> {
  const { spki, thumbprint, algorithm } = parsePublicKey(signer.pem)!;
  await appendAs(rooms, 'agencies', {
    type: 'agencies.AgencyKeyRegistered',
    facts: { algorithm, validUntil },
    hidden: { agencyId: scene.agencyId, thumbprint, publicKey: spki },
    streams: [`agency:${scene.agencyId}`],
  });
  await rooms.settled();
}

async function revoke(scene: Scene, { thumbprint }: AgencySigner): Promise<void> {
  await appendAs(rooms, 'agencies', { type: 'agencies.AgencyKeyRevoked', facts: { reason: 'COMPROMISED' }, hidden: { agencyId: scene.agencyId, thumbprint }, streams: [`agency:${scene.agencyId}`] });
  await rooms.settled();
}

/** As the documentation spells the statement. */
const destruction = (scene: Scene, placementId: string, evidenceHash: string | null = null): string =>
  `{"agencyId":"${scene.agencyId}","basis":null,"evidenceHash":${JSON.stringify(evidenceHash)},"method":"DESTROYED","placementId":"${placementId}","retainedUntil":null,"statement":"RETURN_OR_DESTRUCTION","v":1}`;

describe('return or destruction', () => {
  it('is not asked for while the agency has access, nor of a placement that never gave any', async () => {
    const scene = await openScene(rooms);
    const { placementId } = await activePlacement(rooms, scene);
    expect(await attestationOf(scene.agency, placementId)).toBeNull();
    expect(await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED' })).toMatchObject({ ruleId: 'ATTESTATION-ACCESS-ENDED' });
  });

  it('is due with the recall, before the grant closes, and the ledger has the bound', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    const [due] = await entriesOf('debts.ReturnOrDestructionDue', placementId);
    const [closed] = await entriesOf('debts.GrantClosed', placementId);
    expect(due!.index).toBe(closed!.index - 1);
    expect(await attestationOf(scene.staff, placementId)).toMatchObject({ state: 'DUE', attestBy: due!.facts['attestBy'], method: null });
  });

  it('attested is an entry of all who are concerned, and each of them sees it', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    const answer = await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED', evidenceHash: EVIDENCE });
    expect(answer).toMatchObject({ pending: false, placement: { state: 'RECALLED' } });
    for (const actor of [scene.staff, scene.agency, scene.regulator]) {
      expect(await attestationOf(actor, placementId)).toMatchObject({ state: 'ATTESTED', method: 'DESTROYED', evidenceHash: EVIDENCE, signedBy: null });
    }
    expect(await attestationOf(scene.borrower, placementId, PUBLIC_STATE)).toMatchObject({ state: 'ATTESTED', method: 'DESTROYED' });
    const [event] = await entriesOf('debts.ReturnOrDestructionAttested', placementId);
    expect(event).toMatchObject({ index: answer.ledgerIndex, facts: { method: 'DESTROYED', late: false }, hidden: { evidenceHash: EVIDENCE, agencyId: scene.agencyId } });
    for (const stream of [`debt:${event!.hidden['debtId'] as string}`, `borrower:${scene.borrowerId}`, `creditor:${scene.creditorId}`, `agency:${scene.agencyId}`]) expect(event!.position(stream)).toBeGreaterThan(0);
  });

  it('said twice under one client key is one entry; said again under another it is refused', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    const input = { clientKey: clientKey(), placementId, method: 'RETURNED' };
    const first = await command(rooms, scene.agency, 'attestReturnOrDestruction', input);
    expect(await command(rooms, scene.agency, 'attestReturnOrDestruction', input)).toEqual(first);
    expect((await give(rooms, scene.agency, 'attestReturnOrDestruction', { ...input, method: 'DESTROYED' })).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    expect(await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED' })).toMatchObject({ ruleId: 'ATTESTATION-NOT-FINAL' });
    expect(await entriesOf('debts.ReturnOrDestructionAttested', placementId)).toHaveLength(1);
  });

  it('at the same moment by two of the agency is attested once', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    const answers = await Promise.all(Array.from({ length: 4 }, () => command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED' })));
    expect(answers.map(({ __typename, ruleId }) => ruleId ?? __typename).sort()).toEqual([...Array<string>(3).fill('ATTESTATION-NOT-FINAL'), 'PlacementChanged']);
  });

  it('after the bound is taken, and the entry says that it was late', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    await rooms.room('debts').database.worker.query(`update placement set attest_by = now() - interval '1 day' where id = $1`, [placementId]);
    expect(await attestationOf(scene.staff, placementId)).toMatchObject({ state: 'OVERDUE' });
    await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED' });
    expect(await entriesOf('debts.ReturnOrDestructionAttested', placementId)).toMatchObject([{ facts: { late: true } }]);
  });

  it('may be put off by law, and is attested when the law no longer asks', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'RETAINED_BY_LAW', basis: 'ACCOUNTING', retainedUntil: '2098-12-31' });
    expect(await attestationOf(scene.regulator, placementId)).toMatchObject({ state: 'RETAINED', basis: 'ACCOUNTING', retainedUntil: '2098-12-31' });
    await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED' });
    expect(await attestationOf(scene.regulator, placementId)).toMatchObject({ state: 'ATTESTED', basis: null, retainedUntil: null });
  });

  it('of another agency is not found, nor attested by the creditor itself', async () => {
    const [scene, stranger] = [await openScene(rooms), await openScene(rooms)];
    const placementId = await recalled(scene);
    for (const actor of [stranger.agency, scene.staff]) {
      const answer = await give(rooms, actor, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED' });
      expect(answer.errors).toMatchObject([{ message: 'There is no such placement.', extensions: { code: 'NOT_FOUND' } }]);
    }
    for (const actor of [stranger.staff, stranger.agency, stranger.regulator]) expect(await attestationOf(actor, placementId)).toBeNull();
    const { rows } = await rooms.room('debts').database.worker.query('select count(*)::int as count from attestation where placement_id = $1', [placementId]);
    expect(rows).toEqual([{ count: 0 }]);
  });
});

describe('an agency with a key', () => {
  it('signs, and the entry holds the signature under the key named', async () => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    const signer = new AgencySigner();
    await register(scene, signer);
    const signature = signer.sign(destruction(scene, placementId, EVIDENCE));
    await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED', evidenceHash: EVIDENCE, signature });
    expect(await attestationOf(scene.staff, placementId)).toMatchObject({ state: 'ATTESTED', signedBy: signer.thumbprint });
    expect(await entriesOf('debts.ReturnOrDestructionAttested', placementId)).toMatchObject([{ hidden: { thumbprint: signer.thumbprint, signature } }]);
  });

  it.each<[string, (scene: Scene, placementId: string, own: AgencySigner) => Promise<string | null>, string]>([
    ['leaves it unsigned', () => Promise.resolve(null), 'SIGNATURE-GIVEN'],
    ['signs another placement', async (scene, _placementId, own) => own.sign(destruction(scene, await recalled(scene))), 'SIGNATURE-VERIFIES'],
    ['signs other evidence', (scene, placementId, own) => Promise.resolve(own.sign(destruction(scene, placementId, EVIDENCE))), 'SIGNATURE-VERIFIES'],
    ['signs with a key it never registered', (scene, placementId) => Promise.resolve(new AgencySigner().sign(destruction(scene, placementId))), 'SIGNATURE-KEY-KNOWN'],
    ['signs with the key of another agency', async (scene, placementId) => { const foreign = new AgencySigner(); await register(await openScene(rooms), foreign); return foreign.sign(destruction(scene, placementId)); }, 'SIGNATURE-KEY-KNOWN'],
    ['signs with a key it revoked', async (scene, placementId, own) => { await revoke(scene, own); return own.sign(destruction(scene, placementId)); }, 'SIGNATURE-KEY-IN-FORCE'],
    ['signs with a key whose term is over', async (scene, placementId) => { const old = new AgencySigner(); await register(scene, old, '2026-01-01T00:00:00.000Z'); return old.sign(destruction(scene, placementId)); }, 'SIGNATURE-KEY-IN-FORCE'],
  ])('is refused when it %s', async (_what, sign, ruleId) => {
    const scene = await openScene(rooms);
    const placementId = await recalled(scene);
    const own = new AgencySigner();
    await register(scene, own);
    const signature = await sign(scene, placementId, own);
    expect(await command(rooms, scene.agency, 'attestReturnOrDestruction', { placementId, method: 'DESTROYED', signature })).toMatchObject({ ruleId });
    expect(await entriesOf('debts.ReturnOrDestructionAttested', placementId)).toEqual([]);
  });
});
