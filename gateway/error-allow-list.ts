/**
 * What a caller may learn from an error: a closed code, a fixed text and four extensions. Whatever is not on the list becomes
 * INTERNAL, because a message from deeper down may hold a row, a hidden field's name or a room's address.
 */
import type { GraphQLFormattedError } from 'graphql';
import { HubError, HUB_ERROR_CODES, type HubErrorCode } from '../kernel/errors';
import { INTERNAL_MESSAGE } from '../kernel/http';

const CODES: ReadonlySet<string> = new Set(HUB_ERROR_CODES);

type Extensions = Record<string, unknown>;

function isHubCode(code: unknown): code is HubErrorCode {
  return typeof code === 'string' && CODES.has(code);
}

function allowedExtensions(code: HubErrorCode, from: Extensions): Extensions {
  const { ruleId, argument, retryAfterMs } = from;
  return {
    code,
    ...(typeof ruleId === 'string' && { ruleId }),
    ...(typeof argument === 'string' && { argument }),
    ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
  };
}

const internal = (): GraphQLFormattedError => ({ message: INTERNAL_MESSAGE, extensions: { code: 'INTERNAL' } });

/** An error of a room's answer, or whatever was thrown instead of one. Only a HubError's code vouches for its message. */
export function fromRoom(error: unknown): GraphQLFormattedError {
  if (error instanceof HubError) return withoutCause(error);
  const { message, path, extensions } = error as Partial<GraphQLFormattedError>;
  const code = extensions?.['code'];
  const place = Array.isArray(path) ? { path: path as readonly (string | number)[] } : {};
  if (!isHubCode(code) || code === 'INTERNAL' || typeof message !== 'string') return { ...internal(), ...place };
  return { message, ...place, extensions: allowedExtensions(code, extensions ?? {}) };
}

function withoutCause(error: HubError): GraphQLFormattedError {
  if (error.code === 'INTERNAL') return internal();
  return { message: error.message, extensions: allowedExtensions(error.code, { ...error.extensions }) };
}

/** Codes that Apollo Server gives to what is wrong with the request itself. */
const REQUEST_CODES: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'PERSISTED_QUERY_NOT_FOUND',
  'BAD_REQUEST',
]);

/** Apollo Server's last word on every error: rooms' errors were cleaned at the fetch, so what else has a code is the server's own. */
export function toPublicError(formatted: GraphQLFormattedError): GraphQLFormattedError {
  const { message, path, locations, extensions = {} } = formatted;
  const code = extensions['code'];
  const place = path === undefined ? {} : { path };
  if (isHubCode(code)) {
    return code === 'INTERNAL' ? { ...internal(), ...place } : { message, ...place, extensions: allowedExtensions(code, extensions) };
  }
  if (typeof code !== 'string' || !REQUEST_CODES.has(code)) return { ...internal(), ...place };
  return { ...safeRequestError(code, message), ...(locations && { locations }) };
}

function safeRequestError(code: string, message: string): GraphQLFormattedError {
  if (code === 'BAD_USER_INPUT') return variableError(message);
  const text = code === 'GRAPHQL_PARSE_FAILED' ? 'The document has a syntax error.' : code === 'GRAPHQL_VALIDATION_FAILED' ? validationMessage(message) : requestMessage(code, message);
  return { message: text, extensions: { code: 'BAD_INPUT' } };
}

/** graphql-js quotes the value it could not use; a value may be a telephone number that would end in somebody's log. */
function variableError(message: string): GraphQLFormattedError {
  const [, variable] = /^Variable "\$(\w+)"/.exec(message) ?? [];
  const [, field] = / at "([\w.[\]]+)";/.exec(message) ?? [];
  const [, missing] = /; Field "(\w+)" of required type "[\w[\]!]+" was not provided\.$/.exec(message) ?? [];
  const holder = field ?? variable;
  const argument = missing === undefined || holder === undefined ? holder : `${holder}.${missing}`;
  if (argument === undefined) return { message: 'The variables do not fit the operation.', extensions: { code: 'BAD_INPUT' } };
  const [required] = /of required type "[\w[\]!]+" was not provided|of non-null type "[\w[\]!]+" must not be null/.exec(message) ?? [];
  return { message: required === undefined ? `The variable $${argument} holds a value that its type does not allow.` : `The variable $${argument} ${required}.`, extensions: { code: 'BAD_INPUT', argument } };
}

/** The messages of graphql-js's rules that hold names of the document and of the contract, and no value. */
const NAMES_ONLY =
  /^(Cannot query field|Unknown (argument|type|directive|fragment)|Field "|Fragment|Fragments|Variable "\$|Argument "|Directive "|The directive|There can be only one|This anonymous|Value "\w+" does not exist|Enum|Expected value of type|Subscription|Too many|Cannot spread|Operation|Schema is not configured)/;

function validationMessage(message: string): string {
  if (!NAMES_ONLY.test(message)) return 'A value in the document is not one its type allows.';
  return message.replace(/, found .*$/s, '.').replace(/ Did you mean.*$/s, '');
}

function requestMessage(code: string, message: string): string {
  if (code.startsWith('PERSISTED_QUERY')) return 'Persisted queries are not supported; send the document.';
  if (/CSRF/.test(message)) return 'Send content-type application/json, or the header apollo-require-preflight: browsers may not ask without permission.';
  if (/GET requests only support query/.test(message)) return 'GET requests only support queries.';
  if (/batch/i.test(message)) return 'Send one operation per request.';
  return 'The request is not a GraphQL request: send a JSON object with a query by POST, or a query by GET.';
}
