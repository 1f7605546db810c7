import type { Snapshot, WireChannel } from '../wire.ts';
import { drawBlocks } from './blocks.ts';
import { hasOpenMenu, MENU_CLOSED } from './buttons.ts';
import type { Client, Place } from './client.ts';
import { Composer } from './composer.ts';
import { byId, el, refill } from './dom.ts';
import { Messages } from './messages.ts';
import { viewGround } from './views.ts';

/** The middle of the page: a channel, or the app with its Home and Messages tabs. */
export class PlaceView {
  readonly #client: Client;
  readonly #go: (place: Place) => void;
  readonly #node = byId('place');
  #shownAt = '';
  #messages: Messages | null = null;
  #composer: Composer | null = null;
  #home: { readonly node: HTMLElement; hash: string } | null = null;

  constructor(client: Client, go: (place: Place) => void) {
    this.#client = client;
    this.#go = go;
    this.#node.addEventListener(MENU_CLOSED, () => {
      if (client.snapshot !== null) this.show(client.snapshot);
    });
  }

  show(snapshot: Snapshot): void {
    const { place, me } = this.#client;
    const at = JSON.stringify([me, place]);
    if (at !== this.#shownAt) this.#frame(snapshot);
    this.#shownAt = at;
    if (this.#home !== null) this.#fillHome(this.#home, snapshot);
    const channel = this.#channel(snapshot);
    if (channel !== undefined) this.#messages?.show(snapshot, channel);
  }

  /** Puts a line into the message box; false where there is none. */
  prefill(line: string): boolean {
    this.#composer?.prefill(line);
    return this.#composer !== null;
  }

  #channel(snapshot: Snapshot): WireChannel | undefined {
    const { place } = this.#client;
    return place.kind === 'app'
      ? snapshot.channels.find(({ kind }) => kind === 'im')
      : snapshot.channels.find(({ id }) => id === place.id);
  }

  #frame(snapshot: Snapshot): void {
    const { place } = this.#client;
    this.#messages = null;
    this.#composer = null;
    this.#home = null;
    const channel = this.#channel(snapshot);
    if (place.kind === 'app') this.#frameApp(place, channel);
    else if (channel !== undefined) this.#frameChannel(channel);
    else this.#node.replaceChildren(el('p', { class: 'empty' }, 'You are not in this channel.'));
  }

  #frameApp(place: Extract<Place, { kind: 'app' }>, channel: WireChannel | undefined): void {
    const tab = (id: 'home' | 'messages', label: string): HTMLElement => {
      const chosen = place.tab === id;
      return el(
        'button',
        {
          id: `tab-${id}`,
          attributes: {
            type: 'button',
            role: 'tab',
            'aria-selected': String(chosen),
            'aria-controls': chosen ? 'tab-panel' : undefined,
          },
          on: { click: () => this.#go({ kind: 'app', tab: id }) },
        },
        label,
      );
    };
    const panel = el('div', {
      id: 'tab-panel',
      class: 'tab-panel',
      attributes: { role: 'tabpanel', 'aria-labelledby': `tab-${place.tab}` },
    });
    refill(
      this.#node,
      el(
        'header',
        { class: 'place-head' },
        el('h1', {}, 'Rekey', el('span', { class: 'badge' }, 'App')),
        el(
          'div',
          { class: 'tabs', attributes: { role: 'tablist' } },
          tab('home', 'Home'),
          tab('messages', 'Messages'),
        ),
      ),
      panel,
    );
    if (place.tab === 'home') {
      this.#home = {
        node: el('div', { class: 'home' }, el('p', { class: 'empty' }, 'Opening Home…')),
        hash: '',
      };
      panel.append(this.#home.node);
    } else if (channel !== undefined) {
      this.#messages = new Messages(this.#client);
      panel.append(this.#messages.node, this.#foot(channel));
    }
  }

  #frameChannel(channel: WireChannel): void {
    this.#messages = new Messages(this.#client);
    const notes = [
      channel.kind === 'private' ? 'private' : '',
      channel.archived ? 'archived' : '',
      channel.extShared ? 'shared with another organisation' : '',
      channel.purpose,
    ].filter((note) => note !== '');
    refill(
      this.#node,
      el(
        'header',
        { class: 'place-head' },
        el('h1', {}, `#${channel.name}`),
        notes.length === 0
          ? null
          : el('p', { class: 'note', attributes: { title: notes.join(' · ') } }, notes.join(' · ')),
      ),
      this.#messages.node,
      this.#foot(channel),
    );
  }

  #foot(channel: WireChannel): HTMLElement {
    const { setup } = this.#client;
    if (channel.archived) return el('p', { class: 'composer off' }, 'This channel is archived.');
    if (channel.kind === 'im' && setup.messagesReadOnly) {
      return el(
        'p',
        { class: 'composer off' },
        'Sending messages to this app is turned off. Run its commands in a channel.',
      );
    }
    const where = channel.kind === 'im' ? 'Rekey' : `#${channel.name}`;
    this.#composer = new Composer(setup.commands, where, async (line) => {
      const as = this.#client.me;
      const channelId = channel.id;
      if (line.startsWith('/')) await this.#client.act({ act: 'command', as, channelId, line });
      else await this.#client.act({ act: 'say', as, channelId, text: line });
    });
    return this.#composer.node;
  }

  #fillHome(home: { node: HTMLElement; hash: string }, snapshot: Snapshot): void {
    const view = snapshot.home;
    if (view === undefined) return;
    // What it says of days is drawn anew when the clock was moved.
    const hash = `${view.hash} ${snapshot.ahead}`;
    if (hash === home.hash || hasOpenMenu(home.node)) return;
    home.hash = hash;
    refill(home.node, drawBlocks(view.blocks, viewGround(this.#client, snapshot, view)));
  }
}
