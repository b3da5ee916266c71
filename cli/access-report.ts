/**
 * What an export shows of access, for people: the verdict on its disclosures and a table of who could see what. Texts in English
 * and Chinese; everything that came out of the export is stripped of control characters first.
 */
import type { AccessReport } from '../audit/access/access-history';
import type { AccessRow, AccessTable } from '../audit/access/access-table';
import { plain, renderVerdict } from '../audit/bundle/render-report';
import type { Language } from '../audit/bundle/report-texts';
import { renderTable } from './table';

type Text = Readonly<Record<Language, string>>;

const TEXTS = {
  title: { en: 'Disclosures', zh: '披露' },
  who: { en: 'Who could see what', zh: '当时谁可查看哪些数据' },
  nobody: { en: 'No right over it was recorded by then.', zh: '截至当时未记录任何相关权利。' },
  right: { en: 'right', zh: '权利' },
  holder: { en: 'holder', zh: '持有人' },
  subject: { en: 'over', zh: '对象' },
  purposes: { en: 'purposes', zh: '目的' },
  categories: { en: 'categories', zh: '类别' },
  term: { en: 'term', zh: '期限' },
  entries: { en: 'entries', zh: '条目' },
  access: { en: 'access', zh: '访问' },
  open: { en: 'yes', zh: '可' },
  shut: { en: 'no', zh: '不可' },
  'not decidable': { en: 'not decidable from this export', zh: '无法由本导出判断' },
  unrecorded: { en: 'its end had come about, but was not recorded yet', zh: '已终止但当时尚未记录' },
  withoutEnd: { en: 'without end', zh: '无期限' },
  notShown: { en: 'not shown', zh: '未披露' },
  others: { en: 'Whether other rights of these kinds stood is not decidable from this export', zh: '是否还有以下种类的其他权利，无法由本导出判断' },
} satisfies Readonly<Record<string, Text>>;

export function renderAccess({ access }: AccessReport, language: Language): string {
  const lines = renderVerdict(TEXTS.title[language], access, language);
  if (access.table !== null) lines.push('', ...renderWho(access.table, language));
  return lines.join('\n');
}

function renderWho({ at, stream, rows, notDecidable }: AccessTable, language: Language): string[] {
  const say = (name: keyof typeof TEXTS): string => TEXTS[name][language];
  const lines = [`${say('who')}: ${plain(stream)}, ${at}`];
  const head = (['right', 'holder', 'subject', 'purposes', 'categories', 'term', 'entries', 'access'] as const).map(say);
  lines.push(rows.length === 0 ? `  ${say('nobody')}` : renderTable(head, rows.map((row) => cellsOf(row, say))));
  if (notDecidable.length > 0) lines.push(`  ${say('others')}: ${notDecidable.join(', ')}`);
  return lines;
}

function cellsOf(row: AccessRow, say: (name: keyof typeof TEXTS) => string): string[] {
  const { access, reason, endedUnrecorded } = row;
  const answer = [say(access), ...(reason === null ? [] : [`[${reason}]`]), ...(endedUnrecorded ? [`(${say('unrecorded')})`] : [])];
  return [
    `${row.kind} ${plain(row.right)}`,
    plain(row.holder ?? say('notShown')),
    plain(row.debtId ?? row.borrowerId ?? row.creditorId ?? say('notShown')),
    row.purposes.map(plain).join(' '),
    row.categories.map(plain).join(' '),
    `${row.from} – ${row.until ?? say('withoutEnd')}`,
    `${row.openedAt}–${row.closedAt ?? ''}`,
    answer.join(' '),
  ];
}
