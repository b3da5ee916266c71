/**
 * Every text of a printed report, in English and Chinese side by side. Texts describe findings; they never repeat content
 * of the export, which a stranger may have written.
 */
import type { Aspect, Outcome, ReasonCode, Verdict } from '../log/verdict';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];
type Text = { readonly [language in Language]: string };

const text = (en: string, zh: string): Text => ({ en, zh });

export const OUTCOME_TEXTS: { readonly [outcome in Outcome]: Text } = {
  verified: text('VERIFIED: everything checked holds under the key given from outside', '已验证：所检查的内容在外部提供的密钥下全部成立'),
  consistent: text('CONSISTENT, ORIGIN NOT TRUSTED: the export agrees with itself; no key was given from outside', '内部一致，但来源未获信任：未从外部提供密钥'),
  broken: text('BROKEN: the export is not what it claims to be, or not what the policy asks for', '已损坏：导出内容与其声明或策略要求不符'),
};

export const ASPECT_TEXTS: { readonly [aspect in Aspect]: Text } = {
  integrity: text('Integrity', '完整未改'),
  completeness: text('Completeness', '无遗漏'),
  time: text('Time', '时间'),
  policy: text('Policy', '策略'),
};

export const STATE_TEXTS: { readonly [state in Verdict['state']]: Text } = {
  proven: text('proven', '已证明'),
  failed: text('FAILED', '失败'),
  'not proven': text('not proven by this export', '本导出未证明'),
  'not checked': text('not checked', '未检查'),
};

export const LABEL_TEXTS = {
  log: text('whole log', '完整日志'),
  stream: text('streams', '数据流'),
  export: text('Export', '导出'),
  origin: text('Log', '日志'),
  tree: text('Tree', '树'),
  entries: text('entries', '条目'),
  created: text('Made', '生成时间'),
  mandate: text('Mandate', '授权'),
  key: text('Key', '密钥'),
  keyGiven: text('given from outside', '外部提供'),
  keyNamed: text('named by the export itself: proves nothing about its origin', '由导出自身指定，不能证明来源'),
  disclosed: text('Disclosed', '已披露'),
  withheld: text('Withheld', '未披露'),
  values: text('values', '项'),
  entry: text('entry', '条目'),
  expected: text('expected', '应为'),
  got: text('got', '实为'),
} satisfies { readonly [label: string]: Text };

export const WITHHELD_TEXTS: { readonly [reason: string]: Text } = {
  internal: text('for the hub only', '仅供系统内部'),
  scope: text('outside the scope of this export', '不在本导出范围内'),
  sealed: text("sealed under the person's key", '以当事人密钥加密'),
};

