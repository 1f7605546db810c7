import { findField } from '../../slack/driver/find.ts';
import type { WireKey, WireView } from '../wire.ts';
import { copyButton } from './copy.ts';
import { el } from './dom.ts';

const ID_LABEL = 'Access key ID';
const SECRET_LABEL = 'Secret access key';

/** The ready-made keys: what each shows, and how to get it into the form. */
export class KeysToPaste {
  readonly node: HTMLElement;
  readonly #fillers: HTMLButtonElement[] = [];

  constructor(keys: readonly WireKey[], fillIn: (entries: Readonly<Record<string, string>>) => void) {
    this.node = el('div', { class: 'keys' }, ...keys.map((key) => this.#card(key, fillIn)));
  }

  /** Filling in is offered while a form is open that takes a key. */
  show(top: WireView | undefined): void {
    const takes = top !== undefined && findField(top.blocks, SECRET_LABEL) !== undefined;
    for (const filler of this.#fillers) filler.hidden = !takes;
  }

  #card(key: WireKey, fillIn: (entries: Readonly<Record<string, string>>) => void): HTMLElement {
    const filler = el(
      'button',
      {
        class: 'copy fill',
        attributes: { type: 'button', 'aria-description': key.label },
        on: {
          click: () => fillIn({ [ID_LABEL]: key.accessKeyId, [SECRET_LABEL]: key.secretAccessKey }),
        },
      },
      'Fill in the open form',
    );
    filler.hidden = true;
    this.#fillers.push(filler);
    return el(
      'article',
      { class: 'key', attributes: { 'aria-label': key.label } },
      el('h3', {}, key.label, el('small', {}, `account ${key.accountId}`)),
      el('p', {}, key.about),
      el('code', { class: 'key-id' }, key.accessKeyId),
      el(
        'div',
        { class: 'copies' },
        copyButton('Copy access key ID', () => key.accessKeyId, key.label),
        copyButton('Copy secret access key', () => key.secretAccessKey, key.label),
        filler,
      ),
    );
  }
}
