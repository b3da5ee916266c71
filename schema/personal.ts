/**
 * Declares which fields hold personal data, prints it as directives, and reads it back from the executable schema.
 * Decides nothing: purpose, grant and disclosure are checked by the kernel on what is read here.
 */
import { Kind, type ConstDirectiveNode, type GraphQLField } from 'graphql';
import { Directive } from 'type-graphql';
import { DATA_CATEGORIES, type DataCategory } from './vocabulary';

export interface PersonalMark {
  readonly category: DataCategory;
  /** PIPL Art. 28: leaked or misused it harms dignity or safety; needs a specific purpose and necessity. */
  readonly sensitive: boolean;
}

/** Definitions printed into every subgraph. Composition drops them: no audience learns how a field is guarded. */
export const PERSONAL_DIRECTIVES = `
"Personal data: released only under a granted purpose and with a disclosure in the ledger."
directive @personal("What kind of personal data." category: String!, "Sensitive in the sense of PIPL Art. 28." sensitive: Boolean! = false) on FIELD_DEFINITION

"Encrypted at rest under the borrower's own key, and erased by destroying that key."
directive @vaulted on FIELD_DEFINITION
`;

/** The field is nullable in every schema: withheld data is null, with the reason beside it in `errors`. */
export function Personal(category: DataCategory, options: { sensitive?: boolean } = {}) {
  return Directive(`@personal(category: "${category}", sensitive: ${String(options.sensitive ?? false)})`);
}

/** In addition to `@Personal`: kept in the vault. */
export function Vaulted() {
  return Directive('@vaulted');
}

/** What a field of the executable schema was declared as; null for a field without personal data. */
export function personalOf(field: GraphQLField<unknown, unknown>): PersonalMark | null {
  return personalMark(field.astNode?.directives ?? []);
}

export function isVaulted(field: GraphQLField<unknown, unknown>): boolean {
  return (field.astNode?.directives ?? []).some(({ name }) => name.value === 'vaulted');
}

/** The same from a parsed SDL field. Throws on a category outside the vocabulary: a guard must not be guessed. */
export function personalMark(directives: readonly ConstDirectiveNode[]): PersonalMark | null {
  const directive = directives.find(({ name }) => name.value === 'personal');
  if (directive === undefined) return null;
  let category: DataCategory | undefined;
  let sensitive = false;
  for (const { name, value } of directive.arguments ?? []) {
    if (name.value === 'category' && value.kind === Kind.STRING) category = DATA_CATEGORIES.find((known) => known === value.value);
    if (name.value === 'sensitive' && value.kind === Kind.BOOLEAN) sensitive = value.value;
  }
  if (category === undefined) throw new Error('a @personal directive names no known data category');
  return { category, sensitive };
}
