/** A gateway over the sample rooms on a free port, with tokens of a local issuer: what the gateway's tests talk to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fetch } from 'undici';
import { openGateway, openLocalIssuer, type Gateway, type GatewayOptions, type LocalIssuer } from '../../gateway/gateway';
import { loadConfig, type Config } from '../../kernel/config';
import { openDiagnostics } from '../../kernel/diagnostics';
import { openTokenVerifier } from '../../kernel/token';
import { newId } from '../../schema/ids';
import type { Audience } from '../../schema/vocabulary';
import { sampleContract, sampleRooms, type SampleRoom } from './sample-rooms';

export const ORGS: Readonly<Record<Audience, string>> = {
  INTERNAL: newId('creditor'),
  PARTNER: newId('agency'),
  REGULATOR: newId('regulator'),
  BORROWER: newId('person'),
};

export interface PublicError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: Record<string, unknown> & { readonly code: string; readonly requestId: string };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: { readonly data?: Record<string, unknown> | null; readonly errors?: readonly PublicError[]; readonly extensions?: unknown };
  readonly headers: Map<string, string>;
}

export interface Sample {
  readonly gateway: Gateway;
  readonly rooms: { debts: SampleRoom; agencies: SampleRoom; creditors: SampleRoom };
  readonly config: Config;
  readonly issuer: LocalIssuer;
  token(audience: Audience): Promise<string>;
  send(url: string, init?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Answer>;
  /** An operation with a good token, by POST. */
  ask(audience: Audience, query: string, extra?: { variables?: unknown; headers?: Record<string, string> }): Promise<Answer>;
  stop(): Promise<void>;
}

type Overrides = Partial<GatewayOptions> | ((rooms: Sample['rooms'], config: Config) => Promise<Partial<GatewayOptions>>);

export async function openSample(overrides: Overrides = {}, env: NodeJS.ProcessEnv = {}): Promise<Sample> {
  const home = mkdtempSync(path.join(tmpdir(), 'cession-gateway-'));
  const config = loadConfig({ CESSION_HOME: home, PORT: '0', ...env });
  const rooms = sampleRooms();
  const issuer = await openLocalIssuer(config);
  const gateway = await openGateway({
    config,
    rooms,
    tokens: openTokenVerifier(config),
    diagnostics: openDiagnostics('silent'),
    contractOf: (audience) => sampleContract(rooms, audience).supergraphSdl,
    ...(typeof overrides === 'function' ? await overrides(rooms, config) : overrides),
  });
  const token = (audience: Audience) => issuer.mintToken({ audience, org: ORGS[audience], sub: audience === 'BORROWER' ? ORGS.BORROWER : 'officer-1', scopes: ['debts:read'] });
  const send: Sample['send'] = async (url, init = {}) => {
    const response = await fetch(gateway.url + url, init);
    const text = await response.text();
    const body = /json/.test(response.headers.get('content-type') ?? '') ? (JSON.parse(text) as Answer['body']) : {};
    return { status: response.status, text, body, headers: new Map(response.headers) };
  };
  return {
    gateway, rooms, config, issuer, token, send,
    ask: async (audience, query, { variables, headers } = {}) =>
      send(`/${audience.toLowerCase()}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await token(audience)}`, ...headers },
        body: JSON.stringify({ query, variables }),
      }),
    stop: async () => {
      await gateway.stop();
      rmSync(home, { recursive: true });
    },
  };
}

export function codesOf({ body }: Answer): string[] {
  return (body.errors ?? []).map(({ extensions }) => extensions.code);
}
