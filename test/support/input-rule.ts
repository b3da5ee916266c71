/** Which rule refuses an input as malformed, as its caller is told; null when none does. Any other error is a failure of the test. */
import { HubError } from '../../kernel/errors';

export function inputRuleOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    expect(error.code).toBe('BAD_INPUT');
    expect(error.extensions.argument).toMatch(/^input\./);
    return error.extensions.ruleId ?? 'none';
  }
}
