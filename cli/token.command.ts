/**
 * `cession token`: a bearer token of the local issuer, to try the hub with. Refuses where tokens come from an external issuer:
 * who can start a hub must not be able to become anybody in it.
 */
import { createRequire } from 'node:module';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { idPrefix, type IdPrefix } from '../schema/ids';
import { isTokenScope, TOKEN_SCOPES } from '../schema/token-scope';
import { AUDIENCES, type Audience } from '../schema/vocabulary';
import type { CommandLine } from './command-line';
import { parseDurationSeconds } from './duration';
import { printJson } from './output';
import { withPreparedHub, withRoomWorkers } from './prepared-hub';
import { UsageError } from './usage-error';

const load = createRequire(__filename);

interface TokenChoices {
  readonly audience: string;
  readonly org: string;
  readonly sub?: string;
  readonly scopes: readonly string[];
  readonly ttl: number;
  readonly json?: true;
}

/** A working day. */
const DEFAULT_TTL = '8h';
const LONGEST_TTL_SECONDS = 30 * 86_400;

/** Whose id an organisation is; for a borrower, the person. */
const ORG_PREFIX: Readonly<Record<Audience, IdPrefix>> = { INTERNAL: 'creditor', PARTNER: 'agency', REGULATOR: 'regulator', BORROWER: 'person' };

export function addToken(parent: Command, line: CommandLine): void {
  parent
    .command('token')
    .summary('make a bearer token (local issuer only)')
    .description('Makes a bearer token of the local development issuer and prints it. A token proves who somebody is; what they may see follows from the ledger.')
    .addOption(new Option('--audience <audience>', 'for which contract').choices(AUDIENCES.map((audience) => audience.toLowerCase())).makeOptionMandatory())
    .requiredOption('--org <id>', 'creditor_…, agency_… or regulator_…; for a borrower a borrower_… or person_… id')
    .option('--sub <subject>', 'a pseudonym of who acts; for a borrower always the person (default: "operator" for internal, "<audience>-user" else)')
    .option('--scopes <scopes>', 'what the bearer may do beside reading, separated by commas, for example placements:write,payments:write', parseScopes, [])
    .option('--ttl <duration>', 'how long it is valid, at most 30d', parseTtl, parseTtl(DEFAULT_TTL))
    .option('--json', 'print token and claims as JSON')
    .addHelpText('after', '\nExample:\n  TOKEN=$(cession token --audience partner --org agency_…)\n  curl -H "authorization: Bearer $TOKEN" -H "x-purpose: COLLECTION" …/partner/graphql')
    .action(async (choices: TokenChoices) => mintToken(line, choices));
}

function parseScopes(text: string): string[] {
  const scopes = text.split(/[\s,]+/).filter((scope) => scope !== '');
  if (!scopes.every(isTokenScope)) throw new InvalidArgumentError(`The scopes are ${Object.keys(TOKEN_SCOPES).join(', ')}.`);
  return scopes;
}

function parseTtl(text: string): number {
  const seconds = parseDurationSeconds(text);
  if (seconds > LONGEST_TTL_SECONDS) throw new InvalidArgumentError('A token is valid for at most 30d.');
  return seconds;
}

async function mintToken(line: CommandLine, given: TokenChoices): Promise<void> {
  const { output, loadConfig } = line;
  const audience = given.audience.toUpperCase() as Audience;
  const choices = audience === 'BORROWER' && idPrefix(given.org) === 'borrower' ? { ...given, org: await personOf(line, given.org) } : given;
  const { org, scopes, ttl } = choices;
  const sub = subjectOf(audience, choices);
  if (idPrefix(org) !== ORG_PREFIX[audience]) {
    throw new UsageError(`--org must be an id like ${ORG_PREFIX[audience]}_… for the audience ${choices.audience}.`, 'Ids are printed by `cession start`, `cession init` and in every answer of the hub.');
  }
  const config = loadConfig();
  const { openLocalIssuer } = load('../gateway/gateway') as typeof import('../gateway/gateway');
  const issuer = await openLocalIssuer(config);
  const expiresAt = new Date(Math.floor(Date.now() / 1000 + ttl) * 1000).toISOString();
  const token = await issuer.mintToken({ audience, org, sub, scopes, ttlSeconds: ttl });
  if (choices.json) printJson(output, { token, audience, org, sub, scopes, expiresAt });
  else output.print(token);
}

/** No answer of the hub shows who is which person; whoever has the keys of a development hub may look it up. */
async function personOf(line: CommandLine, borrowerId: string): Promise<string> {
  const { refuseExternalIssuer } = load('../gateway/gateway') as typeof import('../gateway/gateway');
  refuseExternalIssuer(line.loadConfig());
  const { findPersonId } = load('../subgraphs/borrowers/subgraph') as typeof import('../subgraphs/borrowers/subgraph');
  const found = await withPreparedHub(line, ({ config }) => withRoomWorkers(config, ({ importing }) => findPersonId(importing.borrowers, borrowerId)));
  if (found === null) throw new UsageError('No borrower of this hub has this id.', 'Borrower ids are in the answers of the internal endpoint.');
  return found;
}

function subjectOf(audience: Audience, { org, sub }: TokenChoices): string {
  if (audience === 'BORROWER') {
    if (sub !== undefined && sub !== org) throw new UsageError("A borrower's token names the same person in --org and --sub.", 'Leave --sub out.');
    return org;
  }
  return sub ?? (audience === 'INTERNAL' ? 'operator' : `${audience.toLowerCase()}-user`);
}
