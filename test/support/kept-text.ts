/**
 * What a stored entry says to whoever has the database: its bytes, and each disclosure beside it as the JSON it stands for. Base64
 * is opened here, because in its letters no clear text can be found and any short text may stand by chance.
 */
import type { StoredEntry } from '../../kernel/ledger';

export function keptOf({ bytes, disclosures }: Pick<StoredEntry, 'bytes' | 'disclosures'>): string[] {
  return [bytes.toString('utf8'), ...disclosures.map(({ text }) => Buffer.from(text ?? '', 'base64url').toString('utf8'))];
}
