import type { ModalView } from '@slack/types';
import type { PublishedKey } from '../../src/ports/outward.ts';
import { actions, button, confirm, context, preformatted, section } from '../../src/slack/blocks/elements.ts';
import { code, plain } from '../../src/slack/blocks/mrkdwn.ts';

export const WEBHOOK_KEYS_TURN = 'webhook_keys.turn';
export const WEBHOOK_KEYS_RETIRE = 'webhook_keys.retire';

/** The public keys receivers check signatures with. `said` (mrkdwn): what the last button did. */
export function webhookKeysView(keys: readonly PublishedKey[], said: string | null): ModalView {
  const turning = keys.length > 1;
  return {
    type: 'modal',
    title: plain('Keys for webhooks', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      section(
        'Everything Rekey sends to webhooks and redeploy hooks is signed (Standard Webhooks, Ed25519). Receivers check it with these *public* keys; docs/webhook.md says how. The private halves are sealed, and are never shown.',
      ),
      ...keys.flatMap(({ id, publicKey }, at) => [
        section(`Key ${code(id)}${turning ? (at === 0 ? ', the new one' : ', the old one') : ''}`),
        preformatted(publicKey),
      ]),
      context(
        turning
          ? 'A change is under way: messages carry a signature of each key. Give receivers the new one, then retire the old one.'
          : 'To change the key: turn it, give receivers the new one while both sign, then retire the old one.',
      ),
      actions('webhook_keys.actions', [
        turning
          ? button('Retire the old key', WEBHOOK_KEYS_RETIRE, {
              value: keys.at(-1)?.id ?? '',
              style: 'danger',
              confirm: confirm(
                'Retire the old key?',
                'Receivers that do not know the new key refuse what Rekey sends from then on.',
                'Retire',
                true,
              ),
            })
          : button('Turn the key', WEBHOOK_KEYS_TURN, {
              value: keys[0]?.id ?? '',
              confirm: confirm(
                'Make a new key?',
                'Until you retire the old one, messages carry a signature of each.',
                'Turn',
                false,
              ),
            }),
      ]),
    ],
  };
}
