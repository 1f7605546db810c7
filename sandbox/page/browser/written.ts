import { dispatches } from '../../slack/driver/form.ts';
import { stateKey, type Placed } from '../../slack/form-state.ts';
import { text } from '../../slack/json.ts';
import { el } from './dom.ts';
import { namingAttributes, placeholderOf, type Ground, type Naming } from './ground.ts';

const TYPES: Readonly<Record<string, { readonly type: string; readonly mode?: string }>> = {
  plain_text_input: { type: 'text' },
  email_text_input: { type: 'text', mode: 'email' },
  url_text_input: { type: 'text', mode: 'url' },
  number_input: { type: 'text', mode: 'decimal' },
  datepicker: { type: 'date' },
  timepicker: { type: 'time' },
};

/** Whether `drawWritten` draws this type. */
export function isWritten(type: string): boolean {
  return TYPES[type] !== undefined;
}

/** A text, number, address or date: an input of one line, or of several where the block says so. */
export function drawWritten(ground: Ground, at: Placed, naming: Naming): HTMLElement {
  const { element } = at;
  const { type, mode } = TYPES[text(element, 'type') ?? ''] ?? { type: 'text' };
  const attributes = {
    ...namingAttributes(naming),
    placeholder: placeholderOf(element),
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'off',
    // Password managers keep their hands off: what is typed here belongs to the sandbox.
    'data-1p-ignore': '',
    'data-lpignore': 'true',
  };
  const control =
    element['multiline'] === true
      ? el('textarea', { id: naming.id, class: 'field', attributes: { ...attributes, rows: '3' } })
      : el('input', { id: naming.id, class: 'field', attributes: { ...attributes, type, inputmode: mode } });
  const known = ground.typed.get(at);
  control.value = typeof known === 'string' ? known : '';
  const value = (): string | null => (control.value === '' ? null : control.value);
  const send = (): void => void ground.act(at, { [stateKey(element)]: value() });
  control.addEventListener('input', () => {
    ground.typed.set(at, value());
    if (dispatches(at, 'on_character_entered')) send();
  });
  control.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || event.key !== 'Enter' || !dispatches(at, 'on_enter_pressed'))
      return;
    event.preventDefault();
    send();
  });
  return control;
}