export const REASON_TEXTS: { readonly [code in ReasonCode]: Text } = {
  NOT_CANONICAL: text('The bytes are not canonical JSON.', '字节不是规范 JSON。'),
  DISCLOSURE_MALFORMED: text('A disclosure cannot be read.', '披露内容无法解析。'),
  EVENT_MALFORMED: text('An event does not have the form of version 1.', '事件不符合第 1 版格式。'),
  ENTRY_MALFORMED: text('An entry does not have the form of version 1.', '条目不符合第 1 版格式。'),
  NOTE_MALFORMED: text('A signed text does not have the form of a note.', '签名文本不符合 note 格式。'),
  CHECKPOINT_MALFORMED: text('The checkpoint cannot be read.', '检查点无法解析。'),
  KEY_MALFORMED: text('A key cannot be read.', '密钥无法解析。'),
  TILE_MALFORMED: text('A tile or entry bundle has the wrong length.', '数据块长度不正确。'),
  TRUNCATED: text('The file ends too early.', '文件被截断。'),
  HEADER_ALTERED: text('The header of a file in the container was changed.', '容器中的文件头被更改。'),
  PADDING_ALTERED: text('Bytes between two files of the container were changed.', '容器中文件之间的填充字节被更改。'),
  TRAILER_ALTERED: text('The end of the container was changed, or something follows it.', '容器结尾被更改或其后有多余内容。'),
  NAME_UNSAFE: text('A file in the container has a name that could be a path elsewhere.', '容器中的文件名不安全。'),
  FILE_UNKNOWN: text('The container holds a file that does not belong to an export.', '容器中有不属于导出的文件。'),
  FILE_DUPLICATE: text('The container holds a file twice.', '容器中的文件重复。'),
  FILE_MISSING: text('A file is missing where it was due.', '缺少应有的文件。'),
  FILE_TOO_LARGE: text('A file is larger than any export needs.', '文件超过允许的大小。'),
  MANIFEST_MALFORMED: text('The manifest cannot be read.', '清单无法解析。'),
  SEAL_MALFORMED: text('The seal cannot be read.', '封印无法解析。'),
  SEAL_MISMATCH: text('The files are not those that were sealed.', '文件与封印不符。'),
  CHECKPOINT_MISMATCH: text('The checkpoint is not the one the manifest names.', '检查点与清单不符。'),
  KEY_MISMATCH: text('The export is signed by another key than the one given.', '导出的签名密钥不是所提供的密钥。'),
  SIGNATURE_INVALID: text('The signature does not hold.', '签名无效。'),
  SIGNATURE_MISSING: text("The log's key did not sign this.", '缺少日志密钥的签名。'),
  LEAF_MISMATCH: text("The entry's bytes are not those of its leaf hash.", '条目字节与其叶哈希不符。'),
  INDEX_MISMATCH: text('An entry stands in the wrong place.', '条目位置不正确。'),
  PREV_MISMATCH: text('The entry does not follow the one before it: one of the two was changed.', '条目与前一条目不衔接，其中之一被更改。'),
  ROOT_MISMATCH: text('The entries are not the tree that was signed.', '条目与已签名的树不符。'),
  FIRST_ENTRY_INVALID: text('The first entry does not create this log under this key.', '首个条目并非以此密钥创建本日志。'),
  SOURCE_FOREIGN: text('An event comes from a room that does not own its type.', '事件来源与其类型不符。'),
  SOURCE_GAP: text('The numbering of a source has a gap or a repeat.', '来源编号有缺口或重复。'),
  EVENT_DUPLICATE: text('An event stands in the log twice.', '事件重复。'),
  INCLUSION_INVALID: text('The entry is not in the tree of the checkpoint.', '条目不在检查点的树中。'),
  PROOF_MALFORMED: text('A proof cannot be read.', '证明无法解析。'),
  LINK_MISSING: text('An entry has no link in a stream it must belong to.', '条目缺少所属数据流的链接。'),
  LINK_WITHHELD: text('A link is withheld, so a stream cannot be followed.', '链接未披露，无法核对数据流。'),
  LINK_FOREIGN: text('A link leads to a stream that does not belong here.', '链接指向不相关的数据流。'),
  LINK_DUPLICATE: text('An entry stands twice in one stream.', '条目在同一数据流中重复。'),
  STREAM_GAP: text('The numbering of a stream has a gap: an entry is missing.', '数据流编号有缺口：缺少条目。'),
  STREAM_PREV_MISMATCH: text("A link does not lead to the stream's entry before it.", '链接未指向数据流中的前一条目。'),
  STREAM_RANGE_MISMATCH: text('A stream does not reach as far as the manifest says.', '数据流未达到清单所述范围。'),
  DISCLOSURES_MALFORMED: text('The account of disclosures cannot be read.', '披露记录无法解析。'),
  DISCLOSURE_UNREFERENCED: text('A disclosure belongs to no digest of its entry.', '披露内容与条目中的摘要不对应。'),
  DISCLOSURE_DUPLICATE: text('A digest is accounted for twice.', '摘要重复。'),
  DISCLOSURE_MISPLACED: text('A disclosure stands where it may not.', '披露内容位置不正确。'),
  DISCLOSURE_MISSING: text('A hidden value is neither shown nor accounted for.', '隐藏值既未披露也未说明。'),
  TIME_BACKWARDS: text('The time of recording goes backwards.', '记录时间倒退。'),
  OLDER_THAN_KNOWN: text('The log is shorter than a state of it that you have seen: it was rolled back.', '日志短于已知状态：已被回滚。'),
  FORKED_FROM_KNOWN: text('The log does not contain a state of it that you have seen: it was rewritten.', '日志不包含已知状态：已被改写。'),
  POLICY_MALFORMED: text('The policy cannot be read.', '策略无法解析。'),
  CHECKPOINTS_MALFORMED: text('The series of earlier checkpoints cannot be read.', '早先检查点序列无法解析。'),
  CONSISTENCY_INVALID: text('The log did not grow from an earlier checkpoint that it signed: it was rewritten.', '日志并非由其签名的早先检查点延续而来：已被改写。'),
  LOG_NOT_IN_POLICY: text('The policy does not accept this log.', '策略不接受此日志。'),
  QUORUM_MISSING: text('Too few witnesses cosigned the checkpoint.', '联署检查点的见证方数量不足。'),
  COSIGNATURE_INVALID: text("A witness's cosignature does not hold.", '见证方的联署签名无效。'),
  TIMESTAMPS_MALFORMED: text('The time stamps cannot be read.', '时间戳无法解析。'),
  TIMESTAMP_INVALID: text('A time stamp does not hold.', '时间戳无效。'),
  CHECKPOINTS_CONSISTENT: text('The log grew from each earlier checkpoint in the export.', '日志由导出中的各早先检查点延续而来。'),
  ENTRY_INCLUDED: text('The entry is in the tree of the checkpoint.', '条目在检查点的树中。'),
  ATTESTED_BY_OTHERS: text('Others attest when every entry existed at the latest.', '第三方证明了全部条目最迟存在的时间。'),
  ATTESTED_IN_PART: text('Others attest when a part of the entries existed at the latest; the rest is on the operator\'s clock.', '第三方仅证明了部分条目最迟存在的时间；其余以运营方时钟为准。'),
  TIMESTAMPS_NOT_CHECKED: text('There are time stamps; no certificate was given to check them against.', '存在时间戳，但未提供用于核对的证书。'),
  QUORUM_REACHED: text('The log is accepted and enough witnesses cosigned the checkpoint.', '日志被接受，且有足够的见证方联署检查点。'),
  QUORUM_NOT_ASKED: text('The log is accepted; the policy asks for no witness.', '日志被接受；策略未要求见证方。'),
  COSIGNATURE_IN_FUTURE: text('A cosignature is of a time that has not come; it does not count.', '联署签名的时间尚未到来，不予计入。'),
  ALL_ENTRIES_CHECKED: text('Every entry, hash, link, disclosure and signature was recomputed and holds.', '所有条目、哈希、链接、披露与签名均已重新计算并成立。'),
  WHOLE_LOG_PRESENT: text('Every entry up to the checkpoint is here; no source and no stream has a gap.', '检查点之前的全部条目均在；来源与数据流均无缺口。'),
  KNOWN_CHECKPOINT_CONTAINED: text('The log contains the checkpoint you gave.', '日志包含所提供的检查点。'),
  KNOWN_CHECKPOINT_NOT_COMPARED: text('Whether the log contains the checkpoint you gave cannot be told from this export.', '本导出无法判断日志是否包含所提供的检查点。'),
  STREAM_HEAD_NOT_IN_EXPORT: text('Nothing is missing between the first and the last number; whether later entries exist is not shown.', '首尾编号之间无遗漏；是否存在更晚的条目未予证明。'),
  OPERATOR_CLOCK_ONLY: text("Times are the operator's own; they only never go backwards.", '时间仅来自运营方时钟；仅确认未倒退。'),
  NO_POLICY_GIVEN: text('No policy was given to check against.', '未提供用于核对的策略。'),
  STOPPED_BEFORE: text('The verification stopped before this could be decided.', '验证在判定此项之前已停止。'),
};
