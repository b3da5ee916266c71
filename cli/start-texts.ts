/** What `cession start` says, in English and Chinese. Commands and addresses are the same in both. */
import type { Audience } from '../schema/vocabulary';
import type { Language, Text } from '../schema/messages';
import type { FirstParties } from './first-parties';
import { renderTable } from './table';

const TEXTS = {
  ready: { en: 'The hub is ready.', zh: '系统已就绪。' },
  endpoints: { en: 'Each audience has its own schema and its own page to try it (open the address in a browser):', zh: '每类受众各有其模式与试用页面（用浏览器打开地址）：' },
  audience: { en: 'audience', zh: '受众' },
  address: { en: 'address', zh: '地址' },
  health: { en: 'Health: {url}/healthz, {url}/readyz', zh: '健康检查：{url}/healthz、{url}/readyz' },
  tokens: { en: 'Tokens of the local development issuer (they prove who somebody is; rights follow from the ledger):', zh: '本地开发签发者的令牌（仅证明身份；权利来自账本）：' },
  agencyToken: { en: 'agencies and borrowers come later: `registerAgency` answers with an agency_… id', zh: '机构与借款人稍后产生：registerAgency 返回 agency_… 标识' },
  externalTokens: { en: 'Tokens come from your issuer ({issuer}); this hub neither makes nor prints any.', zh: '令牌来自您的签发者（{issuer}）；本系统既不生成也不显示令牌。' },
  noParties: { en: 'There is no creditor yet. In another terminal:  {program} init --help', zh: '尚无债权人。请在另一终端运行：{program} init --help' },
  sample: { en: '{accepted} debts of a generated sample are in, for the creditor {code}.', zh: '已为债权人 {code} 导入 {accepted} 笔生成的样本债务。' },
  next: { en: 'What to try next, in another terminal:', zh: '接下来可在另一终端尝试：' },
  tour: { en: 'the whole story, step by step, against this hub', zh: '针对本系统逐步演示完整流程' },
  import: { en: 'your own portfolio', zh: '导入您自己的资产组合' },
  export: { en: 'the evidence, to be verified anywhere', zh: '导出可随处验证的证据' },
  stop: { en: 'Ctrl-C stops the hub and its database.', zh: '按 Ctrl-C 停止系统及其数据库。' },
  preparing: { en: 'Preparing the database …', zh: '正在准备数据库……' },
  opening: { en: 'Opening the rooms …', zh: '正在启动各服务……' },
  seeding: { en: 'Seeding a sample of {debts} debts …', zh: '正在生成 {debts} 笔样本债务……' },
  notReady: { en: 'Something is not ready yet:', zh: '尚未完全就绪：' },
  stopping: { en: 'Stopping …', zh: '正在停止……' },
  stopped: { en: 'Stopped.', zh: '已停止。' },
} as const satisfies Readonly<Record<string, Text>>;
export type StartText = keyof typeof TEXTS;

export function startText(name: StartText, language: Language, values: Readonly<Record<string, string | number>> = {}): string {
  return TEXTS[name][language].replaceAll(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

export interface Welcome {
  readonly url: string;
  /** null: tokens come from an external issuer, so nothing about tokens may be offered here. */
  readonly externalIssuer: string | null;
  readonly parties: (FirstParties & { readonly creditorId: string }) | null;
  /** Debts of the sample that this start brought in; null when it brought none. */
  readonly seeded: number | null;
  /** The program as it was called, so that its lines can be copied. */
  readonly program: string;
}

const AUDIENCE_NAMES: Readonly<Record<Audience, Text>> = {
  INTERNAL: { en: 'the creditor’s own staff', zh: '债权人员工' },
  PARTNER: { en: 'collection agencies', zh: '催收机构' },
  REGULATOR: { en: 'regulators', zh: '监管机构' },
  BORROWER: { en: 'borrowers', zh: '借款人' },
};

export function renderWelcome(welcome: Welcome, language: Language): string {
  const say = (name: StartText, values?: Readonly<Record<string, string | number>>): string => startText(name, language, values);
  const { url, externalIssuer, parties, seeded, program } = welcome;
  const addresses = Object.entries(AUDIENCE_NAMES).map(([audience, name]) => [name[language], `${url}/${audience.toLowerCase()}/graphql`]);
  const lines = ['', say('ready'), '', say('endpoints'), '', indent(renderTable([say('audience'), say('address')], addresses)), '', say('health', { url })];
  if (seeded !== null && parties !== null) lines.push('', say('sample', { accepted: seeded, code: parties.creditorCode }));
  lines.push('', externalIssuer === null ? tokenLines(welcome, language) : say('externalTokens', { issuer: externalIssuer }));
  if (parties === null) lines.push('', say('noParties', { program }));
  lines.push('', say('next'), '', indent(renderTable(['', ''], nextSteps(welcome, language)).replace(/^\n/, '')), '', say('stop'), '');
  return lines.join('\n');
}

function tokenLines({ parties, program }: Welcome, language: Language): string {
  const heading = startText('tokens', language);
  if (parties === null) return [heading, '', `  ${program} token --help`].join('\n');
  const { creditorId, operatorSub, regulatorId } = parties;
  const commands = [
    `${program} token --audience internal --org ${creditorId} --sub ${operatorSub} --scopes agencies:write,placements:write`,
    `${program} token --audience regulator --org ${regulatorId} --scopes exports:write`,
    `${program} token --audience partner --org agency_… --scopes placements:write,payments:write`,
  ];
  return [heading, '', ...commands.map((command) => `  ${command}`), `  (${startText('agencyToken', language)})`].join('\n');
}

function nextSteps({ url, externalIssuer, program }: Welcome, language: Language): string[][] {
  const tour = externalIssuer === null ? [[`${program} tour --url ${url}`, startText('tour', language)]] : [];
  return [...tour, [`${program} import portfolio --help`, startText('import', language)], [`${program} export --out ledger.cession`, startText('export', language)]];
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
