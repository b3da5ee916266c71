/** Refusals in the language their reader asks for: through the gateway, with the one decision behind all wordings. */
import type { Caller } from '../support/caller';
import { key, proposeEngagement, registerAgency, registerDebt } from '../support/scenario';
import { MODES, testHub } from '../support/test-hub';

const SUSPEND = `mutation ($input: SuspendEngagementInput!) { suspendEngagement(input: $input) { __typename ... on Refusal { ruleId message remedy } } }`;
const CHINESE = { headers: { 'accept-language': 'zh-TW,zh;q=0.9,en;q=0.5' } };

describe.each(MODES)('in %s', (mode) => {
  const hub = testHub(mode);
  let operator: Caller;

  beforeAll(async () => {
    ({ operator } = await hub.creditor());
  });

  it('a refused command says rule and remedy in Chinese to who reads Chinese, and the same refusal in English to who does not', async () => {
    const input = { clientKey: key(), engagementId: await proposeEngagement(operator, await registerAgency(operator)), reason: 'INSPECTION_FINDING' };
    const chinese = await operator.data<{ suspendEngagement: unknown }>(SUSPEND, { input }, CHINESE);
    expect(chinese.suspendEngagement).toEqual({
      __typename: 'Refusal',
      ruleId: 'ENGAGEMENT-STATE',
      message: '处于 PROPOSED 状态的合作关系不能变为 SUSPENDED。',
      remedy: '请按顺序完成中间步骤。',
    });
    const again = await operator.data<{ suspendEngagement: unknown }>(SUSPEND, { input });
    expect(again.suspendEngagement).toMatchObject({ message: 'An engagement that is PROPOSED cannot become SUSPENDED.', remedy: 'Take the steps between them in order.' });
  });

  it('a withheld field names its reason in Chinese to who reads Chinese', async () => {
    const { debtId } = await registerDebt(operator);
    const read = '{ debt(id: "' + debtId + '") { id borrower { name } } }';
    const { errors } = await operator.ask(read, {}, { ...CHINESE, purpose: null });
    expect(errors).toMatchObject([{ message: '请求个人信息时未说明处理目的。请在 x-purpose 请求头中说明目的。', path: ['debt', 'borrower', 'name'], extensions: { ruleId: 'RELEASE-PURPOSE-NAMED' } }]);
  });
});
