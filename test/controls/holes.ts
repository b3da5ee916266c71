/**
 * Ways in which a hub could break its promises, put between a hub that keeps them and whoever checks: a proxy that answers
 * wrongly on purpose. A control that a hole does not break could not have found it.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '../../schema/ids';
import type { CastFile } from './cast';

interface Passing {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Forward = (request: Passing) => Promise<Answer>;
/** What the hole does to a request on its way, or to its answer. */
type Tampering = (request: Passing, forward: Forward) => Promise<Answer>;

export interface Hole {
  /** A hub with it … */
  readonly name: string;
  /** The controls that must find it. */
  readonly breaks: readonly string[];
  open(cast: CastFile): Tampering;
}

const HOP_BY_HOP = ['connection', 'content-encoding', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

const textOf = ({ body }: { readonly body: Buffer }): string => body.toString('utf8');
const withText = (answer: Answer, text: string): Answer => ({ ...answer, body: Buffer.from(text, 'utf8') });
const withHeaders = <T extends Passing | Answer>(message: T, headers: Record<string, string>): T => ({ ...message, headers: { ...message.headers, ...headers } });
const flipped = (answer: Answer, at: number): Answer => {
  const body = Buffer.from(answer.body);
  body[at]! ^= 1;
  return { ...answer, body };
};

/** Changes answers only. */
const answering =
  (change: (answer: Answer, request: Passing) => Answer): Tampering =>
  async (request, forward) =>
    change(await forward(request), request);

export const HOLES: readonly Hole[] = [
  {
    name: 'takes whoever has no token for the operator',
    breaks: ['T-01', 'L-06', 'X-05'],
    open: ({ tokens }) => (request, forward) => forward('authorization' in request.headers ? request : withHeaders(request, { authorization: `Bearer ${tokens.operator}` })),
  },
  {
    name: 'believes every token',
    breaks: ['T-02', 'T-03', 'T-04'],
    open: ({ tokens }) => (request, forward) => forward(withHeaders(request, { authorization: `Bearer ${tokens.operator}` })),
  },
  {
    name: 'supposes a purpose where none is named',
    breaks: ['D-03'],
    open: () => (request, forward) => forward(withHeaders(request, { 'x-purpose': request.headers['x-purpose'] ?? (request.path.startsWith('/partner') ? 'COLLECTION' : 'SERVICING') })),
  },
  {
    name: 'answers before the entry stands',
    breaks: ['D-01', 'D-06'],
    open: () =>
      answering((answer, { path }) => {
        const index = Number(answer.headers['x-ledger-index'] ?? -1);
        return index < 1 || path.startsWith('/regulator') ? answer : withHeaders(answer, { 'x-ledger-index': String(index - 1) });
      }),
  },
  {
    name: 'hides releases from the borrower',
    breaks: ['D-07'],
    open: () => answering((answer, { path }) => (path.startsWith('/borrower') ? withText(answer, textOf(answer).replaceAll('borrowers.DataDisclosed', 'borrowers.Hidden')) : answer)),
  },
  {
    name: 'answers agencies from a cache',
    breaks: ['R-01', 'R-02'],
    open: () => {
      const known = new Map<string, Answer>();
      return async (request, forward) => {
        const cacheKey = textOf(request);
        const cached = request.path.startsWith('/partner') ? known.get(cacheKey) : undefined;
        if (cached !== undefined) return cached;
        const answer = await forward(request);
        if (textOf(answer).includes('phones')) known.set(cacheKey, answer);
        return answer;
      };
    },
  },
  {
    name: 'says of a record out of scope that it is forbidden',
    breaks: ['S-01', 'S-02'],
    open: () => {
      const seen = new Set<string>();
      return answering((answer, request) => {
        for (const [id] of textOf(answer).matchAll(/debt_[0-9a-z]{26}/g)) seen.add(id);
        const [asked] = /debt_[0-9a-z]{26}/.exec(textOf(request)) ?? [''];
        const isForeign = textOf(answer).trim() === '{"data":{"debt":null}}' && seen.has(asked);
        return isForeign ? withText(answer, '{"data":{"debt":null},"errors":[{"message":"forbidden","extensions":{"code":"NOT_PERMITTED"}}]}') : answer;
      });
    },
  },
  {
    name: 'takes a repeated command for a new one',
    breaks: ['P-08'],
    open: () => (request, forward) => forward(request.path.includes('/graphql') ? { ...request, body: Buffer.from(textOf(request).replace(/"clientKey":"[^"]+"/, `"clientKey":"${newId('event')}"`), 'utf8') } : request),
  },
  {
    name: 'signs with another key',
    breaks: ['L-01', 'L-02', 'L-03', 'W-02'],
    // The first line below the empty one is the log's own; witnesses' lines follow.
    open: () => answering((answer, { path }) => (path === '/ledger/checkpoint' ? flipped(answer, answer.body.indexOf('\n', answer.body.indexOf('\n\n') + 2) - 20) : answer)),
  },
  {
    name: 'shows another tree than the one it signed',
    breaks: ['L-03'],
    open: () => answering((answer, { path }) => (path.startsWith('/ledger/tile/0') ? flipped(answer, 5) : answer)),
  },
  {
    name: 'alters an export on its way',
    breaks: ['X-01', 'X-07', 'E-04'],
    open: () => answering((answer, { path }) => (path.startsWith('/exports/') && answer.status === 200 ? flipped(answer, Math.floor(answer.body.length / 2)) : answer)),
  },
  {
    name: 'lets caches keep its answers',
    breaks: ['L-07', 'H-07'],
    open: () => answering((answer) => withHeaders(answer, { 'cache-control': 'public, max-age=600' })),
  },
  {
    name: 'tells where an error was thrown',
    breaks: ['H-03'],
    open: () => answering((answer) => withText(answer, textOf(answer).replace('"extensions":{', '"extensions":{"stacktrace":["at gateway/operation.ts:17"],'))),
  },
  {
    name: 'repeats what it was sent',
    breaks: ['H-04', 'T-02'],
    open: () => answering((answer, request) => withText(answer, textOf(answer).replace('"message":"', `"message":${JSON.stringify(`${textOf(request)} ${request.headers['authorization'] ?? ''} `).slice(0, -1)}`))),
  },
];

export interface OpenHole {
  readonly url: string;
  close(): Promise<void>;
}

/** null: passes everything on as it is. */
export async function openHole(hole: Hole | null, cast: CastFile): Promise<OpenHole> {
  const tamper: Tampering = hole?.open(cast) ?? ((request, forward) => forward(request));
  const forward: Forward = async ({ method, path, headers, body }) => {
    const response = await fetch(`${cast.url}${path}`, { method, headers, ...(body.length > 0 && { body: new Uint8Array(body) }) });
    return { status: response.status, headers: passedOn(Object.fromEntries(response.headers)), body: Buffer.from(await response.arrayBuffer()) };
  };
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const passing = { method: request.method ?? 'GET', path: request.url ?? '/', headers: passedOn(request.headers as Record<string, string>), body: await bodyOf(request) };
      const answer = await tamper(passing, forward);
      response.writeHead(answer.status, answer.headers).end(answer.body);
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

function passedOn(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
