/**
 * The contract of an audience as a validation rule of the room: a document that comes with a bearer token, past the gateway,
 * may ask only for fields tagged for its audience. Like the contracts: what is not tagged does not exist.
 */
import { GraphQLError, Kind, type ASTVisitor, type ValidationContext, type ValidationRule } from 'graphql';
import { tagOf } from '../schema/audience';
import type { Audience } from '../schema/vocabulary';

/** What federation itself adds: a router in front asks for entities, and their fields are checked like any others. */
const FEDERATION_FIELDS = new Set(['_entities', '_service']);

export function audienceRule(audience: Audience): ValidationRule {
  const tag = tagOf(audience);
  return (context: ValidationContext): ASTVisitor => ({
    Field(node) {
      const field = context.getFieldDef();
      if (!field || node.name.value.startsWith('__') || FEDERATION_FIELDS.has(field.name)) return;
      const isTagged = field.astNode?.directives?.some(
        (directive) => directive.name.value === 'tag' && directive.arguments?.some((argument) => argument.value.kind === Kind.STRING && argument.value.value === tag),
      );
      if (!isTagged) context.reportError(new GraphQLError(`Cannot query field "${node.name.value}".`, { nodes: node }));
    },
  });
}
