/** L: the ledger only grows, is signed, proves its entries to anybody, and holds no personal value. */
import assert from 'node:assert/strict';
import { parsePolicy } from '../../audit/log/policy';
import { verifyTlogProof } from '../../audit/log/tlog-proof';
import { leafHash } from '../../audit/log/tree';
import { newId } from '../../schema/ids';
import { registerBorrower, registerDebt } from '../support/scenario';
import { PHONE, type Cast } from './cast';
import { control } from './control';
import { assertGrown, checkpointOver, readCheckpoint } from './log-over-http';

const PROOF = 'query Proof($index: Int!) { entry(index: $index) { bytes leafHash verification { tlogProof } } }';
const TILE = '/ledger/tile/0/000.p/1';
const BUNDLE = '/ledger/tile/entries/000.p/1';

async function indexOfDebt(cast: Cast): Promise<number> {
  const { debtId } = await registerDebt(cast.operator);
  const [entry] = await cast.entriesAbout(debtId, 'debts.DebtRegistered');
  assert.ok(entry !== undefined, 'an acknowledged command has its entry');
  return entry.index;
}

/** What a reader of the bytes can see: in clear, and behind every word of base64url. */
function visible(bytes: string): string {
  const text = Buffer.from(bytes, 'base64').toString('utf8');
  return [text, ...(text.match(/[A-Za-z0-9_-]{16,}/g) ?? []).map((word) => Buffer.from(word, 'base64url').toString('utf8'))].join('\n');
}

export const LEDGER_CONTROLS = [
  control('L-01', 'MUST sign checkpoints that verify under the key known from outside', 'C2SP tlog-checkpoint; RFC 8032', async (cast) => {
    for (const role of ['operator', 'agency', 'regulator', 'borrower'] as const) assert.ok((await readCheckpoint(cast, role)).size > 0);
  }),

  control('L-02', 'MUST prove that an acknowledged entry is in the signed tree', 'RFC 9162 section 2.1.3; C2SP tlog-proof', async (cast) => {
    const index = await indexOfDebt(cast);
    await checkpointOver(cast, index);
    const { entry } = await cast.regulator.data<{ entry: { bytes: string; leafHash: string; verification: { tlogProof: string } } }>(PROOF, { index });
    const leaf = leafHash(Buffer.from(entry.bytes, 'base64'));
    assert.equal(leaf.toString('base64'), entry.leafHash);
    const policy = parsePolicy(Buffer.from(`log ${cast.vkey}\nquorum none\n`));
    const report = verifyTlogProof(entry.verification.tlogProof, leaf, policy);
    assert.deepEqual([report.integrity.state, report.index], ['proven', index]);
  }),

  control('L-03', 'MUST only grow: a later signed tree continues an earlier one', 'RFC 9162 section 2.1.4; C2SP tlog-tiles', async (cast) => {
    const earlier = await checkpointOver(cast, await indexOfDebt(cast));
    const later = await checkpointOver(cast, Math.max(await indexOfDebt(cast), earlier.size));
    await assertGrown(cast, earlier, later);
  }),

  control('L-04', 'MUST hold no personal value in its entries, in clear or encoded', 'PIPL Art. 47; GDPR Art. 17, 25', async (cast) => {
    const name = `Synthetic Examinee ${newId('event').slice(-12)}`;
    const borrowerId = await registerBorrower(cast.operator, name);
    const { borrower } = await cast.operator.data<{ borrower: { name: string; nationalId: string } }>('query Own($id: ID!) { borrower(id: $id) { name nationalId } }', { id: borrowerId });
    assert.equal(borrower.name, name);
    const entries = await cast.entriesAbout(borrowerId);
    assert.ok(entries.length >= 2, 'its registration and its reading are entries');
    const text = entries.map(({ bytes }) => visible(bytes)).join('\n');
    assert.match(text, /borrowers\.BorrowersRegistered/);
    for (const value of [name, borrower.nationalId, PHONE, PHONE.slice(1), borrowerId]) assert.ok(!text.includes(value), 'the bytes of the entries hold none of it');
  }),

  control('L-05', 'MUST give the entries of the whole log to nobody who does not supervise all of it', 'PIPL Art. 6, 51', async (cast) => {
    for (const role of ['operator', 'agency', 'regulator', 'borrower'] as const) assert.equal((await cast.send(BUNDLE, { token: cast.as(role).token })).status, 403, role);
    assert.equal((await cast.send(BUNDLE)).status, 401);
  }),

  control('L-06', 'MUST give its hashes to every party with a token and to nobody without', 'C2SP tlog-tiles', async (cast) => {
    for (const role of ['operator', 'agency', 'regulator', 'borrower'] as const) assert.equal((await cast.download(role, TILE)).length, 32, role);
    for (const path of [TILE, '/ledger/checkpoint']) assert.equal((await cast.send(path)).status, 401);
  }),

  control('L-07', 'MUST NOT let a shared cache keep what it answers', 'RFC 9111 section 5.2.2.7', async (cast) => {
    for (const path of [TILE, '/ledger/checkpoint']) {
      const response = await cast.send(path, { token: cast.regulator.token });
      assert.match(response.headers.get('cache-control') ?? '', /^private\b/, path);
      assert.match(response.headers.get('vary') ?? '', /authorization/i, path);
    }
  }),
];
