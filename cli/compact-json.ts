/** JSON for people: what fits on a line stands on a line, the rest is broken and indented. Any JSON reader still reads it. */

const INDENT = '  ';

/** `width`: characters a line may have before it is broken. */
export function renderCompactJson(value: unknown, width: number, indentation = ''): string {
  const line = JSON.stringify(value, null, 1)?.replaceAll(/\n */g, ' ') ?? 'null';
  if (typeof value !== 'object' || value === null || line.length + indentation.length <= width) return line;
  const inner = indentation + INDENT;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const members = Array.isArray(value)
    ? value.map((item) => renderCompactJson(item, width, inner))
    : Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [`${JSON.stringify(name)}: ${renderCompactJson(member, width, inner)}`]));
  return `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indentation}${close}`;
}
