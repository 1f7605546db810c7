import { authorise } from '../src/handlers/authorise.ts';
import { publishedWebhookKeys, retireWebhookKey, turnWebhookKey } from '../src/handlers/webhook-keys.ts';
import type { Action, Context } from './entry.ts';
import { WEBHOOK_KEYS_OPEN } from './modals/destinations-view.ts';
import { refusalText } from './refusal.ts';
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
      if (view === null) return;
      const done = await tried(context, () => act(context.services, request));
      const keys = await publishedWebhookKeys(context.services);
      await context.desk.update(view.id, webhookKeysView(keys, done ?? said));
    },
  };
}

/** Why it was not done, in mrkdwn, or null. Said in the window itself: it is the third, and Slack stacks no fourth. */
async function tried(context: Context, act: () => Promise<unknown>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    return `*Not done.* ${refusalText(error, context.correlationId, context.log)}`;
  }
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
