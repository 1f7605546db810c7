import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const BROWSER = 'sandbox/page/browser/';

/** What the browser's code shares with the Slack stand-in and its driver. */
const ALSO_IN_BROWSER = [
  'sandbox/slack/form-state.ts',
  'sandbox/slack/json.ts',
  'sandbox/slack/driver/form.ts',
  'sandbox/slack/driver/find.ts',
  'src/slack/blocks/rules/shape.ts',
];

/** A file as the browser gets it. */
export interface PageFile {
  readonly type: string;
  readonly body: string;
}

/**
 * Every file the page consists of, by its path in the address; nothing else is ever served. TypeScript goes out as
 * JavaScript, types blanked, under its own name, so that imports need no rewriting.
 */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const names = readdirSync(new URL(BROWSER, ROOT)).map((name) => BROWSER + name);
  for (const path of [...names, ...ALSO_IN_BROWSER]) {
    const type = typeOf(path);
    if (type === null) continue;
    const source = readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');
    files.set(`/${path}`, { type, body: path.endsWith('.ts') ? withoutTypes(source) : source });
  }
  const start = files.get(`/${BROWSER}index.html`);
  if (start === undefined) throw new Error('The page is missing');
  return files.set('/', start);
}

function typeOf(path: string): string | null {
  const types: Readonly<Record<string, string>> = {
    ts: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
    html: 'text/html; charset=utf-8',
    svg: 'image/svg+xml',
  };
  return types[path.slice(path.lastIndexOf('.') + 1)] ?? null;
}

/** Node warns on standard error that this is experimental; nobody who tries the sandbox can do anything about it. */
function withoutTypes(source: string): string {
  const warn = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = warn;
  }
}
