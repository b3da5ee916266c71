/**
 * The one door of the gateway: the only part of the hub that clients reach. Opens one contract per audience over the same
 * rooms, and stops by finishing what has begun. Holds no data and decides no right; the rooms do.
 */
import { createServer } from 'node:http';
import express, { type Express } from 'express';
import { actorOf, mountRoutes, requestIdOf, type AuthenticatedRoute } from '../kernel/authenticated-route';
import { disableTelemetry, type Config } from '../kernel/config';
import type { Diagnostics } from '../kernel/diagnostics';
import { HubError } from '../kernel/errors';
import { asHubError, drain, listen, sendError } from '../kernel/http';
import { openMetrics, type Metrics } from '../kernel/metrics';
import type { RoomLink } from '../kernel/room-client';
import type { TokenVerifier } from '../kernel/token';
import { readContract } from '../schema/artefacts';
import { AUDIENCES, type Audience, type RoomName } from '../schema/vocabulary';
import { Admission } from './admission';
import { audienceEndpoint } from './audience-endpoint';
import { openAudienceServer, type AudienceServer } from './audience-server';
import { consolePage, consoleRoutes, CONSOLE_HEADERS } from './console';
import { DEFAULT_DOCUMENT_LIMITS, documentCheck, type DocumentLimits } from './operation-limits';
import type { Operation } from './operation';
import { operationsRoutes } from './operations-routes';
import { roomSource, type FetchObserver } from './room-source';

export { openLocalIssuer, refuseExternalIssuer, type LocalIssuer, type TokenRequest } from './local-issuer';
export { openRoomProxy } from './proxy-route';

export interface GatewayOptions {
  readonly config: Pick<Config, 'host' | 'port' | 'limits' | 'metricsToken'>;
  readonly rooms: Readonly<Partial<Record<RoomName, RoomLink>>>;
  readonly tokens: TokenVerifier;
  readonly diagnostics: Diagnostics;
  readonly metrics?: Metrics;
  readonly routes?: readonly AuthenticatedRoute[];
  /** The supergraph of an audience; the committed contract unless given. */
  readonly contractOf?: (audience: Audience) => string;
  /** Narrower or wider document limits than the defaults; depth and root fields come from the configuration. */
  readonly documentLimits?: Partial<DocumentLimits>;
  readonly concurrency?: { readonly most: number; readonly mostPerOrg: number };
}

export interface Gateway {
  readonly url: string;
  stop(): Promise<void>;
}

/** Two cores answer about 500 reads a second; what is beyond half a second of them waits in vain. */
const DEFAULT_CONCURRENCY = { most: 256, mostPerOrg: 64 };
/** A fetch must end before its operation, so that the answer can still say which room was late. */
const FETCH_SHARE_OF_DEADLINE = 0.8;
const DRAIN_MS = 10_000;

export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  disableTelemetry();
  const state = { draining: false };
  const metrics = options.metrics ?? openMetrics({ processMetrics: false });
  const servers = await openServers(options, metrics);
  const app = mount(options, metrics, servers, () => state.draining);
  const server = createServer(app);
  const url = await listen(server, options.config.host, options.config.port);
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    state.draining = true;
    await drain(server, DRAIN_MS);
    await Promise.all([...servers.values()].map((each) => each.stop()));
  };
  return { url, stop: () => (stopped ??= stop()) };
}

type Servers = ReadonlyMap<Audience, AudienceServer>;

async function openServers(options: GatewayOptions, metrics: Metrics): Promise<Servers> {
  const { rooms, config, diagnostics, contractOf = (audience) => readContract(audience).supergraphSdl } = options;
  const observer: FetchObserver = {
    failed: (room, requestId, err) => diagnostics.error({ room, requestId, err }, 'a room failed'),
  };
  const source = (name: string) => {
    const room = rooms[name as RoomName];
    if (room === undefined) throw new Error(`The contract names the room ${name}, which was not given.`);
    return roomSource(room, observer, config.limits.deadlineMs * FETCH_SHARE_OF_DEADLINE);
  };
  const onAnswered = ({ startedAt }: Operation, codes: readonly string[]) => {
    metrics.operations.observe({ room: 'gateway', outcome: codes[0] ?? 'ok' }, (performance.now() - startedAt) / 1000);
  };
  const opened = await Promise.all(
    AUDIENCES.map(async (audience) => {
      const server = await openAudienceServer({ supergraphSdl: contractOf(audience), source, maxTokens: limitsOf(options).tokens, diagnostics, onAnswered });
      return [audience, server] as const;
    }),
  );
  return new Map(opened);
}

function limitsOf({ config, documentLimits }: GatewayOptions): DocumentLimits {
  return { ...DEFAULT_DOCUMENT_LIMITS, depth: config.limits.depth, rootFields: config.limits.rootFields, ...documentLimits };
}

function mount(options: GatewayOptions, metrics: Metrics, servers: Servers, isDraining: () => boolean): Express {
  const { config, tokens, diagnostics, rooms } = options;
  const app = express().disable('x-powered-by').disable('etag');
  const { most, mostPerOrg } = options.concurrency ?? DEFAULT_CONCURRENCY;
  const admission = new Admission(most, mostPerOrg);
  const checkDocument = documentCheck(limitsOf(options));
  app.use((_request, response, next) => {
    response.setHeader('x-content-type-options', 'nosniff');
    next();
  });
  for (const [audience, server] of servers) {
    const { bodyBytes, deadlineMs } = config.limits;
    const endpoint = audienceEndpoint({
      audience, server, tokens, admission, checkDocument, bodyBytes, deadlineMs, diagnostics, isDraining,
      page: consolePage(audience), pageHeaders: CONSOLE_HEADERS,
    });
    app.all(endpointPath(audience), endpoint);
  }
  const routes = (options.routes ?? []).map((route) => ({ ...route, router: express.Router().use(admitted(admission)).use(route.router) }));
  mountRoutes(app, routes, (request) => tokens.authenticate(request.headers, null));
  app.use(consoleRoutes());
  app.use(operationsRoutes({ rooms: Object.values(rooms), metrics, metricsToken: config.metricsToken, isDraining }));
  app.use((_request, response) => sendError(response, new HubError('NOT_FOUND', 'There is nothing here.'), requestIdOf(response)));
  app.use(((error, _request, response, _next) => {
    diagnostics.error({ requestId: requestIdOf(response), err: error }, 'a route failed');
    sendError(response, asHubError(error), requestIdOf(response));
  }) as express.ErrorRequestHandler);
  return app;
}

/** A download counts like an operation: both hold a place until the answer is out. */
function admitted(admission: Admission): express.RequestHandler {
  return (_request, response, next) => {
    try {
      response.once('close', admission.enter(actorOf(response).org));
      next();
    } catch (error) {
      sendError(response, asHubError(error), requestIdOf(response));
    }
  };
}

/** `/partner/graphql` */
export function endpointPath(audience: Audience): string {
  return `/${audience.toLowerCase()}/graphql`;
}
