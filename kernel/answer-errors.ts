/**
 * What a room says when something failed: a closed code and a fixed text, never a message from deeper down, which may
 * carry personal data or another tenant's facts. The whole error goes to diagnostics under the request's id.
 */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { InputError } from '../schema/input-error';
import type { Diagnostics } from './diagnostics';
import { HubError } from './errors';

/**
 * A failure of the caller's document or variables: graphql-js made the message from the schema and the document only. What
 * a scalar or an enum says of a variable is wrapped, but before any field has run, so there is no path.
 */
function isCallersMistake(error: GraphQLError): boolean {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && (cause === error || error.path === undefined)) cause = cause.originalError;
  return cause === undefined || cause === null;
}

function hubErrorOf(error: GraphQLError): HubError | null {
  let cause: unknown = error.originalError;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  if (cause instanceof HubError) return cause;
  if (cause instanceof InputError) return new HubError('BAD_INPUT', cause.message, { argument: cause.argument });
  return null;
}

export function toAnswerError(error: GraphQLError, requestId: string, diagnostics: Diagnostics): GraphQLFormattedError {
  const known = hubErrorOf(error);
  const place = { ...(error.path ? { path: error.path } : {}), ...(error.locations ? { locations: error.locations } : {}) };
  if (known !== null && known.code !== 'INTERNAL') return { message: known.message, ...place, extensions: { ...known.extensions } };
  if (known === null && isCallersMistake(error)) {
    return { message: 'The operation or its variables do not fit this schema.', ...place, extensions: { code: 'BAD_INPUT' } };
  }
  diagnostics.error({ requestId, err: error.originalError ?? error }, 'a resolver failed');
  return { message: 'Something failed inside the hub; the request id names it in our records.', ...place, extensions: { code: 'INTERNAL' } };
}
