/** Answers for exports: the request, and how far it is. */
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { answerCommand } from '../../kernel/command-answer';
import type { RoomContext } from '../../kernel/context';
import { Audience } from '../../schema/audience';
import type { Accepted, Refusal } from '../../schema/refusal';
import { requestExport, requestOwnExports } from './export.command';
import { loadExport } from './export.repository';
import { Export, RequestExportInput, RequestExportResult, RequestOwnExportsInput, toExport } from './export.type';

export async function loadShownExport(context: RoomContext, id: string): Promise<Export | null> {
  const row = await loadExport(context, id);
  return row === null ? null : toExport(row);
}

@Resolver(() => Export)
export class ExportResolver {
  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Query(() => Export, { nullable: true, description: 'An export you asked for, or null when there is none in your scope.' })
  export(@Arg('id', () => ID, { description: 'Its global id.' }) id: string, @Ctx() context: RoomContext): Promise<Export | null> {
    return loadShownExport(context, id);
  }

  @Audience('PARTNER', 'REGULATOR', 'BORROWER')
  @Mutation(() => RequestExportResult, { description: 'Asks for a file that proves what the ledger says about one subject: under your mandate, or about yourself.' })
  async requestExport(
    @Arg('input', () => RequestExportInput, { description: 'What to export.' }) input: RequestExportInput,
    @Ctx() context: RoomContext,
  ): Promise<(Accepted & { export: Export }) | Refusal> {
    return answerCommand(await requestExport(context, input), 'export', (id) => loadShownExport(context, id));
  }

  @Audience('BORROWER')
  @Mutation(() => [RequestExportResult], { description: 'Asks for an export of each record about you, one file for each creditor that keeps one. Needs `exports:write`.' })
  async requestOwnExports(
    @Arg('input', () => RequestOwnExportsInput, { description: 'All of it, or a part by time.' }) input: RequestOwnExportsInput,
    @Ctx() context: RoomContext,
  ): Promise<((Accepted & { export: Export }) | Refusal)[]> {
    const outcomes = await requestOwnExports(context, input);
    return Promise.all(outcomes.map((outcome) => answerCommand(outcome, 'export', (id) => loadShownExport(context, id))));
  }
}
