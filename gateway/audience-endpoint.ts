/**
 * `/<audience>/graphql`: from an HTTP request to an operation of a known actor within its limits, or to a refusal. The caller
 * is known before the body is read, and the document is measured before it is validated.
 */
import { expressMiddleware } from '@as-integrations/express5';
import express, { type ErrorRequestHandler, type NextFunction, type Request, type RequestHandler, type Response, type Router } from 'express';
import { requestIdOf } from '../kernel/authenticated-route';
import type { Diagnostics } from '../kernel/diagnostics';
import { HubError } from '../kernel/errors';
import { asHubError, HEADERS, parseAtLeast, sendError } from '../kernel/http';
import type { TokenVerifier } from '../kernel/token';
import { chooseLanguage } from '../schema/messages';
import type { Audience } from '../schema/vocabulary';
import type { Admission } from './admission';
import type { AudienceServer } from './audience-server';
import { Operation } from './operation';

export interface EndpointOptions {
  readonly audience: Audience;
  readonly server: AudienceServer;
  readonly tokens: TokenVerifier;
  readonly admission: Admission;
  readonly checkDocument: (document: string) => void;
  readonly bodyBytes: number;
  readonly deadlineMs: number;
  readonly diagnostics: Diagnostics;
  /** The page for people who open the address in a browser. */
  readonly page: string;
  readonly pageHeaders: Readonly<Record<string, string>>;
  readonly isDraining: () => boolean;
}

export function audienceEndpoint(options: EndpointOptions): Router {
  const { server, bodyBytes, diagnostics } = options;
  const answer = expressMiddleware(server, { context: async ({ res }) => operationOf(res) });
  return express
    .Router()
    .use(showPage(options))
    .use(begin(options))
    .use(express.json({ limit: bodyBytes, inflate: false }))
    .use(measure(options))
    .use(answer)
    .use(refuse(diagnostics));
}

function operationOf(response: Response): Operation {
  const { operation } = response.locals as { operation?: Operation };
  if (operation === undefined) throw new Error('The endpoint has not begun an operation.');
  return operation;
}

function showPage({ page, pageHeaders }: EndpointOptions): RequestHandler {
  return (request, response, next) => {
    const wantsPage = request.method === 'GET' && request.query['query'] === undefined && request.accepts(['json', 'html']) === 'html';
    if (wantsPage) response.set(pageHeaders).type('html').send(page);
    else next();
  };
}

function begin(options: EndpointOptions): RequestHandler {
  const { audience, tokens, admission, deadlineMs, isDraining } = options;
  return async (request: Request, response: Response, next: NextFunction) => {
    const requestId = requestIdOf(response);
    response.setHeader(HEADERS.requestId, requestId);
    response.setHeader('cache-control', 'no-store');
    if (isDraining()) throw new HubError('UNAVAILABLE', 'The hub is stopping.', { retryAfterMs: 5_000 });
    const actor = await tokens.authenticate(request.headers, audience);
    const atLeast = parseAtLeast(request.headers[HEADERS.atLeast]);
    const leave = admission.enter(actor.org);
    const language = chooseLanguage(request.headers['accept-language']);
    const operation = new Operation({ actor, requestId, language }, atLeast, deadlineMs);
    response.once('close', () => {
      if (!response.writableFinished) operation.giveUp();
      operation.finish();
      leave();
    });
    Object.assign(response.locals, { operation });
    next();
  };
}

function measure({ checkDocument }: EndpointOptions): RequestHandler {
  return (request, _response, next) => {
    const { query } = (request.method === 'GET' ? request.query : (request.body ?? {})) as { query?: unknown };
    if (typeof query === 'string') checkDocument(query);
    next();
  };
}

/** body-parser's own messages repeat parts of the body. */
const BODY_REFUSALS: Readonly<Record<string, [status: number, error: HubError]>> = {
  'entity.parse.failed': [400, new HubError('BAD_INPUT', 'The body is not a JSON object.')],
  'charset.unsupported': [415, new HubError('BAD_INPUT', 'The body must be UTF-8.')],
  'encoding.unsupported': [415, new HubError('BAD_INPUT', 'The body must not be compressed.')],
  'request.size.invalid': [400, new HubError('BAD_INPUT', 'The body is not as long as announced.')],
};

function refuse(diagnostics: Diagnostics): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const requestId = requestIdOf(response);
    const { type, limit } = error as { type?: string; limit?: number };
    const body = type === undefined ? undefined : BODY_REFUSALS[type];
    if (type === 'entity.too.large') {
      sendError(response, new HubError('LIMIT_EXCEEDED', `The request body may have at most ${limit} bytes.`, { ruleId: 'LIMIT-BODY' }), requestId, 413);
    } else if (body !== undefined) {
      sendError(response, body[1], requestId, body[0]);
    } else {
      const refusal = asHubError(error);
      if (refusal.code === 'INTERNAL') diagnostics.error({ requestId, err: refusal.cause }, 'a request failed');
      sendError(response, refusal, requestId, refusal.extensions.ruleId?.startsWith('LIMIT-') && refusal.extensions.retryAfterMs === undefined ? 400 : undefined);
    }
  };
}
