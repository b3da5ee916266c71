/**
 * The contract of an audience as a validation rule of the room: a document that comes with a bearer token, past the gateway,
 * may ask only for fields tagged for its audience. Like the contracts: what is not tagged does not exist.
 */
import { GraphQLError, Kind, type ASTVisitor, type GraphQLField, type ValidationContext, type ValidationRule } from 'graphql';
import { tagOf } from '../schema/audience';
import type { Audience } from '../schema/vocabulary';

/** What federation itself adds: a router in front asks for entities, and their fields are checked like any others. */
const FEDERATION_FIELDS = new Set(['_entities', '_service']);

/** Whether the field stands in the contract of the audience. */
export function isForAudience({ astNode }: Pick<GraphQLField<unknown, unknown>, 'astNode'>, audience: Audience): boolean {
  const tag = tagOf(audience);
  const tags = astNode?.directives?.filter(({ name }) => name.value === 'tag') ?? [];
  return tags.some((directive) => directive.arguments?.some(({ value }) => value.kind === Kind.STRING && value.value === tag));
}

export function audienceRule(audience: Audience): ValidationRule {
  return (context: ValidationContext): ASTVisitor => ({
    Field(node) {
      const field = context.getFieldDef();
      if (!field || node.name.value.startsWith('__') || FEDERATION_FIELDS.has(field.name)) return;
      if (!isForAudience(field, audience)) context.reportError(new GraphQLError(`Cannot query field "${node.name.value}".`, { nodes: node }));
    },
  });
}
