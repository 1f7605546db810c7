/** One import or re-export of a source file. */
export interface Import {
  /** As written; null when it is computed at run time. */
  readonly specifier: string | null;
  /** `import type` or `export type`: nothing is loaded. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Source {
  /** The text with comments and the inside of strings, templates and regular expressions blanked, line for line. */
  readonly code: string;
  readonly imports: readonly Import[];
}

/** Reads a TypeScript source just well enough to see its code apart from its texts, and its imports. */
export function scan(text: string): Source {
  const code = blank(text);
  return { code, imports: findImports(text, code) };
}

/** Keywords after which a slash begins a regular expression. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^}]|\b(?:return|typeof|case|in|of|delete|void|throw|do|else|await|yield))$/;

/** Replaces characters by spaces, keeping quotes and line ends, so that positions stay the same. */
function blank(text: string): string {
  const out = text.split('');
  /** For each template we are inside of: the depth of braces at its `${`. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;

  function hide(from: number, to: number): void {
    for (let i = from; i < to && i < out.length; i += 1) if (out[i] !== '\n') out[i] = ' ';
  }

  /** From just after the opening quote to just after the closing one. */
  function skipQuoted(quote: string): void {
    const from = at;
    while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
    hide(from, at);
    at += 1;
  }

  /** The text of a template, up to its end or its next `${`. */
  function skipTemplateText(): void {
    const from = at;
    while (at < text.length && text[at] !== '`' && !text.startsWith('${', at))
      at += text[at] === '\\' ? 2 : 1;
    hide(from, at);
    if (text[at] === '`') {
      at += 1;
      return;
    }
    templates.push(depth);
    depth += 1;
    at += 2;
  }

  /** True, and past it, when a regular expression begins at this slash. */
  function skipRegex(): boolean {
    if (
      !BEFORE_REGEX.test(
        out
          .slice(Math.max(0, at - 80), at)
          .join('')
          .trimEnd(),
      )
    )
      return false;
    const end = /^\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/.exec(text.slice(at))?.[0].length;
    if (end === undefined) return false;
    hide(at, at + end);
    at += end;
    return true;
  }

  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = text[at] ?? '';
    if (two === '//' || two === '/*') {
      const end = two === '//' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2;
      const to = end <= 1 ? text.length : end;
      hide(at, to);
      at = to;
    } else if (one === "'" || one === '"') {
      at += 1;
      skipQuoted(one);
    } else if (one === '`') {
      at += 1;
      skipTemplateText();
    } else if (one === '}' && templates.at(-1) === depth - 1) {
      templates.pop();
      depth -= 1;
      at += 1;
      skipTemplateText();
    } else if (one !== '/' || !skipRegex()) {
      if (one === '{') depth += 1;
      if (one === '}') depth -= 1;
      at += 1;
    }
  }
  return out.join('');
}

const FORMS = [
  // import x, { y } from '…'; import type …; export { y } from '…'; export * from '…'
  /\b(?:import|export)(?<type>\s+type\b(?!\s+from\b))?[\w\s{},*$]*\bfrom\s*(?<quote>['"])/g,
  // import '…'
  /\bimport\s*(?<quote>['"])/g,
  // import('…')
  /\bimport\s*\(\s*(?<quote>['"])?/g,
];

function findImports(text: string, code: string): Import[] {
  const found: Import[] = [];
  for (const form of FORMS) {
    for (const match of code.matchAll(form)) {
      const quote = match.groups?.['quote'];
      const from = match.index + match[0].length;
      const specifier = quote === undefined ? null : text.slice(from, text.indexOf(quote, from));
      const line = code.slice(0, from).split('\n').length;
      found.push({ specifier, typeOnly: match.groups?.['type'] !== undefined, line });
    }
  }
  return found;
}
