/** How a report page looks, on screen, in the dark and on paper; and the policy that lets a browser apply this and nothing else. */
import { createHash } from 'node:crypto';

export const STYLE = `
:root { --ink: #1d2433; --soft: #5c667a; --line: #dfe3ea; --ground: #ffffff; --panel: #f5f7fa; --entry: #2f6fb3; --release: #c77700; --refusal: #b3372f; --good: #23753f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b5; --line: #343b48; --ground: #151a22; --panel: #1e2530; --entry: #6aa6e3; --release: #e6a445; --refusal: #e0736b; --good: #6fc78d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 0.25rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.4rem 0 0.3rem; }
p { margin: 0.4rem 0; max-width: 46rem; }
.soft { color: var(--soft); }
.note { background: var(--panel); border-left: 4px solid var(--entry); padding: 0.7rem 1rem; margin: 1.2rem 0; border-radius: 0 6px 6px 0; }
.note.broken { border-color: var(--refusal); }
.note.verified { border-color: var(--good); }
code, .id { font-family: ui-monospace, "SF Mono", Consolas, monospace; font-size: 0.86em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 1rem; }
th, td { text-align: left; vertical-align: top; padding: 0.32rem 0.75rem 0.32rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: 0.85rem; }
.facts th { width: 11rem; font-weight: 600; color: var(--soft); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.bar { width: 12rem; }
.bar svg { display: block; width: 100%; height: 0.8rem; margin-top: 0.35rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.75rem; margin: 1rem 0; }
.tile { flex: 1 1 9rem; background: var(--panel); border-radius: 6px; padding: 0.7rem 0.9rem; }
.tile b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 0.85rem; }
.timeline { width: 100%; height: auto; display: block; margin: 0.75rem 0; }
.axis { stroke: var(--line); } .label { fill: var(--soft); font-size: 12px; }
.entries { fill: var(--entry); } .releases { fill: var(--release); } .refusals { fill: var(--refusal); } .track { fill: var(--panel); }
ul { margin: 0.3rem 0; padding-left: 1.2rem; max-width: 46rem; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; } tr, .tile, .timeline { break-inside: avoid; } }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** No script, no image, no font, no frame, no form, no request; one style sheet, known by its hash. */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
