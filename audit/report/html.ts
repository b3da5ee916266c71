/**
 * HTML in which everything that is not written in a template is escaped: a page made of a stranger's texts must not be able to
 * run, load or restyle anything. Refuses nothing; what cannot be shown becomes a question mark.
 */

/** Text that is HTML already: made by `html`, or a constant of this code. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Fragment = string | number | Markup | null | readonly Fragment[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Controls, and the marks that turn the direction of text: what is read has to be what stands there. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

export function escapeHtml(text: string): string {
  return text.replace(UNSHOWN, '?').replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

function write(fragment: Fragment): string {
  if (fragment === null) return '';
  if (fragment instanceof Markup) return fragment.text;
  if (typeof fragment === 'object') return fragment.map(write).join('');
  return escapeHtml(String(fragment));
}

/** A template in which every value is escaped that is not markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  return new Markup(parts.map((part, at) => (at < values.length ? part + write(values[at] as Fragment) : part)).join(''));
}
