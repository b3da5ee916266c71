/** Reads and keeps what agencies attested of placements, under the row scope of who asks. The latest one counts. */
import type { RoomContext } from '../../kernel/context';
import type { Transaction, WriteTransaction } from '../../kernel/transaction';
import { ATTESTATION_COLUMNS, AttestationRow } from './attestation.row';

const LATEST = `select distinct on (placement_id) ${ATTESTATION_COLUMNS} from attestation where placement_id = any($1) order by placement_id, number desc`;

/** In the order of the placements; null for one of which nothing was attested. */
export async function latestAttestations(transaction: Transaction, placementIds: readonly string[]): Promise<(AttestationRow | null)[]> {
  const rows = await transaction.prepared<AttestationRow>('attestations_latest', LATEST, [placementIds]);
  const byPlacement = new Map(rows.map((row) => [row.placementId, row]));
  return placementIds.map((id) => byPlacement.get(id) ?? null);
}

export function loadLatestAttestation(context: RoomContext, placementId: string): Promise<AttestationRow | null> {
  return context.loader<string, AttestationRow | null>('attestations.latest', latestAttestations).load(placementId);
}

/** The caller holds the placement's lock, so numbers neither repeat nor leave a gap. */
export async function insertAttestation(transaction: WriteTransaction, row: AttestationRow): Promise<void> {
  await transaction.manager.insert(AttestationRow, row);
}
