/** The gateway's own HTTP endpoint in front of any GraphQL server: every variant has the same token check, limits and headers. */
import { createServer } from 'node:http';
import express from 'express';
import { Admission } from '../../gateway/admission';
import { audienceEndpoint } from '../../gateway/audience-endpoint';
import type { AudienceServer } from '../../gateway/audience-server';
import { DEFAULT_DOCUMENT_LIMITS, documentCheck } from '../../gateway/operation-limits';
import type { PreparedConfig } from '../../kernel/config';
import type { Diagnostics } from '../../kernel/diagnostics';
import { drain, listen } from '../../kernel/http';
import type { TokenVerifier } from '../../kernel/token';
import { READ_PATH } from './read-query';

export interface BenchSurroundings {
  readonly config: PreparedConfig;
  readonly tokens: TokenVerifier;
  readonly diagnostics: Diagnostics;
}

export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

const NOT_DRAINING = (): boolean => false;

export async function serveAudience(audienceServer: AudienceServer, { config, tokens, diagnostics }: BenchSurroundings): Promise<Served> {
  const { bodyBytes, deadlineMs, depth, rootFields } = config.limits;
  const app = express().disable('x-powered-by').disable('etag');
  const endpoint = audienceEndpoint({
    audience: 'INTERNAL',
    server: audienceServer,
    tokens,
    admission: new Admission(256, 256),
    checkDocument: documentCheck({ ...DEFAULT_DOCUMENT_LIMITS, depth, rootFields }),
    bodyBytes,
    deadlineMs,
    diagnostics,
    page: '',
    pageHeaders: {},
    isDraining: NOT_DRAINING,
  });
  app.all(READ_PATH, endpoint);
  const server = createServer(app);
  const url = await listen(server, config.host, 0);
  const stop = async (): Promise<void> => {
    await drain(server, 1_000);
    await audienceServer.stop();
  };
  return { url: `${url}${READ_PATH}`, stop };
}
