/** The texts of report pages by language; each language is one file. */
import type { Language } from '../../schema/messages';
import { EN } from './page-texts.en';
import { ZH } from './page-texts.zh';

export type PageTexts = typeof EN;

export const PAGE_TEXTS: { readonly [language in Language]: PageTexts } = { en: EN, zh: ZH };

/** How a page says which language it is in. */
export const LANGUAGE_TAGS: { readonly [language in Language]: string } = { en: 'en', zh: 'zh-Hans' };
