/**
 * The one catalogue of texts that people read, in English and Chinese. Texts hold no personal data and no facts of another
 * tenant: what varies is filled in by name, from closed words, dates and counts only.
 */
import { RULE_TEXTS } from './rule-texts';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

export type Text = Readonly<Record<Language, string>>;

/** Why a rule refused, and what would make the same command legal. */
export interface RuleText {
  readonly message: Text;
  readonly remedy: Text;
}

export type RuleId = keyof typeof RULE_TEXTS;

/** The names in braces of a text: `Placeholders<'from {a} to {b}'>` is `'a' | 'b'`. */
type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;

type NamesIn<R extends RuleId> = Placeholders<(typeof RULE_TEXTS)[R]['message']['en'] | (typeof RULE_TEXTS)[R]['remedy']['en']>;

/** No argument for a text without names; otherwise every name MUST be given, which the compiler checks. */
export type ValuesOf<R extends RuleId> = [NamesIn<R>] extends [never] ? [] : [values: Readonly<Record<NamesIn<R>, string | number>>];

export interface RefusalText {
  readonly ruleId: RuleId;
  readonly rulePack: string;
  readonly message: string;
  readonly remedy: string;
  /** What was filled in, so that the same refusal can be said in another language. */
  readonly values?: Filling;
}

type Filling = Readonly<Record<string, string | number>>;

export interface RuleReference<R extends RuleId> {
  readonly ruleId: R;
  readonly rulePack: string;
  readonly language?: Language;
}

/** The refusal a rule answers, ready to be a member of a result union. */
export function refusalOf<R extends RuleId>(rule: RuleReference<R>, ...values: ValuesOf<R>): RefusalText {
  const { ruleId, rulePack, language = 'en' } = rule;
  const [filling] = values as readonly Filling[];
  return { ruleId, rulePack, ...textsOf(ruleId, language, filling), ...(filling === undefined ? {} : { values: filling }) };
}

/** What the catalogue says of a rule. A name that `values` does not have stays as it is. */
export function textsOf(ruleId: RuleId, language: Language, values: Filling = {}): { readonly message: string; readonly remedy: string } {
  const { message, remedy }: RuleText = RULE_TEXTS[ruleId];
  return { message: fill(message[language], values), remedy: fill(remedy[language], values) };
}

/** One text of the two, where there is only one place for them. */
export function sentencesOf({ message, remedy }: Pick<RefusalText, 'message' | 'remedy'>): string {
  return /[.?!]$/.test(message) ? `${message} ${remedy}` : `${message}${remedy}`;
}

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(RULE_TEXTS, text);
}

/** The language to answer in, from an `Accept-Language` header: the first one the catalogue has, English otherwise. */
export function chooseLanguage(header: string | null | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1]).find((found) => found !== undefined);
      return { primary: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((left, right) => right.quality - left.quality);
  for (const { primary } of wanted) {
    const known = LANGUAGES.find((language) => language === primary);
    if (known !== undefined) return known;
  }
  return 'en';
}

function fill(text: string, values: Filling): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
