import type { MrkdwnElement, PlainTextElement } from '@slack/types';

/** The only place where text objects are made: everything from outside is escaped and cut here. */

/** Escapes what Slack reads as markup in mrkdwn, so that a name such as `<!channel>` pings nobody. */
export function escape(text: string): string {
  return inReadingOrder(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Without the marks that turn the reading order: what follows such a name would be shown backwards. */
function inReadingOrder(text: string): string {
  return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

/** Cuts to a limit, marking that something is missing. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Outside text, shown as it is: no markup, no mentions, no emoji (`arn:aws:iam:` would lose its middle). */
export function code(text: string): string {
  const clean = text.replaceAll('`', '´').replace(/\s+/g, ' ');
  return `\`${escape(clean === '' ? ' ' : clean)}\``;
}

/** Code between backticks, or a bare ARN, whose colons would be read as emoji; a full stop ends the sentence. */
const CODE = /(`[^`]+`|\barn:aws[a-z-]*:[^\s,;()`]*[^\s,;()`.])/;

/**
 * Outside text in running words: markup characters lose their meaning. What stands between backticks is shown as
 * code, and so are ARNs, so that they stay whole and can be copied.
 */
export function words(text: string): string {
  // With one group, every second part is what was matched.
  return text
    .split(CODE)
    .map((part, at) => (at % 2 === 1 ? code(part.replace(/^`([^`]+)`$/, '$1')) : plainWords(part)))
    .join('');
}

function plainWords(text: string): string {
  // A zero-width space keeps *bold*, _italic_, ~struck~, `code` and :emoji: from forming; inside a word, none can.
  return escape(text.replace(/\s+/g, ' '))
    .replace(/(?<![\p{L}\p{N}])[*_~`](?=\S)|(?<=[\p{L}\p{N}])[*_~`](?=[^\s\p{L}\p{N}])/gu, '$&\u200B')
    .replace(/:([a-z0-9_+-]+):/g, ':$1\u200B:');
}

/** {@link words}, at most so many characters long with all its escapes; cut between characters, marked so. */
export function brief(text: string, limit: number): string {
  for (let length = limit; ; length = Math.floor(length * 0.8)) {
    const shown = words(cut(text, length));
    if (shown.length <= limit || length <= 1) return shown;
  }
}

/** As many whole lines as fit; what is cut through a mention or moment would be shown raw. */
export function wholeLines(lines: readonly string[], limit: number): string[] {
  let size = 0;
  const over = lines.findIndex((line) => (size += line.length + 1) > limit + 1);
  return over < 0 ? [...lines] : lines.slice(0, over);
}

/** As many whole lines as fit, and how many of `count` are not among them. */
export function linesAndMore(lines: readonly string[], limit: number, count = lines.length): string {
  const shown = wholeLines(lines, limit);
  const more = count - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** Lines joined into texts of at most `limit` characters each, none cut in two; a longer one stands alone. */
export function packedLines(lines: readonly string[], limit: number): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= limit) {
      texts[texts.length - 1] = `${last}\n${line}`;
    } else {
      texts.push(line);
    }
  }
  return texts;
}

export function bold(text: string): string {
  return `*${words(text)}*`;
}

export function person(userId: string): string {
  return /^[UW][A-Z0-9]+$/.test(userId) ? `<@${userId}>` : code(userId);
}

export function group(groupId: string): string {
  return /^S[A-Z0-9]+$/.test(groupId) ? `<!subteam^${groupId}>` : code(groupId);
}

/** Our own sentence, in which people are named by {@link person}; all other markup loses its meaning. */
export function mentions(text: string): string {
  return words(text).replace(/&lt;(@[UW][A-Z0-9]+)&gt;/g, '<$1>');
}

export function channel(channelId: string): string {
  return /^[CG][A-Z0-9]+$/.test(channelId) ? `<#${channelId}>` : code(channelId);
}

/** A moment in the reader's own time zone; `atMs` is ms since the epoch. */
export function moment(atMs: number): string {
  const fallback = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  return `<!date^${Math.floor(atMs / 1000)}^{date_short_pretty} {time}|${fallback} UTC>`;
}

/** How long ago or how old, in the largest fitting unit. */
export function span(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  for (const [name, size] of units) {
    const count = Math.floor(ms / size);
    if (count >= 1) return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

/** Text with markup made by the functions above. */
export function mrkdwn(text: string, limit = 3000): MrkdwnElement {
  return { type: 'mrkdwn', text: cut(text === '' ? ' ' : text, limit), verbatim: true };
}

/** Text without any markup. */
export function plain(text: string, limit: number): PlainTextElement {
  return { type: 'plain_text', text: cut(inReadingOrder(text) || ' ', limit), emoji: false };
}
