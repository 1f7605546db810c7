import type { WireCommand } from '../wire.ts';
import { el } from './dom.ts';

/** The message box: words are posted, slash commands are run, and commands are suggested while one types. */
export class Composer {
  readonly node: HTMLElement;
  readonly #commands: readonly WireCommand[];
  readonly #send: (line: string) => Promise<void>;
  readonly #input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #status: HTMLElement;
  #offered: readonly WireCommand[] = [];
  #active = 0;

  constructor(commands: readonly WireCommand[], where: string, send: (line: string) => Promise<void>) {
    this.#commands = commands;
    this.#send = send;
    this.#input = el('input', {
      id: 'message',
      attributes: {
        type: 'text',
        role: 'combobox',
        autocomplete: 'off',
        'aria-autocomplete': 'list',
        'aria-expanded': 'false',
        'aria-controls': 'commands',
        placeholder: `Message ${where}, or / for commands`,
      },
    });
    this.#list = el('ul', {
      id: 'commands',
      class: 'menu commands',
      attributes: { role: 'listbox', 'aria-label': 'Commands' },
    });
    this.#list.hidden = true;
    this.#status = el('p', { class: 'composer-status', attributes: { role: 'status' } });
    this.node = el(
      'form',
      { class: 'composer', attributes: { autocomplete: 'off' } },
      this.#list,
      el('label', { attributes: { for: 'message' } }, 'Message'),
      el(
        'div',
        { class: 'composer-row' },
        this.#input,
        el('button', { class: 'button primary', attributes: { type: 'submit' } }, 'Send'),
      ),
      this.#status,
    );
    this.#input.addEventListener('input', () => this.#look());
    this.#input.addEventListener('blur', () => this.#hide());
    this.#input.addEventListener('keydown', (event) => this.#key(event));
    this.node.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
  }

  /** Puts a line into the box, ready to be sent. */
  prefill(line: string): void {
    this.#input.value = line;
    this.#input.focus();
    this.#look();
  }

  async #submit(): Promise<void> {
    const line = this.#input.value.trim();
    if (line === '' || this.#status.textContent !== '') return;
    this.#input.value = '';
    this.#hide();
    if (line.startsWith('/')) this.#status.textContent = `Running ${line.split(' ', 1)[0] ?? ''}…`;
    await this.#send(line);
    this.#status.textContent = '';
  }

  #look(): void {
    const { value } = this.#input;
    const typed = /^\/\S*$/.test(value) ? value : null;
    this.#offered = typed === null ? [] : this.#commands.filter(({ command }) => command.startsWith(typed));
    const done = this.#offered.length === 1 && this.#offered[0]?.command === typed;
    if (this.#offered.length === 0 || done) return this.#hide();
    const rows = this.#offered.map((each, index) => {
      const row = el(
        'li',
        { id: `command-${index}`, class: 'menu-item', attributes: { role: 'option' } },
        el('span', {}, el('strong', {}, each.command), each.usage === '' ? '' : ` ${each.usage}`),
        el('small', {}, each.description),
      );
      row.addEventListener('pointerdown', (event) => event.preventDefault());
      row.addEventListener('click', () => this.#take(each));
      return row;
    });
    this.#list.replaceChildren(...rows);
    this.#list.hidden = false;
    this.#input.setAttribute('aria-expanded', 'true');
    this.#mark(0);
  }

  #mark(index: number): void {
    const rows = [...this.#list.children];
    this.#active = (index + rows.length) % rows.length;
    for (const [at, row] of rows.entries()) row.setAttribute('aria-selected', String(at === this.#active));
    this.#input.setAttribute('aria-activedescendant', rows[this.#active]?.id ?? '');
  }

  #key(event: KeyboardEvent): void {
    if (this.#list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = this.#offered[this.#active];
    if (step !== undefined) {
      event.preventDefault();
      this.#mark(this.#active + step);
    } else if (event.key === 'Escape') {
      this.#hide();
    } else if ((event.key === 'Tab' || event.key === 'Enter') && chosen !== undefined) {
      // A command typed in full is run by Enter, one typed in part is completed.
      if (event.key === 'Enter' && chosen.command === this.#input.value) return;
      event.preventDefault();
      this.#take(chosen);
    }
  }

  #take({ command, usage }: WireCommand): void {
    this.#input.value = usage === '' ? command : `${command} `;
    this.#hide();
    this.#input.focus();
  }

  #hide(): void {
    this.#list.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }
}
