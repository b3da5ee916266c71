/** A handover as it is shown to both of its sides, and how an agency acknowledges it. */
import { ArrayMaxSize, ArrayMinSize, ValidateNested } from 'class-validator';
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { Instant } from '../../schema/instant';
import { PAGE_SIZE_MAX } from '../../schema/page';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { Sha256Hex } from '../../schema/sha256-hex';
import { TrailedAgency } from '../trailed.type';
import { isReceiptOverdue } from './handover';
import { receiptStatement } from './handover.command';
import type { ShareRow } from './handover.repository';

@ObjectType('Handover', { description: 'Personal data released to an agency: one disclosure entry of the ledger.' })
@Audience('INTERNAL', 'PARTNER', 'REGULATOR')
export class Handover {
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Where its entry stands in the ledger.' })
  ledgerIndex!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Sha256Hex, { description: 'The leaf hash of its entry, which commits to the fields, the subjects and the right.' })
  payloadHash!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => TrailedAgency, { description: 'Who it was released to.' })
  agency!: TrailedAgency;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was released.' })
  releasedAt!: Date;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => String, { description: 'The purpose it was released for.' })
  purpose!: string;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => [String], { description: 'The categories of data in it.' })
  categories!: readonly string[];

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { description: 'Of how many subjects it is.' })
  subjects!: number;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Int, { nullable: true, description: 'The entry in which the agency acknowledged it; null while it has not.' })
  receiptIndex!: number | null;

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @Field(() => Boolean, { description: 'Whether it has been without a receipt for longer than a day.' })
  overdue!: boolean;

  @Audience('PARTNER')
  @Field(() => String, { description: 'What to sign to acknowledge it: canonical JSON, to the byte.' })
  statement!: string;
}

export const HandoverConnection = connectionOf('Handover', () => Handover, ['INTERNAL', 'PARTNER', 'REGULATOR']);

export const HandoverAcknowledged = acceptedOf({
  name: 'HandoverAcknowledged',
  description: 'The receipt stands.',
  audiences: ['PARTNER'],
  entity: 'handover',
  type: () => Handover,
});

export const HandoverResult = resultOf({ name: 'HandoverResult', description: 'How acknowledging one handover ended.', audiences: ['PARTNER'], accepted: HandoverAcknowledged });

@InputType('HandoverReceiptInput', { description: 'That your agency received one handover.' })
@Audience('PARTNER')
export class HandoverReceiptInput {
  @Field(() => Int, { description: 'Where its entry stands in the ledger: the `x-ledger-index` of the answer, or as listed.' })
  ledgerIndex!: number;

  @Field(() => Sha256Hex, { description: 'The leaf hash of the entry.' })
  payloadHash!: string;

  @Field(() => String, { nullable: true, description: 'A detached JWS by a key of your agency over `Handover.statement`. Required while your agency has a key in force.' })
  signature?: string | null;
}

@InputType('AcknowledgeHandoversInput', { description: 'Which handovers your agency received. Each is taken or refused on its own.' })
@Audience('PARTNER')
export class AcknowledgeHandoversInput {
  @Field(() => String, { description: 'At most 180 characters. Same key and input: same answers.' })
  clientKey!: string;

  @ArrayMinSize(1, { message: 'Name at least one handover.' })
  @ArrayMaxSize(PAGE_SIZE_MAX, { message: 'Name at most 100 handovers.' })
  @ValidateNested()
  @Field(() => [HandoverReceiptInput], { description: 'The handovers: 1 to 100, none twice.' })
  handovers!: HandoverReceiptInput[];
}

export function toHandover(row: ShareRow, now: Date): Handover {
  return {
    ledgerIndex: row.index,
    payloadHash: row.payloadHash,
    agency: { id: row.agencyId },
    releasedAt: row.releasedAt,
    purpose: row.purpose,
    categories: row.categories,
    subjects: row.subjects,
    receiptIndex: row.receiptIndex,
    overdue: row.receiptIndex === null && isReceiptOverdue(row.releasedAt, now),
    statement: receiptStatement(row.agencyId, row),
  };
}
