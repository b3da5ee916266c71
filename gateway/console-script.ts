/**
 * The script of the console page, run by the browser and therefore kept as text. Sends operations to the page's own address
 * with the typed token and purpose; a new token loads the contract again.
 */
export const CONSOLE_SCRIPT = `'use strict';
(() => {
  const root = document.getElementById('console');
  const { audience, purposes, examples } = JSON.parse(root.dataset.settings);
  const token = document.getElementById('token');
  const purpose = document.getElementById('purpose');
  const atLeast = document.getElementById('at-least');
  const ledgerIndex = document.getElementById('ledger-index');

  // sessionStorage ends with the tab: neither a token nor a typed id outlives the person's visit.
  const remembered = 'cession.' + audience + '.token';
  token.value = sessionStorage.getItem(remembered) || '';
  for (const name of purposes.length > 1 ? ['', ...purposes] : purposes) {
    purpose.add(new Option(name || '(none)', name));
  }

  const ask = async (operation, options) => {
    const headers = { ...(options && options.headers), 'content-type': 'application/json', accept: 'application/json' };
    if (token.value.trim()) headers.authorization = 'Bearer ' + token.value.trim();
    if (purpose.value) headers['x-purpose'] = purpose.value;
    if (atLeast.value.trim()) headers['x-ledger-at-least'] = atLeast.value.trim();
    const response = await fetch(location.pathname, { method: 'POST', headers, body: JSON.stringify(operation), credentials: 'omit' });
    const index = response.headers.get('x-ledger-index');
    ledgerIndex.textContent = index === null ? '' : 'ledger index ' + index;
    return response.json();
  };

  const page = ReactDOM.createRoot(root);
  // GraphiQL reads the schema anew whenever it is given another fetcher, and keeps what was typed.
  const open = () => page.render(React.createElement(GraphiQL, {
    fetcher: (operation, options) => ask(operation, options),
    defaultTabs: examples,
    isHeadersEditorEnabled: false,
    shouldPersistHeaders: false,
    storage: sessionStorage,
  }));

  let used = token.value;
  let typing = 0;
  token.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      if (token.value === used) return;
      used = token.value;
      sessionStorage.setItem(remembered, used.trim());
      open();
    }, 300);
  });
  open();
})();
`;
