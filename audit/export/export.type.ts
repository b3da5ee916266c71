/** An export as it is shown to who asked for it, and how it is asked for. */
import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import { Sha256Hex } from '../../schema/sha256-hex';
import type { ExportRow } from './export.repository';

export const ExportState = declareEnum({ QUEUED: 'QUEUED', RUNNING: 'RUNNING', READY: 'READY', FAILED: 'FAILED', EXPIRED: 'EXPIRED' } as const, {
  name: 'ExportState',
  description: 'How far an export is.',
  audiences: ['PARTNER', 'REGULATOR', 'BORROWER'],
  values: {
    QUEUED: 'It waits for its turn.',
    RUNNING: 'It is being written.',
    READY: 'It can be downloaded.',
    FAILED: 'It could not be made; the operator can find out why.',
    EXPIRED: 'Its days are over and its file is deleted; ask for it again.',
  },
});

@ObjectType('Export', { implements: Node, description: 'A file that proves what the ledger says about one subject, to be verified offline.' })
@Directive('@key(fields: "id")')
@Audience('PARTNER', 'REGULATOR', 'BORROWER')
export class Export implements Node {
  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => String, { description: 'The stream it holds, e.g. `creditor:creditor_…`.' })
  stream!: string;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ID, { nullable: true, description: 'The mandate it was asked for under; null for an export of the own stream.' })
  mandateId!: string | null;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => ExportState, { description: 'How far it is.' })
  state!: keyof typeof ExportState;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Int, { description: 'How many entries are written.' })
  entriesDone!: number;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Int, { nullable: true, description: 'How many there will be; null until it has begun.' })
  entriesTotal!: number | null;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Int, { nullable: true, description: 'The size of the ledger it stands on; null until it is ready.' })
  treeSize!: number | null;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => String, { nullable: true, description: 'The length of the file in bytes; null until it is ready.' })
  bytes!: string | null;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Sha256Hex, { nullable: true, description: 'The SHA-256 of the file; null until it is ready.' })
  sha256!: string | null;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => String, { nullable: true, description: 'Where to download it with the same token; ranges resume a broken download. Null until it is ready, and when its days are over.' })
  path!: string | null;

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Field(() => Instant, { description: 'When it was asked for.' })
  requestedAt!: Date;
}

@InputType('RequestExportInput', { description: 'What to export.' })
@Audience('PARTNER', 'REGULATOR', 'BORROWER')
export class RequestExportInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'About what: the id of a creditor, an agency, an engagement, a debt, a borrower, or of a right. An agency gives its own id, a borrower that of a record about him; nothing else exists for them.' })
  subjectId!: string;

  @Field(() => Instant, { nullable: true, description: 'Entries recorded at or after this instant.' })
  from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Entries recorded before this instant.' })
  until?: Date | null;
}

@InputType('RequestOwnExportsInput', { description: 'A part by time of what is recorded about you, or all of it.' })
@Audience('BORROWER')
export class RequestOwnExportsInput {
  @Field(() => String, { description: 'At most 160 characters. Same key and input: same answers, and one more for a record that has come since.' })
  clientKey!: string;

  @Field(() => Instant, { nullable: true, description: 'Entries recorded at or after this instant.' })
  from?: Date | null;

  @Field(() => Instant, { nullable: true, description: 'Entries recorded before this instant.' })
  until?: Date | null;
}

export const ExportRequested = acceptedOf({ name: 'ExportRequested', description: 'The export will be made.', audiences: ['PARTNER', 'REGULATOR', 'BORROWER'], entity: 'export', type: () => Export });
export const RequestExportResult = resultOf({ name: 'RequestExportResult', description: 'How the request ended.', audiences: ['PARTNER', 'REGULATOR', 'BORROWER'], accepted: ExportRequested });

export function toExport(row: ExportRow): Export {
  return {
    id: row.id,
    stream: row.stream,
    mandateId: row.mandate_id,
    state: row.state,
    entriesDone: row.entries_done,
    entriesTotal: row.entries_total,
    treeSize: row.tree_size,
    bytes: row.bytes === null ? null : String(row.bytes),
    sha256: row.sha256,
    path: row.state === 'READY' ? `/exports/${row.id}` : null,
    requestedAt: row.requested_at,
  };
}
