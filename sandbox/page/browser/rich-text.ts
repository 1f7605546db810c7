import { parts, part, text, type Json } from '../../slack/json.ts';
import { el } from './dom.ts';
import type { Names } from './names.ts';
import { copyButton } from './copy.ts';
import { drawInline, safeLink } from './text.ts';
import { unknownNotice } from './unknown.ts';

/** Draws a rich_text block: paragraphs, lists, quotes and preformatted text with a copy button. */
export function drawRichText(block: Json, names: Names): HTMLElement {
  return el('div', { class: 'rich-text' }, ...parts(block, 'elements').map((each) => drawPiece(each, names)));
}

function drawPiece(piece: Json, names: Names): HTMLElement {
  const inside = (): Node[] => parts(piece, 'elements').map((each) => drawLeaf(each, names));
  switch (text(piece, 'type') ?? '') {
    case 'rich_text_section':
      return el('p', { class: 'lines' }, ...inside());
    case 'rich_text_quote':
      return el('blockquote', { class: 'lines' }, ...inside());
    case 'rich_text_list': {
      const items = parts(piece, 'elements').map((item) => el('li', {}, drawPiece(item, names)));
      return el(text(piece, 'style') === 'ordered' ? 'ol' : 'ul', {}, ...items);
    }
    case 'rich_text_preformatted': {
      const words = parts(piece, 'elements')
        .map((each) => text(each, 'text') ?? text(each, 'url') ?? '')
        .join('');
      return el(
        'div',
        { class: 'preformatted' },
        el('pre', { attributes: { tabindex: '0' } }, words),
        copyButton('Copy', () => words),
      );
    }
    default:
      return unknownNotice('rich text', piece);
  }
}

function drawLeaf(leaf: Json, names: Names): Node {
  const id = (key: string): string => text(leaf, key) ?? '';
  switch (text(leaf, 'type') ?? '') {
    case 'text':
      return styled(document.createTextNode(id('text')), part(leaf, 'style'));
    case 'link':
      return styled(safeLink(id('url'), text(leaf, 'text') ?? id('url')), part(leaf, 'style'));
    case 'user':
      return drawInline([{ kind: 'user', id: id('user_id'), label: null }], names);
    case 'channel':
      return drawInline([{ kind: 'channel', id: id('channel_id'), label: null }], names);
    case 'usergroup':
      return drawInline([{ kind: 'group', id: id('usergroup_id'), label: null }], names);
    case 'broadcast':
      return drawInline([{ kind: 'broadcast', name: id('range') }], names);
    case 'emoji':
      return document.createTextNode(`:${id('name')}:`);
    case 'date': {
      const at = Number(leaf['timestamp']);
      return drawInline([{ kind: 'date', at, format: id('format'), fallback: id('fallback') }], names);
    }
    default:
      return unknownNotice('rich text element', leaf);
  }
}

function styled(node: Node, style: Json): Node {
  const tags = { code: 'code', bold: 'strong', italic: 'em', strike: 's' } as const;
  return Object.entries(tags).reduce(
    (inner, [key, tag]) => (style[key] === true ? el(tag, {}, inner) : inner),
    node,
  );
}
