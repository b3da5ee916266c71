/** Shows with a placement what is to be, or was, attested of its data, and takes the attestation of its agency. */
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { RoomContext } from '../../kernel/context';
import { Audience, EVERY_AUDIENCE } from '../../schema/audience';
import { attestReturnOrDestruction } from './attestation.command';
import { loadLatestAttestation } from './attestation.repository';
import { AttestReturnOrDestructionInput, PlacementAttestation, toPlacementAttestation } from './attestation.type';
import { answerStep, type StepAnswer } from './placement.resolver';
import { Placement, PlacementResult } from './placement.type';

@Resolver(() => Placement)
export class AttestationResolver {
  @Audience(...EVERY_AUDIENCE)
  @FieldResolver(() => PlacementAttestation, { nullable: true, description: 'What became of the data handed over; null while access has not ended, or when there never was any.' })
  async attestation(@Root() { id, attestBy }: Placement, @Ctx() context: RoomContext): Promise<PlacementAttestation | null> {
    if (attestBy === null) return null;
    return toPlacementAttestation(attestBy, await loadLatestAttestation(context, id), (await context.read()).now);
  }

  @Audience('PARTNER')
  @Mutation(() => PlacementResult, { description: "Attests that the data of a placement was returned or destroyed, or is kept by law. Needs `placements:write`." })
  async attestReturnOrDestruction(
    @Arg('input', () => AttestReturnOrDestructionInput, { description: 'The placement, and what became of its data.' }) input: AttestReturnOrDestructionInput,
    @Ctx() context: RoomContext,
  ): Promise<StepAnswer> {
    return answerStep(context, await attestReturnOrDestruction(context, input));
  }
}
