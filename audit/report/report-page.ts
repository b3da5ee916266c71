/**
 * A report as one page for people: what was asked, what is proven and what not, and what the entries add up to. Self-contained
 * HTML without script; everything that came out of an export is escaped. Claims nothing that the file does not prove.
 */
import { isRuleId, type Language, type RuleText } from '../../schema/messages';
import { RULE_TEXTS } from '../../schema/rule-texts';
import { ASPECT_TEXTS, OUTCOME_TEXTS, REASON_TEXTS, STATE_TEXTS, WITHHELD_TEXTS } from '../bundle/report-texts';
import { NO_PURPOSE, type Tally } from '../log/tally';
import type { Manifest } from '../log/manifest';
import { ASPECTS, type Report } from '../log/verdict';
import { drawTimeline } from './charts';
import type { Excerpt } from './excerpt';
import { html, Markup, type Fragment } from './html';
import { LANGUAGE_TAGS, PAGE_TEXTS, type PageTexts } from './page-texts';
import { CONTENT_SECURITY_POLICY, STYLE } from './page-style';
import { countTable, entryTable, largestFirst, total, type Counted } from './tables';

export interface ReportContent {
  readonly manifest: Manifest;
  readonly tally: Tally;
  readonly excerpt: Excerpt;
  /** What a check of the file found; null in a page that is made together with the file. */
  readonly verdict: Report | null;
  /** What an event means, in English. */
  readonly meaningOf: (event: string) => string;
}

export function renderPage(content: ReportContent, language: Language): string {
  const page = new Page(content, language, PAGE_TEXTS[language]);
  return `<!doctype html>\n${page.render().text}\n`;
}

class Page {
  private readonly number: (count: number) => string;

  constructor(
    private readonly content: ReportContent,
    private readonly language: Language,
    private readonly texts: PageTexts,
  ) {
    const format = new Intl.NumberFormat(language);
    this.number = (count) => format.format(count);
  }

  render(): Markup {
    const { texts } = this;
    return html`<html lang="${LANGUAGE_TAGS[this.language]}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${texts.title}</title>
${STYLE_ELEMENT}
</head>
<body><main>
<h1>${texts.title}</h1>
<p class="soft">${this.content.manifest.checkpoint.origin} · ${this.content.manifest.createdAt}</p>
${this.notice()}
<h2>${texts.asked}</h2>
${this.asked()}
${this.content.verdict === null ? html`<h2>${texts.proven}</h2><p>${texts.provenIf}</p>${list(this.proven())}` : this.found(this.content.verdict)}
<h2>${texts.notProven}</h2>
${list(this.notProven())}
<h2>${texts.numbersTitle}</h2>
${this.tiles()}
<h2>${texts.timeline}</h2>
${this.timeline()}
${this.counts()}
<h2>${texts.inOrder}</h2><p class="soft">${texts.inOrderNote}</p>
${entryTable({ texts, number: this.number, excerpt: this.content.excerpt, meaningOf: (event) => this.meaningOf(event) })}
<h2>${texts.files}</h2>
<p>${texts.filesNote}</p>
</main></body>
</html>`;
  }

  private notice(): Markup {
    const { verdict } = this.content;
    if (verdict === null) return html`<div class="note"><p>${this.texts.readingAid}</p><p><code>cession verify &lt;file&gt; --key &lt;key&gt;</code></p></div>`;
    return html`<div class="note ${verdict.outcome}"><p><b>${OUTCOME_TEXTS[verdict.outcome][this.language]}</b></p><p>${this.texts.ownPage}</p></div>`;
  }

  private asked(): Markup {
    const { texts } = this;
    const { requestedBy, mandate, period, checkpoint, vkey, createdAt } = this.content.manifest;
    const unnamed = mandate === null ? texts.operator : texts.unknownAsker;
    const rows: readonly (readonly [string, Fragment])[] = [
      [texts.askedBy, requestedBy === null ? unnamed : id(requestedBy)],
      [texts.under, mandate === null ? texts.noMandate : id(mandate)],
      [texts.scope, this.scope()],
      [texts.period, period === null ? texts.wholeTime : texts.fromTo(period.from ?? texts.beginning, period.until ?? texts.theCheckpoint)],
      [texts.ledger, id(checkpoint.origin)],
      [texts.ledgerKey, id(vkey)],
      [texts.tree, html`${texts.treeOf(this.number(checkpoint.size))} ${id(checkpoint.root)}`],
      [texts.made, createdAt],
    ];
    return html`<table class="facts"><tbody>${rows.map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>
`)}</tbody></table>`;
  }

  private scope(): Fragment {
    const { kind, streams } = this.content.manifest;
    if (kind === 'log') return this.texts.wholeLog;
    return streams.slice(0, SCOPE_MAX).map(({ stream, from, to }) => {
      const numbers = from > to ? this.texts.noEntries : this.texts.numbers(this.number(from), this.number(to));
      return html`<div>${id(stream)} — ${numbers}</div>`;
    });
  }

  private proven(): string[] {
    const { texts } = this;
    const { kind, completeness, period, streams, files } = this.content.manifest;
    const isComplete = kind === 'stream' && completeness === 'proven by this export';
    return [
      kind === 'log' ? texts.provenLog : texts.provenStream,
      ...(isComplete ? [period === null ? texts.provenComplete : texts.provenPeriod] : []),
      ...(isComplete && streams.some(({ from, to }) => from > to) ? [texts.provenAbsent] : []),
      texts.provenShown,
      ...(files.includes('checkpoints') ? [texts.provenGrowth] : []),
    ];
  }

  private notProven(): string[] {
    const { texts } = this;
    const { completeness, files } = this.content.manifest;
    return [
      texts.notTrue,
      ...(completeness === 'proven by this export' ? [] : [texts.notComplete]),
      files.includes('timestamps') || files.includes('policy') ? texts.attestedByOthers : texts.notAttested,
      ...(this.content.tally.group('withheld').size > 0 ? [texts.notWithheld] : []),
    ];
  }

  private found(verdict: Report): Markup {
    const rows = ASPECTS.map((aspect) => {
      const { state, reasons } = verdict[aspect];
      const said = reasons.map(({ code, got }) => html`<div>${REASON_TEXTS[code][this.language]}${got === undefined ? null : html` <span class="soft">${got}</span>`}</div>`);
      return html`<tr><th>${ASPECT_TEXTS[aspect][this.language]}</th><td><b>${STATE_TEXTS[state][this.language]}</b>${said}</td></tr>
