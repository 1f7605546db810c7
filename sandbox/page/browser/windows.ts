import { clientErrors } from '../../slack/driver/form.ts';
import { stateValues } from '../../slack/form-state.ts';
import type { Snapshot, WireView } from '../wire.ts';
import { drawBlocks } from './blocks.ts';
import type { Client } from './client.ts';
import { byId, el, refill, whileBusy } from './dom.ts';
import { viewGround } from './views.ts';

/** The stack of open modals: the one in front is drawn. */
export class Windows {
  readonly #client: Client;
  readonly #layer = byId('windows');
  readonly #behind = byId('workspace');
  #shown: { readonly id: string; readonly hash: string } | null = null;
  #opener: { readonly id: string; readonly element: HTMLElement } | null = null;

  constructor(client: Client) {
    this.#client = client;
    // Wherever the focus is: the panel beside the windows stays usable.
    document.addEventListener('keydown', (event) => {
      const view = this.top;
      if (event.key === 'Escape' && view !== undefined) this.#close(view, 'cancel');
    });
  }

  /** The window in front, if any. */
  get top(): WireView | undefined {
    return this.#client.snapshot?.modals.at(-1);
  }

  show(snapshot: Snapshot): void {
    this.#client.forgetClosed([...snapshot.modals, ...(snapshot.home === undefined ? [] : [snapshot.home])]);
    const view = snapshot.modals.at(-1);
    if (view === undefined) return this.#hide();
    const fresh = this.#shown?.id !== view.id;
    if (!fresh && this.#shown?.hash === view.hash) return;
    if (!fresh) this.#client.complain(view, {});
    if (this.#shown === null) this.#remember();
    this.#shown = { id: view.id, hash: view.hash };
    this.#draw(snapshot, view);
    if (fresh || !this.#layer.contains(document.activeElement)) this.#focusFirst();
  }

  /** Draws the window in front again, with what was typed. */
  redraw(): void {
    const { snapshot } = this.#client;
    const view = this.top;
    if (snapshot !== null && view !== undefined) this.#draw(snapshot, view);
  }

  #draw(snapshot: Snapshot, view: WireView): void {
    const under = snapshot.modals.length - 1;
    const ground = viewGround(this.#client, snapshot, view);
    const heading = `${view.id}-title`;
    const before = this.#layer.querySelector<HTMLElement>('.window-body');
    const scrolled = before?.dataset['view'] === view.id ? before.scrollTop : 0;
    const cross = el(
      'button',
      {
        id: `${view.id}-cross`,
        class: 'cross',
        attributes: {
          type: 'button',
          'aria-label': 'Dismiss',
          title: under > 0 ? 'Close all windows' : 'Close',
        },
        on: { click: () => this.#close(view, 'x') },
      },
      '×',
    );
    const cancel =
      view.close === undefined && view.submit === undefined
        ? null
        : el(
            'button',
            {
              id: `${view.id}-cancel`,
              class: 'button plain',
              attributes: { type: 'button' },
              on: { click: () => this.#close(view, 'cancel') },
            },
            view.close ?? 'Cancel',
          );
    const submit =
      view.submit === undefined
        ? null
        : el(
            'button',
            { id: `${view.id}-submit`, class: 'button primary', attributes: { type: 'submit' } },
            view.submit,
          );
    const box = el(
      'form',
      {
        class: 'window',
        attributes: { role: 'dialog', 'aria-labelledby': heading, novalidate: '', autocomplete: 'off' },
      },
      el('header', {}, el('h2', { id: heading }, view.title ?? 'Rekey'), cross),
      el(
        'div',
        { class: 'window-body', attributes: { tabindex: '-1', 'data-view': view.id } },
        under > 0 ? el('p', { class: 'under' }, `On top of “${snapshot.modals.at(-2)?.title ?? ''}”`) : null,
        drawBlocks(view.blocks, ground),
      ),
      cancel === null && submit === null ? null : el('footer', {}, cancel, submit),
    );
    box.addEventListener('submit', (event) => {
      event.preventDefault();
      void whileBusy(submit ?? box, () => this.#submit(view));
    });
    refill(this.#layer, el('div', { class: 'shade' }), box);
    const body = this.#layer.querySelector('.window-body');
    if (body !== null) body.scrollTop = scrolled;
    this.#behind.inert = true;
  }

  async #submit(view: WireView): Promise<void> {
    const client = this.#client;
    const typed = client.typedIn(view);
    const own = clientErrors(view.blocks, typed);
    if (Object.keys(own).length > 0) return this.#complain(view, own);
    const values = stateValues(view.blocks, typed.values);
    const done = await client.act({ act: 'submit', as: client.me, viewId: view.id, values });
    if (done.errors !== undefined) this.#complain(view, done.errors);
  }

  #complain(view: WireView, errors: Readonly<Record<string, string>>): void {
    if (this.top?.id !== view.id) return;
    this.#client.complain(view, errors);
    this.redraw();
    const wrong = this.#layer.querySelector('.wrong');
    wrong?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    wrong?.scrollIntoView({ block: 'nearest' });
  }

  #close(view: WireView, how: 'cancel' | 'x'): void {
    void this.#client.act({ act: 'close', as: this.#client.me, viewId: view.id, how });
  }

  #remember(): void {
    const active = document.activeElement;
    this.#opener = active instanceof HTMLElement ? { id: active.id, element: active } : null;
  }

  #focusFirst(): void {
    const first = this.#layer.querySelector<HTMLElement>('.window-body :is(input, select, textarea)');
    (first ?? this.#layer.querySelector<HTMLElement>('.window-body'))?.focus({
      preventScroll: true,
    });
  }

  #hide(): void {
    if (this.#shown === null) return;
    this.#shown = null;
    this.#layer.replaceChildren();
    this.#behind.inert = false;
    // What opened the window may have been drawn again meanwhile.
    const opener = this.#opener;
    const again = opener === null || opener.id === '' ? null : document.getElementById(opener.id);
    (again ?? opener?.element)?.focus({ preventScroll: true });
    this.#opener = null;
  }
}
