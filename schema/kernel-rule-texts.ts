/**
 * What the rules say that hold in every room: scopes, standing, the state of the room, the release of personal data. Refuses like
 * rule-texts.ts, which all texts are read from, to say whether something outside the caller's scope exists.
 */
export const KERNEL_RULE_TEXTS = {
  'SCOPE-HELD': {
    message: { en: 'Your token does not carry the scope {scope}.', zh: '您的令牌不含权限范围 {scope}。' },
    remedy: { en: 'Ask for a token with this scope.', zh: '请申请含有该权限范围的令牌。' },
  },
  'STANDING-CURRENT': {
    message: { en: 'The room has lost touch with the ledger and cannot decide.', zh: '本服务与台账失去同步，暂不能作出决定。' },
    remedy: { en: 'Try again shortly.', zh: '请稍后重试。' },
  },
  'ROOM-WHOLE': {
    message: { en: 'A part of the hub was restored from an older copy, and this room lacks records or keys that it had; it only reads.', zh: '系统的一部分由较早的备份恢复，本服务缺少原有的记录或密钥，目前只能读取。' },
    remedy: { en: 'Repeat the command, with the same clientKey, when the operator has restored a later copy.', zh: '请在运营方恢复较新的备份后，以相同的 clientKey 重试。' },
  },
  'RELEASE-PURPOSE-NAMED': {
    message: { en: 'Personal data was asked for without a purpose.', zh: '请求个人信息时未说明处理目的。' },
    remedy: { en: 'Name the purpose in the x-purpose header.', zh: '请在 x-purpose 请求头中说明目的。' },
  },
  'RELEASE-RIGHT-STANDS': {
    message: { en: 'No right that stands now covers this record.', zh: '目前没有有效的权利涵盖该记录。' },
    remedy: { en: 'Obtain a right to it: a placement, an authority or a mandate.', zh: '请先取得相应权利：委托、授权或监管授权。' },
  },
  'RELEASE-ENGAGEMENT-QUALIFIED': {
    message: { en: 'The engagement under which this record was shared is not qualified.', zh: '共享该记录所依据的合作关系未处于合格状态。' },
    remedy: { en: 'Have the creditor qualify or reinstate the engagement.', zh: '请由债权人认定合格或恢复合作。' },
  },
  'RELEASE-ATTESTATION-CURRENT': {
    message: { en: 'The agency has no current security attestation.', zh: '该机构没有有效的安全证明。' },
    remedy: { en: 'Attest the security controls again.', zh: '请重新提交安全证明。' },
  },
  'RELEASE-PURPOSE-COVERED': {
    message: { en: 'The right does not cover this purpose.', zh: '该权利不涵盖此处理目的。' },
    remedy: { en: 'Use a purpose that was granted, or have it granted.', zh: '请使用已获授权的目的，或先取得授权。' },
  },
  'RELEASE-CATEGORY-COVERED': {
    message: { en: 'The right does not cover this category of data.', zh: '该权利不涵盖此类个人信息。' },
    remedy: { en: 'Leave the field out, or have its category granted.', zh: '请去除该字段，或先取得该类别的授权。' },
  },
} as const;
