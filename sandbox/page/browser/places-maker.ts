import type { Client } from './client.ts';
import { el, whileBusy } from './dom.ts';

/** Sets up an account whose keys can be rotated, with places for them, as Ada and Deepa would. */
export function placesMaker(client: Client): HTMLElement {
  const result = el('div', { class: 'made', attributes: { role: 'status' } });
  const make = el(
    'button',
    { class: 'button plain', attributes: { type: 'button' } },
    'Set up the account Billing',
  );
  make.addEventListener('click', () => {
    void whileBusy(make, async () => {
      const done = await client.act({ act: 'set_up_places' });
      const words = done.ok
        ? 'Connected. See /aws-settings, Destinations: two may take keys, and Deepa’s waits for you. The request is in your Messages.'
        : (done.message ?? 'That did not work.');
      result.replaceChildren(el('p', done.ok ? {} : { class: 'error' }, words));
    });
  });
  return el(
    'div',
    { class: 'role' },
    el(
      'p',
      {},
      'Connects a sample account that may rotate and deliver, and makes three destinations. Deepa becomes an admin.',
    ),
    make,
    result,
  );
}
