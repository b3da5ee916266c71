/**
 * Lets every refusal say its texts in the caller's language. A rule decides and knows no reader; what a command answered is
 * kept in English, and the same answer may be read again by somebody else.
 */
import { isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { isRuleId, textsOf } from '../schema/messages';
import type { RoomContext } from './context';
import type { Refusal } from './errors';

/** Changes the schema in place: it belongs to the room that is opening. */
export function localiseRefusals(schema: GraphQLSchema): void {
  const refusal = schema.getType('Refusal');
  if (!isObjectType(refusal)) return;
  for (const part of ['message', 'remedy'] as const) {
    const field = refusal.getFields()[part]!;
    const inLanguage: GraphQLFieldResolver<Refusal, RoomContext> = (said, _args, { request: { language } }) =>
      language === 'en' || !isRuleId(said.ruleId) ? said[part] : textsOf(said.ruleId, language, said.values)[part];
    field.resolve = inLanguage as GraphQLFieldResolver<unknown, unknown>;
  }
}
