/** The style sheet of the console's own bar; everything below it is GraphiQL's. */
export const CONSOLE_STYLE = `
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 14px system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: center; padding: 8px 14px; background: #1d2733; color: #eef2f6; }
header label { display: flex; gap: 6px; align-items: center; }
header input, header select { font: inherit; padding: 3px 6px; border: 1px solid #4a5a6c; border-radius: 4px; background: #fff; color: #1d2733; }
header #token { width: 22em; }
header output { margin-left: auto; font-variant-numeric: tabular-nums; }
main { flex: 1; min-height: 0; }
main > p { padding: 14px; }
`;
