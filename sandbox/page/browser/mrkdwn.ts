/** Slack's mrkdwn as a tree; no DOM here, so that it can be tested anywhere. */

export type Inline =
  | { readonly kind: 'text' | 'code' | 'pre'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'strike' | 'quote'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly url: string; readonly label: string }
  | { readonly kind: 'user' | 'channel' | 'group'; readonly id: string; readonly label: string | null }
  | { readonly kind: 'broadcast'; readonly name: string }
  /** `at` is in seconds since the epoch. */
  | { readonly kind: 'date'; readonly at: number; readonly format: string; readonly fallback: string }
  | { readonly kind: 'break' };

const MARKS = { '*': 'bold', _: 'italic', '~': 'strike' } as const;

/** Undoes Slack's three escapes. */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Reads mrkdwn; `verbatim` leaves bare addresses as they are. */
export function parseMrkdwn(source: string, verbatim = false): Inline[] {
  return source.split(/```\n?([\s\S]*?)\n?```/).flatMap((part, index): Inline[] => {
    if (index % 2 === 1) return [{ kind: 'pre', text: unescaped(part) }];
    return part === '' ? [] : parseLines(part, verbatim);
  });
}

function parseLines(source: string, verbatim: boolean): Inline[] {
  const out: Inline[] = [];
  let quoted: Inline[] | null = null;
  for (const [index, line] of source.split('\n').entries()) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quote === null) {
      if (index > 0 && quoted === null) out.push({ kind: 'break' });
      quoted = null;
      out.push(...parseLine(line, verbatim));
    } else if (quoted === null) {
      quoted = parseLine(quote[1] ?? '', verbatim);
      out.push({ kind: 'quote', children: quoted });
    } else {
      quoted.push({ kind: 'break' }, ...parseLine(quote[1] ?? '', verbatim));
    }
  }
  return out;
}

function parseLine(line: string, verbatim: boolean): Inline[] {
  const out: Inline[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') out.push(...parsePlain(plain, verbatim));
    plain = '';
  };
  let at = 0;
  while (at < line.length) {
    const found = codeAt(line, at) ?? entityAt(line, at) ?? markedAt(line, at, verbatim);
    if (found === null) {
      plain += line.charAt(at);
      at += 1;
    } else {
      flush();
      out.push(found.node);
      at = found.end;
    }
  }
  flush();
  return out;
}

interface Found {
  readonly node: Inline;
  readonly end: number;
}

function codeAt(line: string, at: number): Found | null {
  if (line[at] !== '`') return null;
  const end = line.indexOf('`', at + 1);
  if (end < at + 2) return null;
  return { node: { kind: 'code', text: unescaped(line.slice(at + 1, end)) }, end: end + 1 };
}

function entityAt(line: string, at: number): Found | null {
  if (line[at] !== '<') return null;
  const end = line.indexOf('>', at);
  if (end < 0) return null;
  const node = entity(line.slice(at + 1, end));
  return node === null ? null : { node, end: end + 1 };
}

function entity(inside: string): Inline | null {
  const bar = inside.indexOf('|');
  const body = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 || bar === inside.length - 1 ? null : unescaped(inside.slice(bar + 1));
  const [, sigil = '', rest = ''] = /^([@#!]?)(.*)$/s.exec(body) ?? [];
  if (sigil === '@') return { kind: 'user', id: rest, label };
  if (sigil === '#') return { kind: 'channel', id: rest, label };
  if (sigil === '!') {
    const [word = '', seconds = '', format = ''] = rest.split('^');
    if (word === 'subteam') return { kind: 'group', id: seconds, label };
    if (word === 'date') {
      return { kind: 'date', at: Number(seconds), format: unescaped(format), fallback: label ?? '' };
    }
    return { kind: 'broadcast', name: word };
  }
  if (!/^(?:https?:\/\/|mailto:)/.test(body)) return null;
  return { kind: 'link', url: unescaped(body), label: label ?? unescaped(body).replace(/^mailto:/, '') };
}

/** `*bold*` and its kin: opened at the edge of a word, closed at the edge of a word, on one line. */
function markedAt(line: string, at: number, verbatim: boolean): Found | null {
  const mark = line[at];
  if (mark !== '*' && mark !== '_' && mark !== '~') return null;
  if (at > 0 && /[\p{L}\p{N}]/u.test(line.charAt(at - 1))) return null;
  // A zero-width space stands for "no markup here".
  if (/^[\s\u200B]?$/.test(line.charAt(at + 1)) || line[at + 1] === mark) return null;
  for (let end = at + 2; end < line.length; end += 1) {
    const code = codeAt(line, end);
    if (code !== null) {
      end = code.end - 1;
    } else if (
      line[end] === mark &&
      !/\s/.test(line.charAt(end - 1)) &&
      !/[\p{L}\p{N}]/u.test(line.charAt(end + 1))
    ) {
      const children = parseLine(line.slice(at + 1, end), verbatim);
      return { node: { kind: MARKS[mark], children }, end: end + 1 };
    }
  }
  return null;
}

function parsePlain(text: string, verbatim: boolean): Inline[] {
  const asText = (part: string): Inline => ({ kind: 'text', text: unescaped(part) });
  if (verbatim) return [asText(text)];
  return text.split(/(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]'"])/).flatMap((part, index): Inline[] => {
    if (part === '') return [];
    return index % 2 === 1
      ? [{ kind: 'link', url: unescaped(part), label: unescaped(part) }]
      : [asText(part)];
  });
}

/** The external ID that blocks show after the words "external ID", or null. */
export function externalIdIn(blocks: unknown): string | null {
  return /external ID (?:is )?`([^`\s]+)`/i.exec(JSON.stringify(blocks))?.[1] ?? null;
}
