/** How the authority of staff is shown, granted and revoked in GraphQL. */
import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { connectionOf } from '../../schema/connection';
import { declareEnum } from '../../schema/enum-type';
import { Instant } from '../../schema/instant';
import { Node } from '../../schema/node';
import { acceptedOf, resultOf } from '../../schema/refusal';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { DataCategoryWord, PurposeWord } from '../../schema/vocabulary-enums';
import { authorityState, type AuthorityState } from './staff-authority';
import type { StaffAuthorityRow } from './staff-authority.row';

export const StaffAuthorityState = declareEnum(
  { SCHEDULED: 'SCHEDULED', IN_FORCE: 'IN_FORCE', EXPIRED: 'EXPIRED', REVOKED: 'REVOKED' } as const,
  {
    name: 'StaffAuthorityState',
    description: 'Where the authority of a member of staff stands.',
    audiences: ['INTERNAL', 'REGULATOR'],
    values: {
      SCHEDULED: 'Its term has not begun.',
      IN_FORCE: 'It stands.',
      EXPIRED: 'Its term has ended.',
      REVOKED: 'It was revoked before its term ended.',
    },
  },
);

export const AuthorityRevocationReason = declareEnum(
  { LEFT_POST: 'LEFT_POST', ROLE_CHANGED: 'ROLE_CHANGED', MISUSE: 'MISUSE', ENTERED_IN_ERROR: 'ENTERED_IN_ERROR' } as const,
  {
    name: 'AuthorityRevocationReason',
    description: 'Why an authority was revoked.',
    audiences: ['INTERNAL', 'REGULATOR'],
    values: {
      LEFT_POST: 'The member of staff left.',
      ROLE_CHANGED: 'The task no longer needs it.',
      MISUSE: 'It was used against its purpose.',
      ENTERED_IN_ERROR: 'It should not have been granted.',
    },
  },
);

@ObjectType('StaffAuthority', {
  implements: Node,
  description: "What a member of a creditor's staff may do and see: scopes of action, and purposes and categories of personal data, for a term.",
})
@Directive('@key(fields: "id")')
@Audience('INTERNAL', 'REGULATOR')
export class StaffAuthority implements Node {
  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => ID, { description: 'The global id.' })
  id!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => String, { description: 'Who holds it: the subject of their token, a pseudonym.' })
  staffSub!: string;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => [PurposeWord], { description: 'The purposes for which personal data may be asked for.' })
  purposes!: Purpose[];

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => [DataCategoryWord], { description: 'The categories of personal data that may be seen for those purposes.' })
  categories!: DataCategory[];

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => [String], { description: 'What may be done, like `placements:write`.' })
  scopes!: string[];

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'The first moment of its term.' })
  from!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'The end of its term, exclusive.' })
  until!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => StaffAuthorityState, { description: 'Where it stands now.' })
  state!: AuthorityState;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { description: 'When it was granted.' })
  grantedAt!: Date;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => Instant, { nullable: true, description: 'When it was revoked, if it was.' })
  revokedAt!: Date | null;

  @Audience('INTERNAL', 'REGULATOR')
  @Field(() => AuthorityRevocationReason, { nullable: true, description: 'Why it was revoked, if it was.' })
  revocationReason!: keyof typeof AuthorityRevocationReason | null;

  /** Not shown itself: the creditor is. */
  creditorId!: string;
}

export const StaffAuthorityConnection = connectionOf('StaffAuthority', () => StaffAuthority, ['INTERNAL', 'REGULATOR']);

export const StaffAuthorityAccepted = acceptedOf({
  name: 'StaffAuthorityAccepted',
  description: 'The authority was granted or revoked.',
  audiences: ['INTERNAL'],
  entity: 'staffAuthority',
  type: () => StaffAuthority,
});

export const StaffAuthorityResult = resultOf({
  name: 'StaffAuthorityResult',
  description: 'How a command about the authority of staff ended.',
  audiences: ['INTERNAL'],
  accepted: StaffAuthorityAccepted,
});

@InputType('GrantStaffAuthorityInput', { description: 'Whom to entrust with what, and for how long.' })
@Audience('INTERNAL')
export class GrantStaffAuthorityInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => String, { description: 'Who shall hold it: the subject of their token, a pseudonym and never a name.' })
  staffSub!: string;

  @Field(() => [PurposeWord], { description: 'The purposes for which personal data may be asked for; none with no categories.' })
  purposes!: Purpose[];

  @Field(() => [DataCategoryWord], { description: 'The categories of personal data that may be seen; none with no purposes.' })
  categories!: DataCategory[];

  @Field(() => [String], { description: 'What may be done, like `placements:write`.' })
  scopes!: string[];

  @Field(() => Instant, { nullable: true, description: 'The first moment of its term; now when left out.' })
  from?: Date | null;

  @Field(() => Instant, { description: 'The end of its term, exclusive.' })
  until!: Date;
}

@InputType('RevokeStaffAuthorityInput', { description: 'Which authority to revoke, and why.' })
@Audience('INTERNAL')
export class RevokeStaffAuthorityInput {
  @Field(() => String, { description: 'A key of your own: the same key with the same input gets the same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The authority.' })
  authorityId!: string;

  @Field(() => AuthorityRevocationReason, { description: 'Why it is revoked.' })
  reason!: keyof typeof AuthorityRevocationReason;
}

/** Stored words were checked against the vocabulary before they were stored. */
export function toStaffAuthority(row: StaffAuthorityRow, at: Date): StaffAuthority {
  return {
    id: row.id,
    staffSub: row.staffSub,
    purposes: row.purposes as Purpose[],
    categories: row.categories as DataCategory[],
    scopes: row.scopes,
    from: row.validFrom,
    until: row.validUntil,
    state: authorityState(row, at),
    grantedAt: row.grantedAt,
    revokedAt: row.revokedAt,
    revocationReason: row.revocationReason as keyof typeof AuthorityRevocationReason | null,
    creditorId: row.creditorId,
  };
}
