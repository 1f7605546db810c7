import type { Snapshot, WireChannel, WireFile, WireMessage } from '../wire.ts';
import { drawBlocks } from './blocks.ts';
import type { Client } from './client.ts';
import { el } from './dom.ts';
import { parseMrkdwn } from './mrkdwn.ts';
import { Names } from './names.ts';
import { drawInline } from './text.ts';
import { messageGround } from './views.ts';

/** The messages of one channel, oldest first; what did not change is left as it is. */
export class Messages {
  readonly node = el('div', {
    class: 'messages',
    attributes: { role: 'log', 'aria-label': 'Conversation', tabindex: '0' },
  });
  readonly #client: Client;
  readonly #drawn = new Map<string, { readonly sign: string; readonly node: HTMLElement }>();
  readonly #dividers = new Map<string, HTMLElement>();

  constructor(client: Client) {
    this.#client = client;
  }

  show(snapshot: Snapshot, channel: WireChannel): void {
    const { node } = this;
    const atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 80;
    const rows: HTMLElement[] = [];
    let day = '';
    for (const message of threaded(channel.messages)) {
      const itsDay = dayOf(message.ts);
      if (!isReply(message) && itsDay !== day) rows.push(this.#divider(itsDay));
      if (!isReply(message)) day = itsDay;
      rows.push(this.#row(snapshot, message));
    }
    if (rows.length === 0) rows.push(el('p', { class: 'empty' }, 'Nothing was said here yet.'));
    const same = rows.length === node.children.length && rows.every((row, at) => row === node.children[at]);
    if (same) return;
    node.replaceChildren(...rows);
    if (atEnd) node.scrollTop = node.scrollHeight;
  }

  #row(snapshot: Snapshot, message: WireMessage): HTMLElement {
    // “Today” and “in 3 days” are other words after a move of the clock.
    const sign = JSON.stringify([snapshot.ahead, message]);
    const known = this.#drawn.get(message.ts);
    if (known?.sign === sign) return known.node;
    const node = drawMessage(this.#client, snapshot, message);
    this.#drawn.set(message.ts, { sign, node });
    return node;
  }

  /** The line between the messages of two days. */
  #divider(day: string): HTMLElement {
    const known = this.#dividers.get(day) ?? el('p', { class: 'day' }, el('span', {}, day));
    this.#dividers.set(day, known);
    return known;
  }
}

function dayOf(ts: string): string {
  const day: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
  return new Intl.DateTimeFormat(undefined, day).format(new Date(Number(ts) * 1000));
}

function isReply({ threadTs, ts }: WireMessage): boolean {
  return threadTs !== undefined && threadTs !== ts;
}

/** Replies stand right after the message they answer. */
function threaded(messages: readonly WireMessage[]): WireMessage[] {
  const replies = Map.groupBy(messages, ({ threadTs, ts }) => (threadTs === ts ? undefined : threadTs));
  const shown = new Set(messages.map(({ ts }) => ts));
  const lost = messages.filter(({ threadTs }) => threadTs !== undefined && !shown.has(threadTs));
  return [
    ...(replies.get(undefined) ?? []).flatMap((each) => [each, ...(replies.get(each.ts) ?? [])]),
    ...lost,
  ];
}

function drawMessage(client: Client, snapshot: Snapshot, message: WireMessage): HTMLElement {
  const names = new Names(snapshot);
  const author = message.fromApp ? 'Rekey' : names.person(message.userId);
  const at = new Date(Number(message.ts) * 1000);
  const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(at);
  const reply = isReply(message);
  // A reply stands below the message it answers, which may be of another day.
  const otherDay = reply && dayOf(message.threadTs ?? message.ts) !== dayOf(message.ts);
  const time = otherDay ? `${dayOf(message.ts)}, ${clock}` : clock;
  const kinds = ['message', message.ephemeral ? 'ephemeral' : '', reply ? 'reply' : ''];
  return el(
    'article',
    { class: kinds.join(' ').trim(), attributes: { 'aria-label': `${author}, ${time}` } },
    avatar(author, message.fromApp),
    el(
      'div',
      { class: 'said' },
      message.ephemeral ? el('p', { class: 'only-you' }, 'Only visible to you') : null,
      el(
        'p',
        { class: 'byline' },
        el('strong', {}, author),
        message.fromApp ? el('span', { class: 'badge' }, 'App') : null,
        message.scripted ? el('span', { class: 'badge' }, 'scripted by the sandbox') : null,
        el('time', { attributes: { datetime: at.toISOString() } }, time),
        isOwn(client, message) ? deleteButton(client, message) : null,
      ),
      message.blocks.length > 0
        ? drawBlocks(message.blocks, messageGround(client, snapshot, message))
        : el('div', { class: 'lines' }, drawInline(parseMrkdwn(message.text), names)),
      ...message.files.map(drawFile),
      message.edited ? el('span', { class: 'edited' }, '(edited)') : null,
    ),
  );
}

function isOwn(client: Client, { userId, fromApp, ephemeral }: WireMessage): boolean {
  return userId === client.me && !fromApp && !ephemeral;
}

function deleteButton(client: Client, { channelId, ts }: WireMessage): HTMLElement {
  const erase = (): void => void client.act({ act: 'erase', as: client.me, channelId, ts });
  return el('button', { class: 'copy', attributes: { type: 'button' }, on: { click: erase } }, 'Delete');
}

/** A file to keep, as Slack shows one. */
function drawFile({ id, name, size }: WireFile): HTMLElement {
  const shownSize = size < 1_024 ? `${size} bytes` : `${Math.round(size / 1_024)} KB`;
  return el(
    'p',
    { class: 'file' },
    el('a', { attributes: { href: `/file/${id}`, download: name } }, name),
    el('span', {}, shownSize),
  );
}

/** The app's picture. */
export function appIcon(): HTMLElement {
  return el('img', { attributes: { src: '/sandbox/page/browser/icon.svg', alt: '' } });
}

/** A person's initials in a colour of their own; the app's picture. */
export function avatar(name: string, isApp: boolean): HTMLElement {
  const initials = name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2);
  const tone = name.length % 5;
  return el(
    'span',
    { class: isApp ? 'avatar app' : `avatar tone-${tone}`, attributes: { 'aria-hidden': 'true' } },
    isApp ? appIcon() : initials,
  );
}
