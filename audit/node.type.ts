/**
 * The entities that `node(id:)` can lead to beside those that have a trail: each as nothing but its id, which its own room
 * answers for. A type whose audiences are narrower than `node` does not exist for the others.
 */
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE, type AudienceList } from '../schema/audience';
import { Node } from '../schema/node';

const PARTIES: AudienceList = ['INTERNAL', 'PARTNER', 'REGULATOR'];
const STAFF_AND_REGULATOR: AudienceList = ['INTERNAL', 'REGULATOR'];

function stubOf(name: string, description: string, audiences: AudienceList): new () => Node {
  @ObjectType(name, { implements: Node, description })
  @Directive('@key(fields: "id", resolvable: false)')
  @Audience(...audiences)
  class NodeStub implements Node {
    @Audience(...audiences)
    @Field(() => ID, { description: 'The global id.' })
    id!: string;
  }
  return NodeStub;
}

export const PlacementStub = stubOf('Placement', 'One debt entrusted to one agency. The creditor stays the same.', EVERY_AUDIENCE);

export const NODE_STUBS = [
  stubOf('StaffAuthority', 'A recorded right of a member of staff.', STAFF_AND_REGULATOR),
  stubOf('SupervisionMandate', 'A recorded right of a regulator to supervise one creditor.', STAFF_AND_REGULATOR),
  stubOf('EntrustmentAgreement', 'Under what terms a creditor entrusts debts to an agency.', PARTIES),
  stubOf('AmountDetermination', 'What was owed on a day, who determined it and from what.', EVERY_AUDIENCE),
  PlacementStub,
  stubOf('Grant', 'A right recorded in the ledger: what an agency may see of one debt, for what, and for how long.', EVERY_AUDIENCE),
  stubOf('Payment', 'Money received on a debt.', EVERY_AUDIENCE),
  stubOf('Licence', 'A licence of an agency, with its expiry.', EVERY_AUDIENCE),
  stubOf('Engagement', "One creditor's view of one agency.", PARTIES),
  stubOf('LegalHold', 'A duty to preserve what is known of a borrower.', STAFF_AND_REGULATOR),
  stubOf('ContactPoint', 'One way to reach a borrower, and how it became known.', EVERY_AUDIENCE),
] as const;
