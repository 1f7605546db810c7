import { text, type Json } from '../../slack/json.ts';
import { copyButton } from './copy.ts';
import { el } from './dom.ts';
import { parseMrkdwn, type Inline } from './mrkdwn.ts';
import { writeMoment } from './moment.ts';
import type { Names } from './names.ts';

const EMOJI: Readonly<Record<string, string>> = {
  white_check_mark: '✅',
  x: '❌',
  warning: '⚠️',
  key: '🔑',
  lock: '🔒',
  rotating_light: '🚨',
  hourglass_flowing_sand: '⏳',
  information_source: 'ℹ️',
  tada: '🎉',
  eyes: '👀',
  no_entry: '⛔',
  bell: '🔔',
};

/** Draws a text object of either kind. */
export function drawText(object: Json, names: Names): DocumentFragment {
  const words = text(object, 'text') ?? '';
  if (text(object, 'type') === 'mrkdwn') {
    return drawInline(parseMrkdwn(words, object['verbatim'] === true), names);
  }
  return drawInline([{ kind: 'text', text: words }], names, object['emoji'] !== false);
}

/** The words of a text object, without markup. */
export function wordsOf(object: Json): string {
  return text(object, 'text') ?? '';
}

/** Draws parsed mrkdwn. */
export function drawInline(nodes: readonly Inline[], names: Names, emoji = true): DocumentFragment {
  const out = document.createDocumentFragment();
  for (const node of nodes) out.append(drawNode(node, names, emoji));
  return out;
}

function drawNode(node: Inline, names: Names, emoji: boolean): Node {
  const inside = (children: readonly Inline[]): Node => drawInline(children, names, emoji);
  switch (node.kind) {
    case 'text':
      return document.createTextNode(emoji ? withEmoji(node.text) : node.text);
    case 'code':
      return el('code', {}, node.text);
    case 'pre':
      return el(
        'div',
        { class: 'preformatted' },
        el('pre', {}, node.text),
        copyButton('Copy', () => node.text),
      );
    case 'bold':
      return el('strong', {}, inside(node.children));
    case 'italic':
      return el('em', {}, inside(node.children));
    case 'strike':
      return el('s', {}, inside(node.children));
    case 'quote':
      return el('blockquote', {}, inside(node.children));
    case 'link':
      return safeLink(node.url, node.label);
    case 'user':
      return mention(`@${names.person(node.id)}`, node.id === names.me);
    case 'channel':
      return mention(`#${node.label ?? names.channel(node.id)}`);
    case 'group':
      return mention(`@${names.group(node.id)}`);
    case 'broadcast':
      return mention(`@${node.name}`, true);
    case 'date': {
      const shown = writeMoment(node.at, node.format, node.fallback, Date.now() + names.ahead);
      return el('time', { attributes: { title: node.fallback } }, shown);
    }
    case 'break':
      return el('br');
  }
}

function mention(words: string, mine = false): HTMLElement {
  return el('span', { class: mine ? 'mention mine' : 'mention' }, words);
}

function withEmoji(words: string): string {
  return words.replaceAll(/:([a-z0-9_+-]+):/g, (whole, name: string) => EMOJI[name] ?? whole);
}

/** A link to the web or to mail; any other address is only shown. */
export function safeLink(url: string, label: string): HTMLElement {
  if (!/^(?:https?:\/\/|mailto:)/i.test(url)) return el('span', {}, label);
  return el('a', { attributes: { href: url, target: '_blank', rel: 'noreferrer noopener' } }, label);
}
