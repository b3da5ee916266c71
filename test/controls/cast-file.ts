/** The file an operator names his hub and its parties in. Refuses one that is not complete, and repeats no token. */
import { readFileSync } from 'node:fs';
import { ROLES, type CastFile } from './cast';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

export function readCastFile(file: string): CastFile {
  const { url, vkey, tokens } = parsed(file);
  const missing = Object.keys(ROLES).filter((role) => !isText(tokens?.[role]));
  if (!isText(url) || !URL.canParse(url)) throw new Error('Give `url`: where the gateway is reached.');
  if (!isText(vkey)) throw new Error('Give `vkey`: what `cession ledger key` prints.');
  if (missing.length > 0) throw new Error(`Give a token for each of: ${missing.join(', ')}.`);
  return { url, vkey, tokens: tokens as CastFile['tokens'] };
}

function parsed(file: string): { url?: unknown; vkey?: unknown; tokens?: Record<string, unknown> } {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content === 'object' && content !== null) return content;
  } catch (cause) {
    // The parser's message would repeat a part of the file, which holds tokens.
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  throw new Error(`${file} is not a JSON object.`);
}
