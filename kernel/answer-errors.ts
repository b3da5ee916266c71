/**
 * What a room says when something failed: a closed code and a fixed text, never a message from deeper down, which may
 * carry personal data or another tenant's facts; that it may be asked again where that helps. The whole error goes to diagnostics under the request's id.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { InputError } from '../schema/input-error';
import { isRuleId, sentencesOf, textsOf, type Language } from '../schema/messages';
import { toUnavailable } from './database/postgres-errors';
import type { Diagnostics } from './diagnostics';
import { HubError } from './errors';
import type { RoomRequest } from './room';

/** How graphql-js begins when a value written in the document does not fit its argument; it comes with the field's path. */
const ARGUMENT_TEXT = /^Argument "\w+" (?:has invalid value|of (?:required|non-null) type)/;

/**
 * A failure of the caller's document or variables: graphql-js made the message from the schema and the document only. What
 * a scalar or an enum says of a variable is wrapped, but before any field has run, so there is no path.
 */
function isCallersMistake(error: GraphQLError): boolean {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && (cause === error || error.path === undefined)) cause = cause.originalError;
  if (cause instanceof GraphQLError) return cause.originalError === undefined && ARGUMENT_TEXT.test(cause.message);
  return cause === undefined || cause === null;
}

const UNFIT = 'The operation or its variables do not fit this schema.';
/** How the scalars of schema/ say what they take. Theirs alone is repeated: others quote the value, which may be personal data. */
const SCALAR_TEXT = /^(?:An? )?[A-Z]\w+ is /;

/** graphql-js ends with `at "input.amount.minor"; ` and what the type itself had said; before that stands the value. */
function mistakeIn({ message, originalError }: GraphQLError): { readonly message: string; readonly argument?: string } {
  const [, argument = null] = /^(?:Variable "\$|Argument ")(\w+)" (?:has|got|of)/.exec(message) ?? [];
  if (argument === null) return { message: UNFIT };
  const said = originalError?.message ?? '';
  if (!SCALAR_TEXT.test(said)) return { message: UNFIT, argument };
  const [, place = argument] = /at "([\w.[\]]+)"$/.exec(message.slice(0, -`; ${said}`.length)) ?? [];
  return { message: said, argument: place };
}

function causeOf(error: GraphQLError): unknown {
  let cause: unknown = error.originalError;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  return cause;
}

function hubErrorOf(error: GraphQLError): HubError | null {
  const cause = causeOf(error);
  if (cause instanceof HubError) return cause;
  if (cause instanceof InputError) return new HubError('BAD_INPUT', cause.message, { argument: cause.argument });
  return null;
}

/** English is what the error itself says; a rule of the catalogue can say it in the caller's language. */
function textOf({ message, extensions: { ruleId } }: HubError, language: Language = 'en'): string {
  return language !== 'en' && ruleId !== undefined && isRuleId(ruleId) ? sentencesOf(textsOf(ruleId, language)) : message;
}

export function toAnswerError(error: GraphQLError, { requestId, language }: Pick<RoomRequest, 'requestId' | 'language'>, diagnostics: Diagnostics): GraphQLFormattedError {
  const known = hubErrorOf(error);
  const place = { ...(error.path ? { path: error.path } : {}), ...(error.locations ? { locations: error.locations } : {}) };
  if (known !== null && known.code !== 'INTERNAL') return { message: textOf(known, language), ...place, extensions: { ...known.extensions } };
  if (known === null && isCallersMistake(error)) {
    const { message, ...named } = mistakeIn(error);
    return { message, ...place, extensions: { code: 'BAD_INPUT', ...named } };
  }
  diagnostics.error({ requestId, err: error.originalError ?? error }, 'a resolver failed');
  const told = toUnavailable(causeOf(error));
  if (told !== null) return { message: told.message, ...place, extensions: { ...told.extensions } };
  return { message: 'Something failed inside the hub; the request id names it in our records.', ...place, extensions: { code: 'INTERNAL' } };
}
