/**
 * What a room says of its own outbox in the reconciliation: how long its oldest record has waited for the ledger. Every room answers for
 * itself, because none reads another's tables; one that is away answers nothing.
 */
import { Ctx, Directive, Field, FieldResolver, ID, Int, ObjectType, Resolver } from 'type-graphql';
import { Audience } from '../../schema/audience';
import type { RoomName } from '../../schema/vocabulary';
import type { RoomContext } from '../context';
import { OUTBOX_SECONDS_MAX } from './outbox-age';

@ObjectType('OutboxAge', { description: 'How long the oldest record of a room has waited for the ledger. Until then nobody outside the room can know what it says.' })
@Directive('@shareable')
@Audience('INTERNAL')
export class OutboxAge {
  @Audience('INTERNAL')
  @Field(() => Int, { description: 'Whole seconds; 0 when nothing waits.' })
  oldestSeconds!: number;

  @Audience('INTERNAL')
  @Field(() => Boolean, { description: `Whether that is longer than ${OUTBOX_SECONDS_MAX} seconds.` })
  overdue!: boolean;
}

type AnyClass = new () => object;

/** The field that says it, on the room's own class of the reconciliation. */
export function outboxFieldOf(room: RoomName, owner: AnyClass): AnyClass {
  @Resolver(() => owner)
  class OutboxResolver {
    @Audience('INTERNAL')
    @FieldResolver(() => OutboxAge, { name: `${room}Outbox`, nullable: true, description: `The outbox of the ${room} room; null when the room does not answer.` })
    async outbox(@Ctx() { services }: RoomContext): Promise<OutboxAge> {
      const seconds = await services.outboxSeconds();
      return { oldestSeconds: Math.floor(seconds), overdue: seconds > OUTBOX_SECONDS_MAX };
    }
  }
  return OutboxResolver;
}

/** What a room other than the audit room adds to the reconciliation: its field, and the class it stands on. */
export function outboxOf(room: RoomName): { readonly type: AnyClass; readonly resolver: AnyClass } {
  @ObjectType('Reconciliation', { description: 'Both sides of every handover, compared: what one recorded and the other did not. Within your scope.' })
  @Directive('@key(fields: "id")')
  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  class ReconciliationStub {
    @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
    @Field(() => ID, { description: 'The same for every reconciliation: there is one.' })
    id!: string;
  }
  return { type: ReconciliationStub, resolver: outboxFieldOf(room, ReconciliationStub) };
}
