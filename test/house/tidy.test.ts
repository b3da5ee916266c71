/** Tidiness that a reader notices: file headers, sizes, names, and words that hide work left undone. */
import path from 'node:path';
import ts from 'typescript';
import { sourceFiles, type SourceFile } from './source-tree';

const LONGEST_FILE = 300;
const LONGEST_FUNCTION = 70;
const MOST_CONSTRUCTOR_PARAMETERS = 4;
/** A table or a scenario is longer than code; it is still one file about one subject. */
const LONGEST_TEST = 450;

/** `rule file` → why this file may. */
const EXCEPTIONS: Record<string, string> = {
  'verb cli/output.ts: processOutput': 'the output of the process: a noun',
};

const files = sourceFiles();
/** These files name what they forbid. */
const code = files.filter((file) => !file.path.startsWith('test/house/'));

function offenders(rule: string, among: readonly SourceFile[], breaks: (file: SourceFile) => string | boolean): string[] {
  return among.flatMap((file) => {
    const found = breaks(file);
    return found === false || `${rule} ${file.path}` in EXCEPTIONS ? [] : [found === true ? file.path : `${file.path}: ${found}`];
  });
}

describe('every source file', () => {
  it('opens with a comment that says what it is responsible for', () => {
    expect(offenders('header', files, ({ text }) => !/^(#!.*\n)?\/\*\*[\s\S]{20,}?\*\/\n/.test(text))).toEqual([]);
  });

  it('fits on a few screens', () => {
    const lines = ({ path: file, text }: SourceFile): string | false => {
      const count = text.trimEnd().split('\n').length;
      return count > (file.startsWith('test/') ? LONGEST_TEST : LONGEST_FILE) && `${count} lines`;
    };
    expect(offenders('length', files, lines)).toEqual([]);
  });

  it('is named subject.role.ts in kebab-case, and nothing vague', () => {
    const badName = ({ path: file }: SourceFile): boolean =>
      !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+(-[a-z]+)*)*\.ts$/.test(path.basename(file)) || /(^|[/.-])(utils?|common|helpers?|manager|misc|data|info|index)([/.-]|$)/.test(file);
    expect(offenders('name', files, badName)).toEqual([]);
  });

  it.each([
    ['work left undone', /\b(TODO|FIXME|HACK)\b/],
    ['output past the writer', /\bconsole\.(log|error|warn|info|debug|trace|table|dir|assert)\b/],
    ['a type check switched off', /@ts-(ignore|nocheck|expect-error)/],
    ['a lint rule switched off', /eslint-disable/],
    ['a default export', /^export default (?!.*(startTestServer|stopTestServer))/m],
    ['a wildcard export', /^export \*/m],
    ['another working place', /\/work\/|\bblueprint\b|shared\/(DESIGN|stack|style|domain|ledger|federation)/],
  ])('holds no %s', (_what, pattern) => {
    expect(offenders('text', code, ({ text }) => pattern.exec(text)?.[0] ?? false)).toEqual([]);
  });

  it('prints only where people or scripts asked for output', () => {
    // run-process says why a process could not start, before any diagnostics exist.
    const mayPrint = /^(cli\/|test\/bench\/|hub\.ts|compose\.ts|kernel\/run-process\.ts)|\/main\.ts$/;
    expect(offenders('print', code, ({ path: file, text }) => !mayPrint.test(file) && (/process\.(stdout|stderr)\.write/.exec(text)?.[0] ?? false))).toEqual([]);
  });

  it('of tests focuses on nothing', () => {
    expect(offenders('focus', code, ({ path: file, text }) => file.startsWith('test/') && (/\b(it|test|describe)\.only\b|\bf(it|describe)\(/.exec(text)?.[0] ?? false))).toEqual([]);
  });
});

describe('functions', () => {
  const shapes = files.filter((file) => !file.path.startsWith('test/') || file.path.startsWith('test/support/')).map((file) => ({ file, ...measure(file) }));

  it('fit on one screen', () => {
    expect(shapes.flatMap(({ file, long }) => long.map((name) => `${file.path}: ${name}`)).filter((found) => !(`function ${found}` in EXCEPTIONS))).toEqual([]);
  });

  it('that construct take few parameters', () => {
    expect(shapes.flatMap(({ file, wide }) => wide.map((name) => `${file.path}: ${name}`)).filter((found) => !(`constructor ${found}` in EXCEPTIONS))).toEqual([]);
  });

  it('and everything else have types', () => {
    expect(shapes.flatMap(({ file, untyped }) => (untyped ? [file.path] : [])).filter((found) => !(`any ${found}` in EXCEPTIONS))).toEqual([]);
  });

  it('are not named for nothing in particular', () => {
    expect(shapes.flatMap(({ file, vague }) => vague.map((name) => `${file.path}: ${name}`)).filter((found) => !(`verb ${found}` in EXCEPTIONS))).toEqual([]);
  });
});

interface Shape {
  readonly long: string[];
  readonly wide: string[];
  readonly vague: string[];
  /** Somewhere in it stands the type `any`. */
  untyped: boolean;
}

function measure({ path: file, text }: SourceFile): Shape {
  const shape: Shape = { long: [], wide: [], vague: [], untyped: false };
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const name = node.name?.getText() ?? (ts.isConstructorDeclaration(node) ? 'constructor' : 'anonymous function');
      const lines = codeLines(node.body.getText());
      if (lines > LONGEST_FUNCTION) shape.long.push(`${name} has ${lines} lines`);
      if (ts.isConstructorDeclaration(node) && node.parameters.length > MOST_CONSTRUCTOR_PARAMETERS) shape.wide.push(`constructor takes ${node.parameters.length}`);
      const plain = ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node);
      // `process` is the name GraphQLDataSource of @apollo/gateway prescribes.
      if (plain && /^(get|handle|process|manage)([A-Z]|$)/.test(name) && name !== 'process') shape.vague.push(name);
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) shape.untyped = true;
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return shape;
}

function codeLines(body: string): number {
  return body.split('\n').filter((line) => line.trim() !== '' && !/^\s*(\/\/|\/\*|\*)/.test(line)).length;
}
