/** Proofs as they are shown: texts in the ledger's own formats, to be verified by whoever receives them. */
import { Field, Int, ObjectType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE } from '../schema/audience';
import { Checkpoint } from './checkpoint.type';

@ObjectType('EntryVerification', { description: 'The proof that an entry is in the ledger of a checkpoint.' })
@Audience(...EVERY_AUDIENCE)
export class EntryVerification {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => Checkpoint, { description: 'The checkpoint whose root the proof leads to.' })
  checkpoint!: Checkpoint;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => [String], { description: "The inclusion proof of RFC 9162, from the leaf's sibling up, each hash in base64." })
  proof!: readonly string[];

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The same as one file, C2SP tlog-proof@v1, with the checkpoint and its cosignatures.' })
  tlogProof!: string;
}

@ObjectType('StreamHead', { description: 'Where a stream ends, proven: so many entries it has up to a checkpoint, and no more.' })
@Audience(...EVERY_AUDIENCE)
export class StreamHead {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The stream, e.g. `debt:debt_…`.' })
  stream!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => Int, { description: 'How many entries it has up to the checkpoint: the number of its last one.' })
  n!: number;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The leaf hash of its last entry, in base64.' })
  leafHash!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The proof under the root in the heads entry: one line of canonical JSON, as FORMAT 8.9 describes it.' })
  proof!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The bytes of the heads entry, verbatim, in base64. It is the last entry of the checkpoint.' })
  headsEntry!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => EntryVerification, { description: 'The proof that the heads entry is in the ledger.' })
  verification!: EntryVerification;
}
