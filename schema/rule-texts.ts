/**
 * What each rule says when it refuses. One entry per rule id, stable over releases; the rooms decide, this page only words.
 * A text never says whether something outside the caller's scope exists.
 */
import { KERNEL_RULE_TEXTS } from './kernel-rule-texts';

export const RULE_TEXTS = {
  ...KERNEL_RULE_TEXTS,
  'TERM-ORDERED': {
    message: { en: 'The term ends before it begins.', zh: '期限的结束早于开始。' },
    remedy: { en: 'Give an end after the beginning.', zh: '请使结束时间晚于开始时间。' },
  },
  'AGREEMENT-PARTIES-KNOWN': {
    message: { en: 'The agreement names a party this room does not know.', zh: '协议所列当事方在本服务中不存在。' },
    remedy: { en: 'Register both parties first.', zh: '请先登记双方。' },
  },
  'AUTHORITY-PURPOSES-OF-STAFF': {
    message: { en: 'A purpose named here is not one of staff.', zh: '所列处理目的不属于员工可用的目的。' },
    remedy: { en: 'Name only {allowed}.', zh: '只能使用 {allowed}。' },
  },
  'AUTHORITY-TERM-BOUNDED': {
    message: { en: 'The term is longer than staff authority may last.', zh: '期限超过员工授权的最长期限。' },
    remedy: { en: 'End it within {years} years and grant it anew after a review.', zh: '请在 {years} 年内结束，复核后重新授予。' },
  },
  'AUTHORITY-NOT-FOR-ONESELF': {
    message: { en: 'Nobody grants or prolongs their own authority.', zh: '任何人不得授予或延长自己的授权。' },
    remedy: { en: 'Let a colleague with authorities:write grant it.', zh: '请由持有 authorities:write 的同事授予。' },
  },
  'AUTHORITY-WITHIN-GRANTOR': {
    message: { en: 'This would pass on more than the grantor holds.', zh: '授予的内容超出授权人自身持有的权限。' },
    remedy: { en: 'Leave out what you do not hold, or ask somebody who holds it.', zh: '请去除您未持有的部分，或请持有者授予。' },
  },
  'AUTHORITY-NOT-ENDED': {
    message: { en: 'This authority has already ended.', zh: '该授权已经结束。' },
    remedy: { en: 'Nothing is left to revoke.', zh: '无需再撤销。' },
  },
  'AUTHORITY-ADMINISTRATOR-REMAINS': {
    message: { en: 'This is the last authority with authorities:write, and nobody could grant or revoke after it.', zh: '这是最后一项 authorities:write 授权，撤销后将无人可以授予或撤销。' },
    remedy: { en: 'Grant authorities:write to a colleague first.', zh: '请先将 authorities:write 授予一位同事。' },
  },
  'MANDATE-TERM-BOUNDED': {
    message: { en: 'The term is longer than a mandate may last.', zh: '期限超过监管授权的最长期限。' },
    remedy: { en: 'End it within {years} years and record the next mandate when it is given.', zh: '请在 {years} 年内结束，并在获得新的监管授权时登记。' },
  },
  'MANDATE-NOT-ENDED': {
    message: { en: 'This mandate has already ended.', zh: '该监管授权已经结束。' },
    remedy: { en: 'Nothing is left to end.', zh: '无需再终止。' },
  },
  'AGREEMENT-PURPOSES-OF-AGENCY': {
    message: { en: 'A purpose named here cannot be entrusted to an agency.', zh: '所列处理目的不得委托给催收机构。' },
    remedy: { en: 'Name only {allowed}.', zh: '只能使用 {allowed}。' },
  },
  'AGREEMENT-TERM-BOUNDED': {
    message: { en: 'The term is longer than an agreement may last.', zh: '期限超过协议的最长期限。' },
    remedy: { en: 'End it within {years} years; the agency is evaluated before the next one.', zh: '请在 {years} 年内结束；签订下一份协议前须对机构进行评估。' },
  },
  'AGREEMENT-NOT-ENDED': {
    message: { en: 'This agreement has already ended.', zh: '该协议已经结束。' },
    remedy: { en: 'Nothing is left to terminate.', zh: '无需再终止。' },
  },
  'AGENCY-REGISTERED-ONCE': {
    message: { en: 'An agency of this registration number is registered already.', zh: '使用该注册号的机构已经登记。' },
    remedy: { en: 'Engage the agency that is registered; it is the same for every creditor.', zh: '请使用已登记的机构；它对所有债权人相同。' },
  },
  'LICENCE-RECORDED-ONCE': {
    message: { en: 'This licence is recorded already.', zh: '该许可已经登记。' },
    remedy: { en: 'Record a renewed licence with the day its new term begins.', zh: '续期的许可请以新期限的起始日登记。' },
  },
  'AGENCY-KEY-TERM-BOUNDED': {
    message: { en: 'The term is longer than a key may serve.', zh: '期限超过密钥的最长使用期限。' },
    remedy: { en: 'End it within {years} years and register another key then.', zh: '请在 {years} 年内结束，届时登记新的密钥。' },
  },
  'AGENCY-KEY-POSSESSED': {
    message: { en: 'The proof of possession was not signed by this key.', zh: '持有证明并非由该密钥签署。' },
    remedy: { en: 'Sign the statement with the private key of the public key you register.', zh: '请使用与所登记公钥对应的私钥签署声明。' },
  },
  'AGENCY-KEY-REGISTERED-ONCE': {
    message: { en: 'This key is registered already.', zh: '该密钥已经登记。' },
    remedy: { en: 'Register a key that was never registered.', zh: '请登记从未登记过的密钥。' },
  },
  'AGENCY-KEY-NOT-REVOKED': {
    message: { en: 'This key is revoked already.', zh: '该密钥已被撤销。' },
    remedy: { en: 'Nothing is left to revoke.', zh: '无需再撤销。' },
  },
  'SIGNATURE-GIVEN': {
    message: { en: 'Your agency has a key in force and did not sign.', zh: '贵机构有生效的密钥，但未签名。' },
    remedy: { en: 'Sign the statement with a key of your agency.', zh: '请使用贵机构的密钥签署声明。' },
  },
  'SIGNATURE-KEY-KNOWN': {
    message: { en: 'The signature names a key your agency did not register.', zh: '签名所指的密钥并非贵机构登记。' },
    remedy: { en: 'Sign with a registered key, its thumbprint as `kid`, or register the key first.', zh: '请使用已登记的密钥签名，并以其指纹作为 `kid`；或先登记该密钥。' },
  },
  'SIGNATURE-KEY-IN-FORCE': {
    message: { en: 'The key of the signature is revoked or its term is over.', zh: '签名所用密钥已被撤销或已过期。' },
    remedy: { en: 'Sign with a key in force.', zh: '请使用生效的密钥签名。' },
  },
  'SIGNATURE-VERIFIES': {
    message: { en: 'The signature is not one of this key over this statement.', zh: '该签名并非此密钥对此声明所作。' },
    remedy: { en: 'Sign exactly the documented statement, detached, with the algorithm of the key and no header but `alg` and `kid`.', zh: '请严格按照文档中的声明作分离式签名，使用密钥对应的算法，头部仅含 `alg` 和 `kid`。' },
  },
  'ENGAGEMENT-OPEN-ONCE': {
    message: { en: 'This agency is engaged already.', zh: '与该机构的合作关系已经存在。' },
    remedy: { en: 'Go on with the engagement there is, or end it first.', zh: '请继续现有合作关系，或先将其终止。' },
  },
  'ENGAGEMENT-STATE': {
    message: { en: 'An engagement that is {from} cannot become {to}.', zh: '处于 {from} 状态的合作关系不能变为 {to}。' },
    remedy: { en: 'Take the steps between them in order.', zh: '请按顺序完成中间步骤。' },
  },
  'ENGAGEMENT-ATTESTATION-CURRENT': {
    message: { en: 'The engagement has no current security attestation.', zh: '该合作关系没有有效的安全证明。' },
    remedy: { en: 'Attest the security controls first.', zh: '请先提交安全证明。' },
  },
  'ATTESTATION-TERM-BOUNDED': {
    message: { en: 'An attestation cannot be relied on for so long.', zh: '安全证明的有效期过长，不能采信。' },
    remedy: { en: 'Let it end within {years} years and attest again.', zh: '请使其在 {years} 年内到期，并届时重新证明。' },
  },
  'ENGAGEMENT-LICENCE-VALID': {
    message: { en: 'The agency holds no licence in force.', zh: '该机构没有有效的许可。' },
    remedy: { en: 'Record a licence that is valid today.', zh: '请登记当前有效的许可。' },
  },
  'PLACEMENT-AGREEMENT-IN-FORCE': {
    message: { en: 'No entrustment agreement with this agency is in force.', zh: '与该机构之间没有生效的委托协议。' },
    remedy: { en: 'Sign an agreement whose term includes today.', zh: '请签订期限涵盖今日的协议。' },
  },
  'PLACEMENT-AGREEMENT-COVERS': {
    message: { en: 'The agreement does not cover this debt: {reason}.', zh: '协议不涵盖该笔债务：{reason}。' },
    remedy: { en: 'Place it under an agreement whose scope includes it.', zh: '请依据范围涵盖该债务的协议进行委托。' },
  },
  'PLACEMENT-ENGAGEMENT-QUALIFIED': {
    message: { en: 'The engagement with this agency is not qualified.', zh: '与该机构的合作关系未处于合格状态。' },
    remedy: { en: 'Qualify or reinstate the engagement.', zh: '请认定合格或恢复合作。' },
  },
  'PLACEMENT-ATTESTATION-CURRENT': {
    message: { en: 'The agency has no current security attestation.', zh: '该机构没有有效的安全证明。' },
    remedy: { en: 'Have the agency attest its security controls again.', zh: '请由该机构重新提交安全证明。' },
  },
  'PLACEMENT-AMOUNT-DETERMINED': {
    message: { en: 'The debt has no current determination of its amount.', zh: '该债务没有当前有效的金额确认。' },
    remedy: { en: 'Determine the amount as of a recent date.', zh: '请以近期日期为基准确认金额。' },
  },
  'PLACEMENT-DEBT-OPEN': {
    message: { en: 'The debt is closed.', zh: '该债务已结清。' },
    remedy: { en: 'Place open debts only.', zh: '只能委托未结清的债务。' },
  },
  'PLACEMENT-DEBT-FREE': {
    message: { en: 'The debt is already placed.', zh: '该债务已被委托。' },
    remedy: { en: 'Recall the present placement first.', zh: '请先收回当前委托。' },
  },
  'PLACEMENT-STATE': {
    message: { en: 'A placement that is {from} cannot become {to}.', zh: '处于 {from} 状态的委托不能变为 {to}。' },
    remedy: { en: 'Take the steps between them in order.', zh: '请按顺序完成中间步骤。' },
  },
  'DEBT-AMOUNT-OWED': {
    message: { en: 'Nothing is owed.', zh: '没有欠款。' },
    remedy: { en: 'Register debts of which something is owed.', zh: '请只登记仍有欠款的债务。' },
  },
  'DEBT-DATE-PAST': {
    message: { en: 'The balance is as of a day in the future.', zh: '余额日期在未来。' },
    remedy: { en: 'Give the day the balance was told.', zh: '请填写余额所属日期。' },
  },
  'DEBT-REFERENCE-UNUSED': {
    message: { en: 'The creditor already has a debt of this reference number.', zh: '债权人已有使用该编号的债务。' },
    remedy: { en: 'Give the reference number of another account.', zh: '请填写其他账户的编号。' },
  },
  'AMOUNT-DEBT-OPEN': {
    message: { en: 'The debt is closed.', zh: '该债务已结清。' },
    remedy: { en: 'Determine amounts of open debts only.', zh: '只能确认未结清债务的金额。' },
  },
  'AMOUNT-DATE-PAST': {
    message: { en: 'The amount is determined as of a day in the future.', zh: '金额确认日期在未来。' },
    remedy: { en: 'Determine it as of today or earlier.', zh: '请以今日或更早的日期为基准。' },
  },
  'AMOUNT-NOT-BACKDATED': {
    message: { en: 'A later determination or payment has already been counted.', zh: '已计入更晚的金额确认或付款。' },
    remedy: { en: 'Determine the amount as of a day on or after it.', zh: '请以不早于该日的日期为基准确认金额。' },
  },
  'HANDOVER-SHARED': {
    message: { en: 'The ledger has nothing at this place that was handed to your agency.', zh: '台账在该位置没有移交给贵机构的记录。' },
    remedy: { en: 'Compare your record with `reconciliation.sharesWithoutReceipt`; the difference is on record.', zh: '请与 `reconciliation.sharesWithoutReceipt` 核对；该差异已被记录。' },
  },
  'HANDOVER-PAYLOAD-SAME': {
    message: { en: 'What was handed over at this place has another payload hash.', zh: '该位置移交内容的载荷哈希与此不同。' },
    remedy: { en: 'Compare your record with `Handover.payloadHash`; the difference is on record.', zh: '请与 `Handover.payloadHash` 核对；该差异已被记录。' },
  },
  'HANDOVER-ONCE': {
    message: { en: 'This handover is acknowledged already.', zh: '该移交已经签收。' },
    remedy: { en: 'Nothing is left to acknowledge.', zh: '无需再签收。' },
  },
  'ATTESTATION-ACCESS-ENDED': {
    message: { en: 'There is nothing to attest: no data was handed over, or access has not ended.', zh: '无需证明：未移交数据，或访问权限尚未结束。' },
    remedy: { en: 'Attest once the placement is recalled or closed.', zh: '请在委托被收回或关闭后提交证明。' },
  },
  'ATTESTATION-NOT-FINAL': {
    message: { en: 'Return or destruction is attested already.', zh: '已就返还或销毁作出证明。' },
    remedy: { en: 'Nothing is left to attest.', zh: '无需再作证明。' },
  },
  'ATTESTATION-BASIS-FITS': {
    message: { en: 'A basis and a last day belong to data kept by law, and only to it.', zh: '保留依据和截止日仅适用于依法保留的数据，且为其必填项。' },
    remedy: { en: 'Give both with RETAINED_BY_LAW, and neither otherwise.', zh: '选择 RETAINED_BY_LAW 时两项均须填写，否则均不填写。' },
  },
  'ATTESTATION-RETAINED-AHEAD': {
    message: { en: 'The last day on which the law has it kept is over.', zh: '依法保留的截止日已过。' },
    remedy: { en: 'Return or destroy the data, and attest that.', zh: '请返还或销毁数据，并就此作出证明。' },
  },
  'PAYMENT-AMOUNT-POSITIVE': {
    message: { en: 'A payment must be more than zero.', zh: '付款金额必须大于零。' },
    remedy: { en: 'Give a positive amount.', zh: '请填写正数金额。' },
  },
  'PAYMENT-CURRENCY-SAME': {
    message: { en: "The payment is not in the debt's currency.", zh: '付款币种与债务币种不一致。' },
    remedy: { en: 'Record the payment in the currency of the debt.', zh: '请以债务币种登记付款。' },
  },
  'PAYMENT-WITHIN-BALANCE': {
    message: { en: 'The payment is more than what is owed.', zh: '付款金额超过欠款。' },
    remedy: { en: 'Record at most what is owed; return the rest.', zh: '最多登记欠款金额，余额应退还。' },
  },
  'PAYMENT-RECEIVED-PAST': {
    message: { en: 'The payment is dated in the future.', zh: '付款日期在未来。' },
    remedy: { en: 'Give the day it was received.', zh: '请填写实际收款日期。' },
  },
  'EXPORT-MANDATE-COVERS': {
    message: { en: 'No mandate that stands now covers this export.', zh: '目前没有有效的监管授权涵盖此导出。' },
    remedy: { en: 'Ask for what a mandate covers.', zh: '请在监管授权范围内提出请求。' },
  },
  'BORROWER-IDENTITY-NEW': {
    message: { en: 'This creditor already has a borrower with this identity number.', zh: '该债权人已登记使用此证件号码的债务人。' },
    remedy: { en: 'Use the borrower that borrowerByNationalId finds.', zh: '请使用 borrowerByNationalId 查到的债务人。' },
  },
  'CONTACT-SOURCE-LAWFUL': {
    message: { en: 'An agency cannot have this contact point from this source.', zh: '受托机构不可能从该来源合法取得此联系方式。' },
    remedy: { en: 'Name the debtor, a contact whom the debtor named, or a public channel, if that is where it is from.', zh: '如确实来自债务人授权、其预留联系人或合法公开渠道，请注明相应来源。' },
  },
  'CONTACT-BORROWER-KEPT': {
    message: { en: 'The personal data of this borrower was erased; nothing can be added to it.', zh: '该债务人的个人信息已删除，不能再添加。' },
    remedy: { en: 'Register the borrower anew where there is a new basis for it.', zh: '如有新的处理依据，请重新登记该债务人。' },
  },
  'ERASURE-ONCE': {
    message: { en: 'The erasure of this borrower was ordered before.', zh: '该债务人的个人信息此前已被要求删除。' },
    remedy: { en: 'Nothing is left to do: the field erasure of the borrower says how far it is.', zh: '无需再次操作；债务人的 erasure 字段说明进度。' },
  },
  'ERASURE-NO-HOLD': {
    message: { en: 'Legal holds that stand on this borrower: {holds}. What they preserve may not be erased.', zh: '该债务人有 {holds} 项有效的法律保全，受保全的信息不得删除。' },
    remedy: { en: 'Order the erasure when the last hold is lifted.', zh: '请在最后一项法律保全解除后再要求删除。' },
  },
  'ERASURE-NO-GRANT': {
    message: { en: 'Open grants of agencies over this borrower: {grants}. They hold copies that an erasure here would not reach.', zh: '受托机构对该债务人仍有 {grants} 项有效授权，其持有的副本不会因此删除。' },
    remedy: { en: 'Recall the placements first, so that the agencies return or destroy what they have.', zh: '请先收回委托，使受托机构返还或销毁其持有的信息。' },
  },
  'ERASURE-NO-OPEN-DEBT': {
    message: { en: 'Debts of this borrower that are not settled: {debts}. What is recorded of them has to be kept by law; an erasure is legal from {from} at the earliest.', zh: '该债务人尚有 {debts} 笔债务未结清，其记录依法须予保存，最早自 {from} 起方可删除。' },
    remedy: { en: 'Until then do nothing with his data but store and protect it; order the erasure again when the debts are settled and the period has ended, or under the final order of a court.', zh: '在此之前仅可存储并采取必要的安全保护措施；待债务结清且保存期限届满后，或依据法院生效裁判，再要求删除。' },
  },
  'ERASURE-RETENTION-ENDED': {
    message: { en: 'What is recorded of the debts of this borrower has to be kept by law; an erasure is legal from {from}.', zh: '该债务人的债务记录依法须予保存，自 {from} 起方可删除。' },
    remedy: { en: 'Until then do nothing with his data but store and protect it; order the erasure again from that day, or under the final order of a court.', zh: '在此之前仅可存储并采取必要的安全保护措施；自该日起，或依据法院生效裁判，再要求删除。' },
  },
  'HOLD-BEFORE-ERASURE': {
    message: { en: 'The erasure of this borrower was ordered before; there is nothing left to preserve.', zh: '该债务人的个人信息此前已被要求删除，已无可保全的内容。' },
    remedy: { en: 'Preserve what other sources hold; the entry of the erasure tells when and on which basis.', zh: '请保全其他来源的资料；删除的台账记录载有时间和依据。' },
  },
  'HOLD-STANDS': {
    message: { en: 'This legal hold was lifted before.', zh: '该法律保全此前已解除。' },
    remedy: { en: 'Place a new hold if there is a new reason.', zh: '如有新的理由，请另行设立法律保全。' },
  },
  'CONTACT-RIGHT-CURRENT': {
    message: { en: 'The right to this borrower changed while the contact point was being added; it was withdrawn.', zh: '添加联系方式期间，对该债务人的权利发生变更，该联系方式已撤回。' },
    remedy: { en: 'Repeat the command with another clientKey once you hold a right that stands.', zh: '请在取得有效权利后使用新的 clientKey 重试。' },
  },
} as const;
