import type { WireTrouble } from '../wire.ts';
import type { Client } from './client.ts';
import { el, refill, whileBusy } from './dom.ts';

/** What can be broken, and mended again. */
export class TroubleList {
  readonly node = el('ul', { class: 'troubles' });
  readonly #client: Client;
  #troubles: readonly WireTrouble[] = [];
  #drawn = '';

  constructor(client: Client) {
    this.#client = client;
    setInterval(() => this.#count(), 1000);
  }

  show(troubles: readonly WireTrouble[]): void {
    const sign = JSON.stringify(troubles);
    if (sign === this.#drawn) return;
    this.#drawn = sign;
    this.#troubles = troubles;
    refill(this.node, ...troubles.map((trouble) => this.#row(trouble)));
    this.#count();
  }

  #row({ id, label, about, until }: WireTrouble): HTMLElement {
    const broken = until !== null;
    const button = el(
      'button',
      {
        id: `trouble-${id}`,
        class: broken ? 'button danger' : 'button plain',
        attributes: { type: 'button', 'aria-describedby': `trouble-${id}-about` },
      },
      broken ? `Mend: ${label}` : label,
    );
    button.addEventListener('click', () => {
      void whileBusy(button, async () => void (await this.#client.act({ act: 'trouble', id, on: !broken })));
    });
    return el(
      'li',
      {},
      button,
      el(
        'p',
        { id: `trouble-${id}-about`, class: 'hint' },
        about,
        broken ? el('strong', { class: 'left', attributes: { 'data-id': id } }) : null,
      ),
    );
  }

  #count(): void {
    for (const left of this.node.querySelectorAll<HTMLElement>('.left')) {
      const until = this.#troubles.find(({ id }) => id === left.dataset['id'])?.until ?? 0;
      const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      left.textContent = until === 0 ? ' Until you mend it.' : ` ${seconds} s left.`;
    }
  }
}
