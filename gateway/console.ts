/**
 * The page a person sees at an audience's address: GraphiQL from the installed packages, with fields for token and purpose and
 * example operations. Loads nothing from elsewhere and keeps what is typed only as long as the browser tab lives.
 */
import path from 'node:path';
import { Router } from 'express';
import { purposesOf } from '../kernel/purpose';
import type { Audience } from '../schema/vocabulary';
import { CONSOLE_SCRIPT } from './console-script';
import { CONSOLE_STYLE } from './console-style';
import { examplesOf } from './example-operations';

/** Scripts only from our own files, nothing inline; CodeMirror and Radix set inline styles, fonts are in GraphiQL's own style sheet. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
};

/** Name in the address → package and file; nothing else of node_modules can be asked for. */
const PACKAGE_FILES: Readonly<Record<string, readonly [pkg: string, file: string]>> = {
  'react.js': ['react', 'umd/react.production.min.js'],
  'react-dom.js': ['react-dom', 'umd/react-dom.production.min.js'],
  'graphiql.js': ['graphiql', 'graphiql.min.js'],
  'graphiql.css': ['graphiql', 'graphiql.min.css'],
};

const CACHED = 'public, max-age=3600';

export function consoleRoutes(): Router {
  const router = Router();
  for (const [name, [pkg, file]] of Object.entries(PACKAGE_FILES)) {
    const root = path.dirname(require.resolve(`${pkg}/package.json`));
    // The project may lie under a folder whose name begins with a dot, which express hides by default.
    router.get(`/console/${name}`, (_request, response) => response.set('cache-control', CACHED).sendFile(file, { root, dotfiles: 'allow', cacheControl: false }));
  }
  router.get('/console/console.js', (_request, response) => void response.set('cache-control', CACHED).type('text/javascript').send(CONSOLE_SCRIPT));
  router.get('/console/console.css', (_request, response) => void response.set('cache-control', CACHED).type('text/css').send(CONSOLE_STYLE));
  return router;
}

export function consolePage(audience: Audience): string {
  const settings = { audience, purposes: purposesOf(audience), examples: examplesOf(audience) };
  const name = audience.charAt(0) + audience.slice(1).toLowerCase();
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Cession · ${name}</title>
  <link rel="stylesheet" href="/console/graphiql.css">
  <link rel="stylesheet" href="/console/console.css">
</head>
<body>
  <header>
    <strong>Cession</strong> <span>${name}</span>
    <label>Bearer token <input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="cession token --audience ${audience.toLowerCase()} …"></label>
    <label>x-purpose <select id="purpose"></select></label>
    <label>x-ledger-at-least <input id="at-least" inputmode="numeric" autocomplete="off" size="8"></label>
    <output id="ledger-index"></output>
  </header>
  <main id="console" data-settings="${escaped(JSON.stringify(settings))}">Loading …</main>
  <script src="/console/react.js"></script>
  <script src="/console/react-dom.js"></script>
  <script src="/console/graphiql.js"></script>
  <script src="/console/console.js"></script>
</body>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
