import { authorise } from '../src/handlers/authorise.ts';
import { publishedWebhookKeys, retireWebhookKey, turnWebhookKey } from '../src/handlers/webhook-keys.ts';
import type { Action } from './entry.ts';
import { WEBHOOK_KEYS_OPEN } from './modals/destinations-view.ts';
import { WEBHOOK_KEYS_RETIRE, WEBHOOK_KEYS_TURN, webhookKeysView } from './modals/webhook-keys-view.ts';

const open: Action = {
  actionId: WEBHOOK_KEYS_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    authorise(context.actor, 'admin', 'see the keys for webhooks', context.services.admins);
    await context.show(webhookKeysView(await publishedWebhookKeys(context.services), null));
  },
};

/** Buttons carry the key they are about: pressed again, or by two at once, each acts once. */
function changes(actionId: string, act: typeof turnWebhookKey, said: string): Action {
  return {
    actionId,
    needs: 'admin',
    irreversible: true,
    opensModal: false,
    async run(context, view) {
      const request = context.request({ decision: `${actionId}:${context.incoming.text}` });
      const keys = await act(context.services, request);
      if (view !== null) await context.desk.update(view.id, webhookKeysView(keys, said));
    },
  };
}

export const webhookKeyActions: readonly Action[] = [
  open,
  changes(
    WEBHOOK_KEYS_TURN,
    turnWebhookKey,
    '*A new key was made.* Give it to every receiver; until the old one is retired, both sign.',
  ),
  changes(WEBHOOK_KEYS_RETIRE, retireWebhookKey, '*The old key was retired.* Only the new one signs now.'),
];
