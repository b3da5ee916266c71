/**
 * One audience's contract, served: a federation gateway that knows nothing outside the contract, and the GraphQL server in
 * front of it with everything switched off that helps an attacker. Does not know HTTP or tokens.
 */
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginInlineTraceDisabled, ApolloServerPluginLandingPageDisabled, ApolloServerPluginSchemaReportingDisabled, ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, type FormattedExecutionResult, type GraphQLFormattedError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Diagnostics } from '../kernel/diagnostics';
import { HEADERS } from '../kernel/http';
import { fromRoom, toPublicError } from './error-allow-list';
import type { Operation } from './operation';

export interface AudienceServerOptions {
  readonly supergraphSdl: string;
  readonly source: (room: string) => GraphQLDataSource<Record<string, unknown>>;
  readonly maxTokens: number;
  readonly diagnostics: Diagnostics;
  readonly onAnswered: (operation: Operation, codes: readonly string[]) => void;
}

export type AudienceServer = ApolloServer<Operation>;

export async function openAudienceServer(options: AudienceServerOptions): Promise<AudienceServer> {
  const logger = quietLogger(options.diagnostics);
  const gateway = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => options.source(name),
    logger,
    debug: false,
    // Any client could otherwise ask for the plan by a header and read the names of hidden fields in it.
    __exposeQueryPlanExperimental: false,
  });
  const server = new ApolloServer<Operation>({
    gateway,
    logger,
    // The defaults of other values show stack traces, plans and suggestions; the environment MUST NOT decide that.
    nodeEnv: 'production',
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: options.maxTokens },
    validationOptions: { maxErrors: 1 },
    formatError: toPublicError,
    plugins: [
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      answerPlugin(options.onAnswered),
    ],
  });
  await server.start();
  return server;
}

/** Texts of the libraries may quote a document or an address; their presence is enough to know where to look. */
function quietLogger(diagnostics: Diagnostics) {
  const at = (level: 'debug' | 'warn' | 'error') => () => diagnostics[level]({ part: 'federation' }, 'the federation library reported something');
  return { debug: () => undefined, info: () => undefined, warn: at('warn'), error: at('error') };
}

function answerPlugin(onAnswered: AudienceServerOptions['onAnswered']): ApolloServerPlugin<Operation> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation, schema }) => refuseUnplannable(operation, schema),
      willSendResponse: async ({ contextValue: operation, response }) => {
        const { body, http } = response;
        if (body.kind !== 'single') return;
        body.singleResult = publicResult(body.singleResult, operation.caller.requestId);
        if (operation.ledgerIndex >= 0) http.headers.set(HEADERS.ledgerIndex, String(operation.ledgerIndex));
        onAnswered(operation, (body.singleResult.errors ?? []).map(({ extensions }) => String(extensions?.['code'])));
      },
    }),
  };
}

/** Validation lets these pass and the planner would fail on them, as if it were the hub's fault. */
function refuseUnplannable(operation: OperationDefinitionNode | undefined, schema: GraphQLSchema): void {
  if (operation === undefined) throw badInput('The document has no operation of that name, or several and none was named.');
  if (!schema.getRootType(operation.operation)) throw badInput(`This contract has no ${operation.operation}.`);
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_INPUT', http: { status: 400 } } });
}

/**
 * Three members and nothing else. The gateway reports a value that does not fit the contract (an enum value outside it, a null
 * where none may be) only as `extensions.valueCompletion`, beside a null that looks like "absent": it is an error, so it says so.
 */
function publicResult({ data, errors, extensions }: FormattedExecutionResult, requestId: string): FormattedExecutionResult {
  const lost = (extensions as { valueCompletion?: readonly GraphQLFormattedError[] } | undefined)?.valueCompletion ?? [];
  const all = [...(errors ?? []), ...lost.map(({ path }) => fromRoom({ path }))];
  const named = all.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } }));
  return { ...(named.length > 0 && { errors: named }), ...(data !== undefined && { data }) };
}
