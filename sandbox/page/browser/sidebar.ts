import type { Snapshot } from '../wire.ts';
import type { Client, Place } from './client.ts';
import { byId, el, refill } from './dom.ts';
import { appIcon, avatar } from './messages.ts';

interface Ways {
  readonly become: (userId: string) => void;
  readonly go: (place: Place) => void;
}

/** The left of the page: who the visitor is, the channels, and the app. */
export class Sidebar {
  readonly #client: Client;
  readonly #ways: Ways;
  /** How many messages of each channel were seen. */
  readonly #seen = new Map<string, number>();
  #drawn = '';

  constructor(client: Client, ways: Ways) {
    this.#client = client;
    this.#ways = ways;
  }

  show(snapshot: Snapshot): void {
    const { place, me } = this.#client;
    const rows = snapshot.channels.map((channel) => {
      const here =
        place.kind === 'channel'
          ? place.id === channel.id
          : channel.kind === 'im' && place.tab === 'messages';
      const key = `${me}/${channel.id}`;
      const count = channel.messages.length;
      if (here || !this.#seen.has(key)) this.#seen.set(key, count);
      return { channel, here, news: count > (this.#seen.get(key) ?? count) };
    });
    const sign = JSON.stringify([
      me,
      place,
      rows.map(({ channel, news }) => [channel.id, channel.name, news]),
    ]);
    if (sign === this.#drawn) return;
    this.#drawn = sign;
    const channels = rows.filter(({ channel }) => channel.kind !== 'im');
    const direct = rows.find(({ channel }) => channel.kind === 'im');
    refill(
      byId('sidebar'),
      el('p', { class: 'workspace-name' }, snapshot.workspace),
      this.#whoYouAre(snapshot),
      el('h2', {}, 'Channels'),
      el(
        'ul',
        {},
        ...channels.map(({ channel, here, news }) => {
          const notes = { public: '', private: 'private', im: '' };
          const note = channel.archived ? 'archived' : channel.extShared ? 'shared' : notes[channel.kind];
          return this.#row(
            { id: `go-${channel.id}`, mark: '#', label: channel.name, note, here, news },
            { kind: 'channel', id: channel.id },
          );
        }),
      ),
      el('h2', {}, 'Apps'),
      el(
        'ul',
        {},
        this.#row(
          {
            id: 'go-app',
            mark: appIcon(),
            label: 'Rekey',
            note: '',
            here: place.kind === 'app',
            news: direct?.news ?? false,
          },
          { kind: 'app', tab: direct?.news === true ? 'messages' : 'home' },
        ),
      ),
    );
  }

  #whoYouAre(snapshot: Snapshot): HTMLElement {
    const options = this.#client.setup.members.map(({ id, realName, standing }) =>
      el('option', { attributes: { value: id } }, `${realName} (${standing})`),
    );
    const select = el(
      'select',
      { id: 'you-are', attributes: { 'aria-describedby': 'you-are-hint' } },
      ...options,
    );
    select.value = this.#client.me;
    select.addEventListener('change', () => this.#ways.become(select.value));
    return el(
      'div',
      { class: 'you-are' },
      avatar(snapshot.person.realName, false),
      el('label', { attributes: { for: 'you-are' } }, 'You are'),
      select,
      el('p', { id: 'you-are-hint', class: 'hint' }, 'Roles as they were at the start.'),
    );
  }

  #row(
    shown: {
      id: string;
      mark: string | HTMLElement;
      label: string;
      note: string;
      here: boolean;
      news: boolean;
    },
    place: Place,
  ): HTMLElement {
    const { id, mark, label, note, here, news } = shown;
    return el(
      'li',
      {},
      el(
        'button',
        {
          id,
          class: news ? 'row news' : 'row',
          attributes: { type: 'button', 'aria-current': here ? 'page' : undefined },
          on: { click: () => this.#ways.go(place) },
        },
        el('span', { class: 'mark', attributes: { 'aria-hidden': 'true' } }, mark),
        el('span', { class: 'label' }, label),
        note === '' ? null : el('small', {}, note),
        news ? el('span', { class: 'dot', attributes: { 'aria-label': 'new messages', role: 'img' } }) : null,
      ),
    );
  }
}
