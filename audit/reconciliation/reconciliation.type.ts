/** The reconciliation of handovers as it is shown: what one side's record has and the other's lacks, by ledger index. */
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { LocalDate } from '../../schema/local-date';
import { Sha256Hex } from '../../schema/sha256-hex';
import { PlacementStub } from '../node.type';
import type { Node } from '../../schema/node';
import { TrailedAgency } from '../trailed.type';
import type { ReceiptFault as Fault } from '../handover/handover';
import type { Counts, DutyRow, RefusalRow, UnmatchedRow } from './reconciliation.repository';

export const ReceiptFault = declareEnum(
  { NO_SHARE: 'NO_SHARE', OTHER_PAYLOAD: 'OTHER_PAYLOAD', REPEATED: 'REPEATED', KEY_ENDED: 'KEY_ENDED' } as const satisfies { [F in Fault]: F },
  {
    name: 'ReceiptFault',
    description: 'Why a receipt matches no share.',
    audiences: ['INTERNAL', 'PARTNER', 'REGULATOR'],
    values: {
      NO_SHARE: 'The ledger has no share to this agency at that place: one of the two records is not complete.',
      OTHER_PAYLOAD: 'The share at that place has another payload hash: one of the two records was altered.',
      REPEATED: 'The share had its receipt already.',
      KEY_ENDED: 'It was signed with a key that had been revoked or had expired where the receipt stands.',
    },
  },
);

@ObjectType('ReconciliationCounts', { description: 'How much is open, within your scope.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class ReconciliationCounts implements Counts {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Handovers in all.' })
  shares!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Handovers that the agency has not acknowledged.' })
  sharesWithoutReceipt!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Those of them that are older than a day.' })
  sharesOverdue!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Receipts that match no handover.' })
  receiptsWithoutShare!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Placements whose access ended and whose data is not attested as returned, destroyed or lawfully kept.' })
  recallsWithoutAttestation!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Those of them whose time to attest is over.' })
  recallsOverdue!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Refused commands and withheld reads, repeats included.' })
  refusals!: number;
}

@ObjectType('UnmatchedReceipt', { description: "An agency's claim to have received something that the ledger does not show as handed to it." })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class UnmatchedReceipt {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Where the receipt, or its refusal, stands in the ledger.' })
  ledgerIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => TrailedAgency, { description: 'Who claims it.' })
  agency!: TrailedAgency;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ReceiptFault, { description: 'Why it matches nothing.' })
  fault!: Fault;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'The place of the share it names.' })
  shareIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Sha256Hex, { description: 'The payload hash it names.' })
  payloadHash!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was given.' })
  receivedAt!: Date;
}

@ObjectType('OpenAttestation', { description: 'A placement whose access ended, and of whose data nothing final is attested.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class OpenAttestation {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => PlacementStub, { description: 'The placement.' })
  placement!: Node;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => TrailedAgency, { description: 'Who is to attest.' })
  agency!: TrailedAgency;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'The entry with which it fell due.' })
  dueIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { nullable: true, description: 'Until when; null for access that ended before there was a bound.' })
  attestBy!: Date | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Boolean, { description: 'Whether that time is over.' })
  overdue!: boolean;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { nullable: true, description: 'The entry that attests something which no longer counts: kept by law until a day now past, or signed with a key that had ended. Null when nothing was attested.' })
  attestedIndex!: number | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => LocalDate, { nullable: true, description: 'The day until which it was attested as kept by law, now past; null when nothing was attested.' })
  keptUntil!: string | null;
}

@ObjectType('RecordedRefusal', { description: 'A command or a read that a rule refused, as the ledger has it.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class RecordedRefusal {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Where it stands in the ledger.' })
  ledgerIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => TrailedAgency, { nullable: true, description: 'The agency it concerned; null when it concerned none.' })
  agency!: TrailedAgency | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The room that refused.' })
  room!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { nullable: true, description: 'The mutation; null for a read whose personal data was withheld.' })
  command!: string | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The rule.' })
  ruleId!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'How many identical refusals the entry stands for.' })
  count!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'The first of them.' })
  since!: Date;
}

export const UnmatchedReceiptConnection = connectionOf('UnmatchedReceipt', () => UnmatchedReceipt, ['INTERNAL', 'PARTNER', 'REGULATOR']);
export const OpenAttestationConnection = connectionOf('OpenAttestation', () => OpenAttestation, ['INTERNAL', 'PARTNER', 'REGULATOR']);
export const RecordedRefusalConnection = connectionOf('RecordedRefusal', () => RecordedRefusal, ['INTERNAL', 'PARTNER', 'REGULATOR']);

/** Rooms know the reconciliation by it, to add how long their own records wait. */
export const RECONCILIATION_ID = 'reconciliation';

@ObjectType('Reconciliation', { description: 'Both sides of every handover, compared: what one recorded and the other did not. Within your scope.' })
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class Reconciliation {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => ID, { description: 'The same for every reconciliation: there is one.' })
  id!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'The ledger index it stands on; -1 before there is any entry.' })
  asOfIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'The instant that bounds are compared with.' })
  asOf!: Date;
}

export function toUnmatchedReceipt({ index, agencyId, fault, shareIndex, payloadHash, receivedAt }: UnmatchedRow): UnmatchedReceipt {
  return { ledgerIndex: index, agency: { id: agencyId }, fault, shareIndex, payloadHash, receivedAt };
}

export function toOpenAttestation({ placementId, agencyId, dueIndex, attestBy, attestedIndex, keptUntil }: DutyRow, now: Date): OpenAttestation {
  return { placement: { id: placementId }, agency: { id: agencyId }, dueIndex, attestBy, overdue: attestBy === null || attestBy <= now || keptUntil !== null, attestedIndex, keptUntil };
}

export function toRecordedRefusal({ index, agencyId, room, command, ruleId, count, since }: RefusalRow): RecordedRefusal {
  return { ledgerIndex: index, agency: agencyId === null ? null : { id: agencyId }, room, command, ruleId, count, since };
}
