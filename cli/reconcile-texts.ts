/** What `cession reconcile` says, in English and Chinese. Words of the ledger and rule ids are the same in both. */
import type { Language, Text } from '../schema/messages';

const TEXTS = {
  asOf: { en: 'As of entry {index} of {size}.', zh: '截至第 {index} 条（共 {size} 条）。' },
  behind: { en: 'The audit room has not followed the rest yet: start the hub and ask again.', zh: '审计服务尚未跟进其余记录：请启动系统后重试。' },
  shares: { en: 'shares', zh: '移交' },
  sharesWithoutReceipt: { en: 'shares without receipt', zh: '未签收的移交' },
  sharesOverdue: { en: 'of these, for longer than a day', zh: '其中超过一天' },
  receiptsWithoutShare: { en: 'receipts without share', zh: '无对应移交的签收' },
  recallsWithoutAttestation: { en: 'recalls without attestation', zh: '收回后未证明返还或销毁' },
  recallsOverdue: { en: 'of these, overdue', zh: '其中已逾期' },
  refusals: { en: 'refusals', zh: '拒绝' },
  oldestWaiting: { en: 'oldest record waiting for the ledger, seconds', zh: '等待写入台账最久的记录（秒）' },
  room: { en: 'room', zh: '服务' },
  entry: { en: 'entry', zh: '条目' },
  agency: { en: 'agency', zh: '机构' },
  released: { en: 'released', zh: '移交时间' },
  payloadHash: { en: 'payload hash', zh: '载荷哈希' },
  fault: { en: 'fault', zh: '问题' },
  namesEntry: { en: 'names entry', zh: '所指条目' },
  placement: { en: 'placement', zh: '委托' },
  attestBy: { en: 'attest by', zh: '证明期限' },
  rule: { en: 'rule', zh: '规则' },
  count: { en: 'count', zh: '次数' },
  since: { en: 'since', zh: '起始时间' },
  more: { en: '… and {count} more', zh: '……另有 {count} 项' },
  nothingOverdue: { en: 'Nothing is overdue.', zh: '没有逾期事项。' },
  overdue: { en: 'Something is overdue or does not match: see above.', zh: '存在逾期或不符事项：见上。' },
} as const satisfies Readonly<Record<string, Text>>;
export type ReconcileText = keyof typeof TEXTS;

export function reconcileText(name: ReconcileText, language: Language, values: Readonly<Record<string, string | number>> = {}): string {
  return TEXTS[name][language].replaceAll(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
