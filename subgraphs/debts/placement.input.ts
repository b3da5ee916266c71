/** What is asked for to take a step of a placement. */
import { ArrayMaxSize, ArrayMinSize } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { Audience } from '../../schema/audience';
import { PAGE_SIZE_MAX } from '../../schema/page';
import type { DataCategory, Purpose } from '../../schema/vocabulary';
import { DataCategoryWord, PurposeWord } from '../../schema/vocabulary-enums';
import { PlacementReason, type PlacementReasonWord } from './placement.type';

@InputType('ProposePlacementInput', { description: 'A debt to entrust to an agency, and under what terms.' })
@Audience('INTERNAL')
export class ProposePlacementInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The debt.' })
  debtId!: string;

  @Field(() => ID, { description: 'The agency.' })
  agencyId!: string;

  @Field(() => ID, { description: 'The agreement with the agency it is made under.' })
  agreementId!: string;

  @Field(() => [PurposeWord], { nullable: true, description: 'The purposes it is made for; every purpose of the agreement when left out.' })
  purposes?: Purpose[] | null;

  @Field(() => [DataCategoryWord], { nullable: true, description: 'The categories of data it hands over; every category of the agreement when left out.' })
  categories?: DataCategory[] | null;
}

@InputType('ProposePlacementsInput', { description: 'Debts to entrust to one agency under the same terms. Each succeeds or is refused on its own.' })
@Audience('INTERNAL')
export class ProposePlacementsInput {
  @Field(() => String, { description: 'At most 180 characters. Same key and input: same answers.' })
  clientKey!: string;

  @ArrayMinSize(1, { message: 'Name at least one debt.' })
  @ArrayMaxSize(PAGE_SIZE_MAX, { message: 'Name at most 100 debts.' })
  @Field(() => [ID], { description: 'The debts: 1 to 100, none twice.' })
  debtIds!: string[];

  @Field(() => ID, { description: 'The agency.' })
  agencyId!: string;

  @Field(() => ID, { description: 'The agreement with the agency they are made under.' })
  agreementId!: string;

  @Field(() => [PurposeWord], { nullable: true, description: 'The purposes they are made for; every purpose of the agreement when left out.' })
  purposes?: Purpose[] | null;

  @Field(() => [DataCategoryWord], { nullable: true, description: 'The categories of data they hand over; every category of the agreement when left out.' })
  categories?: DataCategory[] | null;
}

@InputType('AnswerPlacementInput', { description: 'A placement proposed to your agency.' })
@Audience('PARTNER')
export class AnswerPlacementInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The placement.' })
  placementId!: string;
}

@InputType('RejectPlacementInput', { description: 'A placement your agency does not take, and why.' })
@Audience('PARTNER')
export class RejectPlacementInput extends AnswerPlacementInput {
  @Field(() => PlacementReason, { description: 'Why it is rejected.' })
  reason!: PlacementReasonWord;
}

@InputType('EndPlacementInput', { description: 'A placement to end, and why.' })
@Audience('INTERNAL')
export class EndPlacementInput {
  @Field(() => String, { description: 'Same key and input: same answer.' })
  clientKey!: string;

  @Field(() => ID, { description: 'The placement.' })
  placementId!: string;

  @Field(() => PlacementReason, { description: 'Why it ends.' })
  reason!: PlacementReasonWord;
}
