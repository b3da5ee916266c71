/** Checkpoints as they are shown, with what witnesses said of them. */
import { Field, Int, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import { Instant } from '../schema/instant';

@ObjectType('Cosignature', { description: 'A witness saw a checkpoint as the largest of this ledger, consistent with all it had seen before.' })
@Audience(...EVERY_AUDIENCE)
export class Cosignature {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: "The witness's verifier key. Whether to believe it is your policy's business." })
  witness!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { description: 'When it saw the checkpoint, by its own clock, to the second.' })
  at!: Date;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The signature line, as it stands in `note`.' })
  line!: string;
}

@ObjectType('Checkpoint', { description: 'The size and root of the ledger at one moment, signed by its key.' })
@Audience(...EVERY_AUDIENCE)
export class Checkpoint {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => Int, { description: 'How many entries it covers.' })
  size!: number;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The root hash of the RFC 6962 tree over them, in base64.' })
  rootHash!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The signed C2SP note with the cosignatures that have come in, to be verified with the key of the ledger and those of the witnesses.' })
  note!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Instant, { description: 'When it was signed, by the clock of the signer.' })
  signedAt!: Date;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => [Cosignature], { description: 'The cosignatures that have come in, one of each witness.' })
  cosignatures!: readonly Cosignature[];
}
