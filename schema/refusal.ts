/**
 * How a command answers: a union of what was accepted and why it was refused. A refusal is a value and never an error,
 * so a client cannot mistake a rule for an outage.
 */
import { createUnionType, Directive, Field, Int, ObjectType, type ClassType } from 'type-graphql';
import { Audience, EVERY_AUDIENCE, type AudienceList } from './audience';
import { declareUnion } from './union-type';

@ObjectType('Refusal', { description: 'A rule of the hub refused the command; nothing was changed.' })
@Directive('@shareable')
@Audience(...EVERY_AUDIENCE)
export class Refusal {
  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The rule that refused, stable over releases.' })
  ruleId!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'The dated rule pack the rule was read from.' })
  rulePack!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'What was refused and why, in a sentence.' })
  message!: string;

  @Audience(...EVERY_AUDIENCE)
  @Field(() => String, { description: 'What would make the same command legal.' })
  remedy!: string;
}

/** What every accepted command says besides its entity. */
export interface Accepted {
  /** Null while the ledger is away: the command is durable and its entry follows. */
  readonly ledgerIndex: number | null;
  readonly pending: boolean;
}

export interface AcceptedDeclaration<E extends string, T extends object> {
  /** The GraphQL name, e.g. `PlacementAccepted`. */
  readonly name: string;
  readonly description: string;
  readonly audiences: AudienceList;
  /** The field that holds the entity, e.g. `placement`. */
  readonly entity: E;
  readonly type: () => ClassType<T>;
}

/** An object type with the entity's field, `ledgerIndex` and `pending`. */
export function acceptedOf<E extends string, T extends object>(declaration: AcceptedDeclaration<E, T>): ClassType<Accepted & Record<E, T>> {
  const { name, description, audiences, entity, type } = declaration;
  class AcceptedAnswer {}
  const addField = (field: string, fieldType: () => unknown, options: { nullable?: boolean; description: string }): void => {
    Field(fieldType as () => ClassType, options)(AcceptedAnswer.prototype, field);
    Audience(...audiences)(AcceptedAnswer.prototype, field);
  };
  ObjectType(name, { description })(AcceptedAnswer);
  Audience(...audiences)(AcceptedAnswer);
  addField(entity, type, { description: 'The entity as the command left it.' });
  addField('ledgerIndex', () => Int, {
    nullable: true,
    description: "The index of the command's entry in the ledger; null while the ledger is away.",
  });
  addField('pending', () => Boolean, { description: 'True when the entry has no index yet: it will get one, the command stands.' });
  return AcceptedAnswer as ClassType<Accepted & Record<E, T>>;
}

export interface ResultDeclaration<T extends object> {
  /** The GraphQL name, e.g. `PlacementResult`. */
  readonly name: string;
  readonly description: string;
  readonly audiences: AudienceList;
  readonly accepted: ClassType<T>;
}

/** `union <name> = <accepted> | Refusal`. A value with a `ruleId` is the refusal, plain objects included. */
export function resultOf<T extends object>(declaration: ResultDeclaration<T>): T | Refusal {
  const { name, description, audiences, accepted } = declaration;
  declareUnion(name, audiences);
  const union: unknown = createUnionType({
    name,
    description,
    types: () => [accepted, Refusal] as const,
    resolveType: (value: object) => ('ruleId' in value ? Refusal : accepted),
  });
  return union as T | Refusal;
}
