/** Answers for creditors and their relations. Every read batches through a loader; out of scope is null, like absent. */
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { connectionFrom, type Connection } from '../../schema/connection';
import { ConnectionArgs, openPage } from '../../schema/page';
import { loadCreditor } from './creditor.loader';
import { creditorRepository } from './creditor.repository';
import { Creditor, CreditorConnection, toCreditor } from './creditor.type';
import { entrustmentAgreementRepository } from './entrustment-agreement.repository';
import { agreementKey, AGREEMENT_SORT } from './entrustment-agreement.resolver';
import { EntrustmentAgreementConnection, toEntrustmentAgreement, type EntrustmentAgreement } from './entrustment-agreement.type';
import { staffAuthorityRepository } from './staff-authority.repository';
import { authorityKey, AUTHORITY_SORT } from './staff-authority.resolver';
import { StaffAuthorityConnection, toStaffAuthority, type StaffAuthority } from './staff-authority.type';
import { supervisionMandateRepository } from './supervision-mandate.repository';
import { mandateKey, MANDATE_SORT } from './supervision-mandate.resolver';
import { SupervisionMandateConnection, toSupervisionMandate, type SupervisionMandate } from './supervision-mandate.type';

@Resolver(() => Creditor)
export class CreditorResolver {
  @Audience(...EVERY_AUDIENCE)
  @Query(() => Creditor, { nullable: true, description: 'One creditor, or null when there is none in your scope.' })
  creditor(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Creditor | null> {
    return loadCreditor(context, id);
  }

  @Audience(...EVERY_AUDIENCE)
  @Query(() => CreditorConnection, { description: 'The creditors in your scope, by code.' })
  async creditors(@Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<Creditor>> {
    const page = openPage(args, { audience: context.actor.audience, sort: 'creditors:code' });
    const rows = await creditorRepository.page(context.actor, await context.read(), page);
    return connectionFrom(page, rows, (row) => [row.code], toCreditor);
  }

  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => StaffAuthorityConnection, { description: 'What its staff were granted, oldest first.' })
  async staffAuthorities(@Root() creditor: Creditor, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<StaffAuthority>> {
    const page = openPage(args, { audience: context.actor.audience, sort: AUTHORITY_SORT });
    const pages = context.loader(`creditor.staffAuthorities ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) => staffAuthorityRepository.pageOfCreditors(transaction, ids, page));
    const rows = await pages.load(creditor.id);
    const { now } = await context.read();
    return connectionFrom(page, rows, authorityKey, (row) => toStaffAuthority(row, now));
  }

  @Audience('INTERNAL', 'REGULATOR')
  @FieldResolver(() => SupervisionMandateConnection, { description: 'The mandates over it, oldest first; a regulator sees its own.' })
  async supervisionMandates(@Root() creditor: Creditor, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<SupervisionMandate>> {
    const page = openPage(args, { audience: context.actor.audience, sort: MANDATE_SORT });
    const pages = context.loader(`creditor.supervisionMandates ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) =>
      supervisionMandateRepository.pageOfCreditors(transaction, ids, page),
    );
    const rows = await pages.load(creditor.id);
    const { now } = await context.read();
    return connectionFrom(page, rows, mandateKey, (row) => toSupervisionMandate(row, now));
  }

  @Audience('INTERNAL', 'PARTNER', 'REGULATOR')
  @FieldResolver(() => EntrustmentAgreementConnection, { description: 'Its agreements with agencies, oldest first; an agency sees its own.' })
  async agreements(@Root() creditor: Creditor, @Args(() => ConnectionArgs) args: ConnectionArgs, @Ctx() context: RoomContext): Promise<Connection<EntrustmentAgreement>> {
    const page = openPage(args, { audience: context.actor.audience, sort: AGREEMENT_SORT });
    const pages = context.loader(`creditor.agreements ${JSON.stringify(page)}`, (transaction, ids: readonly string[]) =>
      entrustmentAgreementRepository.pageOfCreditors(transaction, ids, page),
    );
    const rows = await pages.load(creditor.id);
    const { now } = await context.read();
    return connectionFrom(page, rows, agreementKey, (row) => toEntrustmentAgreement(row, now));
  }
}
