/** The project's own source files, as the house tests see them: path from the root, text, and who imports what. */
import fs from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');
const FOLDERS = ['audit', 'cli', 'gateway', 'kernel', 'schema', 'subgraphs', 'test'];
const ROOT_FILES = ['hub.ts', 'compose.ts'];

export interface SourceFile {
  /** From the root, with forward slashes, e.g. `kernel/config.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A project path without extension (`kernel/config`), or a package or built-in name. */
  readonly to: string;
  readonly isOwn: boolean;
}

export function sourceFiles(): SourceFile[] {
  const paths = [...ROOT_FILES.filter((file) => fs.existsSync(path.join(ROOT, file))), ...FOLDERS.flatMap(filesBelow)];
  return paths.map((file) => ({ path: file, text: fs.readFileSync(path.join(ROOT, file), 'utf8') }));
}

function filesBelow(folder: string): string[] {
  if (!fs.existsSync(path.join(ROOT, folder))) return [];
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
}

/** Static, dynamic and `require` imports. Comments and strings are not told apart: an import in a comment is a smell as well. */
export function importsOf(file: SourceFile): Import[] {
  const pattern = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\brequire(?:\.resolve)?\(\s*)'([^']+)'/g;
  return [...file.text.matchAll(pattern)].map((match) => {
    const target = match[1] ?? '';
    const isOwn = target.startsWith('.');
    const to = isOwn ? path.posix.normalize(path.posix.join(path.posix.dirname(file.path), target)) : target;
    return { from: file.path, to: isOwn ? to.replace(/\.(ts|js)$/, '') : to, isOwn };
  });
}
