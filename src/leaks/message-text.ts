import { unescaped, visible } from '../domain/pasted-text.ts';

/** More than Slack takes in one message with all its blocks and attachments; what is beyond is not read. */
const MOST_CHARACTERS = 150_000;
/** Blocks in attachments of forwarded messages, lists in lists: real ones are half as deep. */
const DEEPEST = 16;

/** Fields whose words somebody reads; a file's own bytes are never fetched, only the preview that comes along. */
const READ = new Set([
  'text',
  'fallback',
  'pretext',
  'title',
  'title_link',
  'value',
  'footer',
  'url',
  'from_url',
  'name',
  'label',
  'alt_text',
  'preview',
  'plain_text',
  'comment',
]);
/** Nothing anybody wrote into the message: who wrote it, how it looks, what apps noted beside it. */
const SKIPPED = new Set(['metadata', 'bot_profile', 'user_profile', 'icons', 'reactions', 'edited', 'root']);

type Json = Readonly<Record<string, unknown>>;

/**
 * All that can be read in a message of Slack, as one text with a line for each part: its own text, blocks, attachments,
 * forwarded messages, names and previews of files. Markup, escapes and invisible characters are gone; what rich text
 * divides for its looks alone is joined again.
 */
export function textOfMessage(message: unknown): string {
  const parts: string[] = [];
  let left = MOST_CHARACTERS;
  const take = (text: string): void => {
    if (left <= 0 || text === '') return;
    const part = plainText(text.slice(0, left));
    left -= text.length;
    parts.push(part);
  };
  read(message, take, 0);
  return parts.join('\n');
}

function read(value: unknown, take: (text: string) => void, depth: number): void {
  if (depth > DEEPEST) return;
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[]) read(each, take, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  if (isRichLine(value)) {
    take(richLine(value['elements']));
    return;
  }
  for (const [name, each] of Object.entries(value)) {
    if (SKIPPED.has(name)) continue;
    if (typeof each === 'string') {
      if (READ.has(name)) take(each);
    } else {
      read(each, take, depth + 1);
    }
  }
}

/** A paragraph, quotation, list item or piece of code: its pieces differ in their looks. */
function isRichLine(value: Json): boolean {
  const { type, elements } = value;
  return (
    (type === 'rich_text_section' || type === 'rich_text_preformatted' || type === 'rich_text_quote') &&
    Array.isArray(elements)
  );
}

function richLine(elements: unknown): string {
  if (!Array.isArray(elements)) return '';
  return (elements as readonly unknown[]).map(richPiece).join('');
}

function richPiece(piece: unknown): string {
  if (!isObject(piece)) return '';
  const { type, text, url, name } = piece;
  if (type === 'text') return asText(text);
  // What a link is called may be the key, and so may its address.
  if (type === 'link') return asText(text) === '' ? asText(url) : `${asText(text)} ${asText(url)}`;
  if (type === 'emoji') return `:${asText(name)}:`;
  return ` ${asText(text)} `;
}

/** Slack's `<https://…|label>` and `<@U…>` as people see them, and no escapes. */
function plainText(text: string): string {
  const shown = text
    .replace(/<([@#!][^<>]*)>/g, ' ')
    .replace(/<([^<>|\s]+)\|([^<>]*)>/g, ' $2 $1 ')
    .replace(/<([^<>|\s]+:[^<>|\s]+)>/g, ' $1 ');
  return visible(unescaped(shown));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
