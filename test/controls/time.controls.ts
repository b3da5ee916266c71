/** W: when something happened, when it was recorded, and who else saw the ledger are told apart, and none is taken on trust. */
import assert from 'node:assert/strict';
import { registerDebt } from '../support/scenario';
import { control } from './control';
import { checkpointOver } from './log-over-http';

const COSIGNED = 'query Cosigned { checkpoint { size cosignatures { witness at } } }';

export const TIME_CONTROLS = [
  control('W-01', 'MUST tell when something happened from when it was recorded, and never record backwards', 'SPC Interpretation on Contract (2023) Art. 50', async (cast) => {
    await cast.entrusted();
    const entries = await cast.entriesAbout(cast.orgOf('operator'));
    assert.ok(entries.length > 5, 'there are entries');
    for (const [at, entry] of entries.entries()) {
      assert.match(entry.occurredAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const previous = entries[at - 1];
      if (previous !== undefined) assert.ok(previous.index < entry.index && Date.parse(previous.recordedAt) <= Date.parse(entry.recordedAt), `entry ${entry.index} follows ${previous.index}`);
    }
  }),

  control('W-02', 'MUST cover an acknowledged entry by a signed checkpoint within a minute', 'C2SP tlog-checkpoint', async (cast) => {
    const { debtId } = await registerDebt(cast.operator);
    const [entry] = await cast.entriesAbout(debtId, 'debts.DebtRegistered');
    assert.ok(entry !== undefined, 'the debt has its entry');
    await checkpointOver(cast, entry.index);
  }),

  control('W-03', 'SHOULD have its checkpoints cosigned by a witness it does not run', 'C2SP tlog-witness, tlog-cosignature', async (cast) => {
    await cast.eventually('a cosignature', async () => {
      const { checkpoint } = await cast.regulator.data<{ checkpoint: { cosignatures: { at: string }[] } | null }>(COSIGNED);
      return checkpoint?.cosignatures.some(({ at }) => Math.abs(Date.now() - Date.parse(at)) < 86_400_000);
    });
  }),
];
