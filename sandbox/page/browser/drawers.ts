import { byId } from './dom.ts';

/** The parts beside the middle: on a wide page the panel can be folded away, on a narrow one both slide over it. */
export class Drawers {
  readonly #narrow = matchMedia('(max-width: 900px)');
  #menu = false;
  #panel = !this.#narrow.matches;

  constructor() {
    byId('menu-button').addEventListener('click', () => {
      this.#menu = !this.#menu;
      if (this.#menu) this.#panel = this.#panel && !this.#narrow.matches;
      this.#apply();
    });
    byId('panel-button').addEventListener('click', () => {
      this.#panel = !this.#panel;
      if (this.#panel) this.#menu = false;
      this.#apply();
    });
    this.#narrow.addEventListener('change', () => {
      this.#menu = false;
      this.#panel = !this.#narrow.matches;
      this.#apply();
    });
    this.#apply();
  }

  openPanel(): void {
    this.#panel = true;
    this.#menu = false;
    this.#apply();
  }

  closeMenu(): void {
    this.#menu = false;
    this.#apply();
  }

  closePanelWhereNarrow(): void {
    if (this.#narrow.matches) this.#panel = false;
    this.#apply();
  }

  #apply(): void {
    document.body.classList.toggle('menu-open', this.#menu);
    document.body.classList.toggle('panel-open', this.#panel);
    byId('menu-button').setAttribute('aria-expanded', String(this.#menu));
    byId('panel-button').setAttribute('aria-expanded', String(this.#panel));
  }
}
