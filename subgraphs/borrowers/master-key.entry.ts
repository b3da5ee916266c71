/** The entry that says that the keys of all borrowers are wrapped by a new master key. About nobody in particular. */
import { composeSubmission } from '../../kernel/event-draft';
import { insertOutbox, type StatementRunner } from '../../kernel/outbox/outbox';
import type { MasterRotated } from '../../kernel/vault/master-rotation';

export async function recordMasterRotation(runner: StatementRunner, { rotation, keys }: MasterRotated): Promise<void> {
  const facts = { rotation, keys };
  const submission = composeSubmission({ type: 'borrowers.MasterKeyRotated', typeVersion: 1, retention: 'STANDING', actor: null, occurredAt: new Date(), facts, hidden: {}, streams: [] }, null);
  await insertOutbox(runner, [{ submission }]);
}
