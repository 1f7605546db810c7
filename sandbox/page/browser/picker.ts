import type { Placed } from '../../slack/form-state.ts';
import { text } from '../../slack/json.ts';
import { choicesOf, choose, idOf, optionChoice, type Choice } from './choices.ts';
import { el } from './dom.ts';
import { namingAttributes, placeholderOf, type Ground, type Naming } from './ground.ts';

const ASK_AFTER_MS = 150;

/** A field in which one looks for things by typing and gathers them: menus of several, and external menus. */
export function drawPicker(ground: Ground, at: Placed, naming: Naming): HTMLElement {
  return new Picker(ground, at, naming).node;
}

class Picker {
  readonly node: HTMLElement;
  readonly #ground: Ground;
  readonly #at: Placed;
  readonly #input: HTMLInputElement;
  readonly #chips: HTMLElement;
  readonly #list: HTMLElement;
  readonly #many: boolean;
  readonly #external: boolean;
  /** What was seen so far, for the words on chips. */
  readonly #seen = new Map<string, Choice>();
  #offered: readonly Choice[] = [];
  #active = -1;
  #asked = 0;
  #timer: number | undefined;

  constructor(ground: Ground, at: Placed, naming: Naming) {
    this.#ground = ground;
    this.#at = at;
    const type = text(at.element, 'type') ?? '';
    this.#many = type.startsWith('multi_');
    this.#external = type.endsWith('external_select');
    this.#chips = el('ul', { class: 'chips' });
    this.#list = el('ul', {
      id: `${naming.id}-list`,
      class: 'menu options',
      attributes: { role: 'listbox' },
    });
    this.#list.hidden = true;
    this.#input = el('input', {
      id: naming.id,
      class: 'field',
      attributes: {
        ...namingAttributes(naming),
        type: 'text',
        role: 'combobox',
        autocomplete: 'off',
        'aria-autocomplete': 'list',
        'aria-expanded': 'false',
        'aria-controls': this.#list.id,
        placeholder: placeholderOf(at.element) ?? 'Type to find',
      },
    });
    this.node = el('div', { class: 'picker' }, this.#chips, this.#input, this.#list);
    this.#input.addEventListener('focus', () => this.#look());
    this.#input.addEventListener('click', () => this.#look());
    this.#input.addEventListener('input', () => this.#look());
    this.#input.addEventListener('blur', () => this.#close());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.#drawChips();
  }

  get #values(): readonly unknown[] {
    const known = this.#ground.typed.get(this.#at);
    if (Array.isArray(known)) return known as readonly unknown[];
    return known === null || known === undefined ? [] : [known];
  }

  #look(): void {
    clearTimeout(this.#timer);
    const query = this.#input.value.trim();
    if (!this.#external) {
      const wanted = query.toLowerCase();
      const fits = ({ label, description }: Choice): boolean =>
        `${label} ${description}`.toLowerCase().includes(wanted);
      return this.#offer(choicesOf(this.#at.element, this.#ground.names).filter(fits), 'Nothing fits.');
    }
    const least = this.#at.element['min_query_length'];
    const letters = typeof least === 'number' ? least : 3;
    if (query.length < letters) return this.#offer([], `Type at least ${letters} letters.`);
    this.#asked += 1;
    const asked = this.#asked;
    this.#timer = setTimeout(() => void this.#ask(query, asked), ASK_AFTER_MS);
  }

  /** Offers what the app suggests, unless the person has typed on meanwhile. */
  async #ask(query: string, asked: number): Promise<void> {
    const options = await this.#ground.suggest(this.#at, query);
    if (asked !== this.#asked || document.activeElement !== this.#input) return;
    this.#offer(options.map(optionChoice), 'Nothing fits.');
  }

  #offer(choices: readonly Choice[], otherwise: string): void {
    const taken = new Set(this.#values.map(idOf));
    this.#offered = choices.filter(({ id }) => !taken.has(id));
    this.#active = -1;
    const rows = this.#offered.map((choice, index) => {
      const row = el(
        'li',
        {
          id: `${this.#list.id}-${index}`,
          class: 'menu-item',
          attributes: { role: 'option', 'aria-selected': 'false' },
        },
        el('span', {}, choice.label),
        choice.description === '' ? null : el('small', {}, choice.description),
      );
      // Before the field loses the focus, which would close the list.
      row.addEventListener('pointerdown', (event) => event.preventDefault());
      row.addEventListener('click', () => this.#take(choice));
      return row;
    });
    this.#list.replaceChildren(...(rows.length > 0 ? rows : [el('li', { class: 'empty' }, otherwise)]));
    this.#list.hidden = false;
    this.#input.setAttribute('aria-expanded', 'true');
    this.#list.scrollIntoView({ block: 'nearest' });
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const last = this.#values.at(-1);
    if (step !== undefined) {
      event.preventDefault();
      if (this.#list.hidden) this.#look();
      else this.#mark(this.#active + step);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const choice = this.#offered[Math.max(0, this.#active)];
      if (!this.#list.hidden && choice !== undefined) this.#take(choice);
    } else if (event.key === 'Escape' && !this.#list.hidden) {
      event.stopPropagation();
      this.#close();
    } else if (event.key === 'Backspace' && this.#input.value === '' && last !== undefined) {
      this.#drop(last);
    }
  }

  #mark(index: number): void {
    const rows = [...this.#list.querySelectorAll('[role=option]')];
    if (rows.length === 0) return;
    this.#active = (index + rows.length) % rows.length;
    for (const [at, row] of rows.entries()) row.setAttribute('aria-selected', String(at === this.#active));
    rows[this.#active]?.scrollIntoView({ block: 'nearest' });
    this.#input.setAttribute('aria-activedescendant', rows[this.#active]?.id ?? '');
  }

  #take(choice: Choice): void {
    this.#seen.set(choice.id, choice);
    this.#input.value = '';
    const most = this.#at.element['max_selected_items'];
    if (this.#many && typeof most === 'number' && this.#values.length >= most) return this.#close();
    this.#keep(this.#many ? [...this.#values, choice.value] : choice.value);
    this.#close();
  }

  #drop(value: unknown): void {
    this.#keep(this.#many ? this.#values.filter((each) => each !== value) : null);
  }

  #keep(value: unknown): void {
    void choose(this.#ground, this.#at, value, () => this.#drawChips());
    this.#drawChips();
  }

  #drawChips(): void {
    const known = choicesOf(this.#at.element, this.#ground.names);
    const chips = this.#values.map((value) => {
      const id = idOf(value);
      const choice = known.find((each) => each.id === id) ?? this.#seen.get(id);
      const label = choice?.label ?? id;
      const remove = el('button', { attributes: { type: 'button', 'aria-label': `Remove ${label}` } }, '×');
      remove.addEventListener('click', () => {
        this.#drop(value);
        this.#input.focus();
      });
      return el('li', { class: 'chip' }, label, remove);
    });
    this.#chips.replaceChildren(...chips);
    this.#chips.hidden = chips.length === 0;
  }
}
