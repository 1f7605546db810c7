/** What an element may be made with. */
export interface Parts {
  readonly class?: string;
  readonly id?: string | undefined;
  /** Attributes; undefined ones are left out. */
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
}

export type Child = Node | string | null;

/** Makes an element; texts go in as texts, so that nothing is ever read as markup. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  parts: Parts = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (parts.class !== undefined) made.className = parts.class;
  if (parts.id !== undefined) made.id = parts.id;
  for (const [key, value] of Object.entries(parts.attributes ?? {})) {
    if (value !== undefined) made.setAttribute(key, value);
  }
  for (const [event, listener] of Object.entries(parts.on ?? {})) made.addEventListener(event, listener);
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of index.html with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found;
}

/** A button that shows it is working until the work is done. */
export function workingButton(parts: Parts, label: string, work: () => Promise<void>): HTMLButtonElement {
  const button = el('button', { ...parts, attributes: { type: 'button', ...parts.attributes } }, label);
  button.addEventListener('click', () => {
    void whileBusy(button, work);
  });
  return button;
}

/** Marks a control as busy while the work runs; a second click meanwhile does nothing. */
export async function whileBusy(control: HTMLElement, work: () => Promise<void>): Promise<void> {
  if (control.getAttribute('aria-busy') === 'true') return;
  control.setAttribute('aria-busy', 'true');
  try {
    await work();
  } finally {
    control.removeAttribute('aria-busy');
  }
}

/** Replaces what is in an element, and gives the focus back to the control that had it, by its id. */
export function refill(parent: HTMLElement, ...children: readonly Child[]): void {
  const active = parent.contains(document.activeElement) ? document.activeElement : null;
  const field = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement ? active : null;
  const selection = field === null ? null : ([field.selectionStart, field.selectionEnd] as const);
  parent.replaceChildren(...children.filter((child) => child !== null));
  if (active === null || active.id === '') return;
  const again = document.getElementById(active.id);
  if (again === null) return;
  again.focus({ preventScroll: true });
  const typable = again instanceof HTMLInputElement || again instanceof HTMLTextAreaElement;
  if (typable && selection !== null && selection[0] !== null) again.setSelectionRange(...selection);
}
