import { findField } from '../../slack/driver/find.ts';
import type { WireView } from '../wire.ts';
import type { Client } from './client.ts';
import { copyButton } from './copy.ts';
import { el, whileBusy } from './dom.ts';
import { externalIdIn } from './mrkdwn.ts';

const ARN_LABEL = 'Role ARN';

/** Makes the role that a customer would make for an external ID, and gives its ARN. */
export class RoleMaker {
  readonly node: HTMLElement;
  readonly #field: HTMLInputElement;
  readonly #result: HTMLElement;
  readonly #fillIn: (entries: Readonly<Record<string, string>>) => void;
  /** What the open window shows; offered until the visitor types something else. */
  #offered = '';
  #filler: HTMLButtonElement | null = null;
  #takesArn = false;

  constructor(client: Client, fillIn: (entries: Readonly<Record<string, string>>) => void) {
    const { customerAccountId, openRoleArn } = client.setup;
    this.#fillIn = fillIn;
    this.#field = el('input', {
      id: 'external-id',
      class: 'field',
      attributes: {
        type: 'text',
        autocomplete: 'off',
        spellcheck: 'false',
        placeholder: 'Shown in the Connect form',
      },
    });
    this.#result = el('div', { class: 'made', attributes: { role: 'status' } });
    const make = el(
      'button',
      { class: 'button plain', attributes: { type: 'submit' } },
      'Make a role for my external ID',
    );
    const form = el(
      'form',
      { attributes: { autocomplete: 'off' } },
      el('label', { attributes: { for: 'external-id' } }, 'External ID'),
      this.#field,
      make,
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const externalId = this.#field.value.trim();
      if (externalId === '') {
        this.#result.replaceChildren(
          el('p', { class: 'error' }, 'Open Connect, choose IAM role, and the external ID appears here.'),
        );
        this.#field.focus();
        return;
      }
      void whileBusy(make, async () => {
        const { roleArn } = await client.act({ act: 'make_role', externalId });
        if (roleArn !== undefined) this.#made(roleArn);
      });
    });
    this.node = el(
      'div',
      { class: 'role' },
      el('p', {}, `In the sample account ${customerAccountId}, as its owner would:`),
      form,
      this.#result,
      el('p', {}, 'A role that asks for no external ID, which Rekey refuses:'),
      el('code', { class: 'key-id' }, openRoleArn),
      el(
        'div',
        { class: 'copies' },
        copyButton('Copy open role ARN', () => openRoleArn),
      ),
    );
  }

  show(top: WireView | undefined): void {
    this.#takesArn = top !== undefined && findField(top.blocks, ARN_LABEL) !== undefined;
    if (this.#filler !== null) this.#filler.hidden = !this.#takesArn;
    const shown = top === undefined ? null : externalIdIn(top.blocks);
    if (shown === null || shown === this.#offered) return;
    if (this.#field.value === '' || this.#field.value === this.#offered) this.#field.value = shown;
    this.#offered = shown;
  }

  #made(roleArn: string): void {
    this.#filler = el(
      'button',
      {
        class: 'copy fill',
        attributes: { type: 'button', 'aria-description': 'Role ARN' },
        on: { click: () => this.#fillIn({ [ARN_LABEL]: roleArn }) },
      },
      'Fill in the open form',
    );
    this.#filler.hidden = !this.#takesArn;
    this.#result.replaceChildren(
      el('p', {}, 'The role is there:'),
      el('code', { class: 'key-id' }, roleArn),
      el(
        'div',
        { class: 'copies' },
        copyButton('Copy role ARN', () => roleArn),
        this.#filler,
      ),
    );
  }
}