`;
    });
    return html`<h2>${this.texts.found}</h2><table class="facts"><tbody>${rows}</tbody></table>`;
  }

  private tiles(): Markup {
    const { texts } = this;
    const { tally } = this.content;
    const stretches = [...tally.timeline.stretches.values()];
    const numbers: readonly (readonly [string, number])[] = [
      [texts.entries, tally.entries],
      [texts.shown, tally.disclosed],
      [texts.withheldValues, total([...tally.group('withheld')])],
      [texts.erasedValues, tally.erasures.erased],
      [texts.releases, stretches.reduce((sum, [, releases]) => sum + releases, 0)],
      [texts.refusals, total([...tally.group('refusals')])],
    ];
    return html`<div class="tiles">${numbers.map(([label, count]) => html`<div class="tile"><b>${this.number(count)}</b><span>${label}</span></div>`)}</div><p class="soft">${texts.countsNote}</p>`;
  }

  private timeline(): Markup {
    const { texts } = this;
    const { timeline } = this.content.tally;
    const picture = drawTimeline(timeline, { title: texts.timelineTitle, entries: texts.entriesLane, releases: texts.releasesLane, refusals: texts.refusalsLane });
    return picture === null ? html`<p class="soft">${texts.nothing}</p>` : html`${picture}<p class="soft">${texts.unit[timeline.unit]} · UTC</p>`;
  }

  private counts(): Markup {
    const { texts } = this;
    const { tally } = this.content;
    const named = (names: Readonly<Record<string, string>>) => (code: string): [Fragment, Fragment] => [names[code] ?? code, id(code)];
    const table = (head: string, group: Counted[], describe: (name: string) => readonly [Fragment, Fragment], bar: 'entries' | 'releases' | 'refusals' = 'entries', second = ''): Markup =>
      countTable({ texts, number: this.number, head: [head, second, texts.count], rows: group, describe, bar });
    const events = largestFirst(tally.group('events'));
    return html`<h2>${texts.events}</h2>
${table(texts.events, familiesOf(events), named(texts.family))}
${table(texts.event, events, (event) => [id(event), this.meaningOf(event)], 'entries', texts.meaning)}
<h2>${texts.parties}</h2><p class="soft">${texts.partiesNote}</p>
<h3>${texts.named}</h3>${table(texts.party, largestFirst(tally.group('parties')), (party) => [id(party), ''])}
<h3>${texts.acted}</h3>${table(texts.party, largestFirst(tally.group('actors')), (party) => [id(party), ''])}
<h2>${texts.actors}</h2>${table(texts.audience, largestFirst(tally.group('audiences')), named(texts.audienceOf))}
<h2>${texts.purposes}</h2>${table(texts.purpose, largestFirst(tally.group('purposes')), named(texts.purposeOf))}
<h2>${texts.refused}</h2><p class="soft">${texts.refusedNote}</p>
${table(texts.rule, largestFirst(tally.group('refusals')), (rule) => [id(rule), this.ruleText(rule)], 'refusals', texts.meaning)}
<h2>${texts.released}</h2><p class="soft">${texts.releasedNote}</p>
${table(texts.category, largestFirst(tally.group('releases')), (release) => this.release(release), 'releases', `${texts.to} · ${texts.purpose}`)}
<h2>${texts.withheld}</h2><p class="soft">${texts.withheldNote}</p>
${table(texts.reason, largestFirst(tally.group('withheld')), (reason) => [WITHHELD_TEXTS[reason]?.[this.language] ?? reason, id(reason)])}`;
  }

  private release(name: string): [Fragment, Fragment] {
    const { texts } = this;
    const [category = '', audience = '', purpose = ''] = name.split('/');
    const reason = purpose === NO_PURPOSE ? texts.noPurpose : (texts.purposeOf[purpose] ?? purpose);
    return [texts.categoryOf[category] ?? category, `${texts.audienceOf[audience] ?? audience} · ${reason}`];
  }

  private meaningOf(event: string): string {
    return this.texts.meanings[event.split('/')[0] as string] ?? this.content.meaningOf(event);
  }

  /** What varies in a rule's text is not in the entry. */
  private ruleText(rule: string): string {
    const text: RuleText | null = isRuleId(rule) ? RULE_TEXTS[rule] : null;
    return text === null ? '' : text.message[this.language].replace(/\{\w+\}/g, '…');
  }
}

const SCOPE_MAX = 50;
/** As it stands: the hash in the policy is over these very characters. */
const STYLE_ELEMENT = new Markup(`<style>${STYLE}</style>`);

function id(text: string): Markup {
  return html`<span class="id">${text}</span>`;
}

function list(sentences: readonly string[]): Markup {
  return html`<ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

function familiesOf(events: readonly Counted[]): Counted[] {
  const families = new Map<string, number>();
  for (const [event, count] of events) {
    const family = event.split('.')[0] as string;
    families.set(family, (families.get(family) ?? 0) + count);
  }
  return largestFirst(families);
}
