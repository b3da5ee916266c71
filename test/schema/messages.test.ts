/** The catalogue says the same in both languages, and fills in what it is given. */
import { chooseLanguage, isRuleId, LANGUAGES, refusalOf, type RuleText } from '../../schema/messages';
import { RULE_TEXTS } from '../../schema/rule-texts';

const rules = Object.entries<RuleText>(RULE_TEXTS);

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
}

describe('a rule text', () => {
  it.each(rules)('of %s is a sentence in both languages, with the same names to fill in', (ruleId, { message, remedy }) => {
    expect(ruleId).toMatch(/^[A-Z]+(-[A-Z]+)+$/);
    for (const text of [message, remedy]) {
      expect(text.en).toMatch(/^[A-Z].*\.$/);
      expect(text.zh).toMatch(/\p{Script=Han}.*。$/u);
      expect(names(text.zh)).toEqual(names(text.en));
    }
  });

  it.each(LANGUAGES)('is filled in: %s', (language) => {
    const refusal = refusalOf({ ruleId: 'PLACEMENT-STATE', rulePack: 'cn-2026.1', language }, { from: 'CLOSED', to: 'ACTIVE' });
    expect(refusal).toMatchObject({ ruleId: 'PLACEMENT-STATE', rulePack: 'cn-2026.1' });
    expect(refusal.message).toContain('CLOSED');
    expect(refusal.message).toContain('ACTIVE');
    expect(refusal.message).not.toMatch(/[{}]/);
  });

  it('is not filled in twice: a value is not a text', () => {
    const refusal = refusalOf({ ruleId: 'ENGAGEMENT-STATE', rulePack: 'p' }, { from: '{to}', to: 'ENDED' });
    expect(refusal.message).toBe('An engagement that is {to} cannot become ENDED.');
  });

  it('is English when no language is named', () => {
    expect(refusalOf({ ruleId: 'TERM-ORDERED', rulePack: 'p' }).message).toBe('The term ends before it begins.');
  });

  it('exists for known rules only', () => {
    expect(isRuleId('TERM-ORDERED')).toBe(true);
    expect(isRuleId('toString')).toBe(false);
  });
});

describe('the language of an answer', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['fr, zh-Hans;q=0.5, en;q=0.7', 'en'],
    ['en;q=0, zh', 'zh'],
    ['fr', 'en'],
    ['zh;q=nonsense', 'zh'],
    ['*', 'en'],
  ])('asked for as %j is %s', (header, expected) => {
    expect(chooseLanguage(header)).toBe(expected);
  });
});
