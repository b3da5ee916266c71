/** The mutation that records a payment. Payments are read through their debts. */
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import { Refusal, type Accepted } from '../../schema/refusal';
import { entityAfter } from './command-answer';
import { recordPayment } from './payment.command';
import { loadPayment } from './payment.repository';
import { Payment, RecordPaymentInput, RecordPaymentResult, toPayment } from './payment.type';

@Resolver(() => Payment)
export class PaymentResolver {
  @Audience('INTERNAL', 'PARTNER')
  @Mutation(() => RecordPaymentResult, { description: 'Records money received on a debt: by the creditor, or by the agency the debt is placed with.' })
  async recordPayment(
    @Arg('input', () => RecordPaymentInput, { description: 'The payment.' }) input: RecordPaymentInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { payment: Payment }) | Refusal> {
    return entityAfter(await recordPayment(context, input), 'payment', async (id) => {
      const row = await loadPayment(context, id);
      return row === null ? null : toPayment(row);
    });
  }
}
