/**
 * `cession init`: brings the first creditor into a hub, with the operator who may grant further authority and the regulator who
 * supervises it. The same command again changes nothing; another operator or regulator for the same creditor is refused.
 */
import { createRequire } from 'node:module';
import type { Command } from 'commander';
import { HubError } from '../kernel/errors';
import { idPrefix } from '../schema/ids';
import type { CommandLine } from './command-line';
import { firstRegulatorId, rememberFirstParties } from './first-parties';
import { printJson } from './output';
import { withPreparedHub, withRoomWorkers } from './prepared-hub';
import { renderTable } from './table';
import { UsageError } from './usage-error';

const load = createRequire(__filename);

interface InitChoices {
  readonly creditor: string;
  readonly name: string;
  readonly jurisdiction: string;
  readonly operator: string;
  readonly regulator?: string;
  readonly json?: true;
}

export function addInit(parent: Command, line: CommandLine): void {
  parent
    .command('init')
    .summary('bring the first creditor, operator and regulator into a hub')
    .description('Registers the first creditor, gives its operator every authority, and records the mandate of its regulator. Creates the ledger if there is none. Running it again changes nothing.')
    .requiredOption('--creditor <code>', 'a short code of the creditor, stable and public')
    .requiredOption('--name <name>', "the creditor's registered name")
    .option('--jurisdiction <country>', 'the country whose law binds it, by ISO 3166-1', 'CN')
    .requiredOption('--operator <subject>', "the subject of the operator's tokens: a pseudonym, never a name")
    .option('--regulator <id>', "the regulator's id, regulator_… (default: one made for this hub and remembered in CESSION_HOME)")
    .option('--json', 'print the ids as JSON')
    .addHelpText('after', '\nThe entries follow when a hub runs on this database. Then make a token:\n  cession token --audience internal --org <creditor id> --sub <subject> --scopes authorities:write')
    .action(async (choices: InitChoices) => initHub(line, choices));
}

async function initHub(line: CommandLine, choices: InitChoices): Promise<void> {
  const { creditor: code, name, jurisdiction, operator, regulator } = choices;
  if (regulator !== undefined && idPrefix(regulator) !== 'regulator') {
    throw new UsageError('--regulator must be an id like regulator_….', 'Leave it out to get a new one.');
  }
  await withPreparedHub(
    line,
    async ({ config }) => {
      const regulatorId = regulator ?? (await firstRegulatorId(config.home));
      const { bootstrapCreditor } = load('../subgraphs/creditors/subgraph') as typeof import('../subgraphs/creditors/subgraph');
      const request = { creditor: { code, name, jurisdiction }, operatorSub: operator, regulatorId, now: new Date() };
      const done = await withRoomWorkers(config, async ({ creditors, assertCreditorsWhole }) => {
        await assertCreditorsWhole();
        return bootstrapCreditor(creditors, request);
      }).catch(explainBadTerms);
      await rememberFirstParties(config.home, { creditorCode: code, creditorName: name, jurisdiction, operatorSub: operator, regulatorId, sampleDebts: null, sampleIsDone: false });
      printIds(line, choices, { creditorId: done.creditorId, operator, regulatorId, created: done.created });
    },
    { mayCreate: true },
  );
}

/** The room names the argument; here it is an option. */
function explainBadTerms(error: unknown): never {
  if (error instanceof HubError && error.code === 'BAD_INPUT') throw new UsageError(error.message, `Change --${optionOf(error.extensions.argument)}.`);
  throw error;
}

function optionOf(argument: string | undefined): string {
  const options: Readonly<Record<string, string>> = { code: 'creditor', name: 'name', jurisdiction: 'jurisdiction', 'input.staffSub': 'operator', 'input.regulatorId': 'regulator' };
  return options[argument ?? ''] ?? 'creditor';
}

interface Ids {
  readonly creditorId: string;
  readonly operator: string;
  readonly regulatorId: string;
  readonly created: boolean;
}

function printIds({ output }: CommandLine, { json }: InitChoices, ids: Ids): void {
  if (json) return printJson(output, ids);
  const { creditorId, operator, regulatorId, created } = ids;
  output.print(created ? 'The first creditor is registered.' : 'This creditor was registered before; nothing was changed.');
  output.print(renderTable(['party', 'id'], [['creditor', creditorId], ['operator (token subject)', operator], ['regulator', regulatorId]]));
}
