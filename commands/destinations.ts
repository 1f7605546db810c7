import type { ModalView } from '@slack/types';
import { beginCheck, checkUsers } from '../src/handlers/destinations/check.ts';
import { keepChecked } from '../src/handlers/destinations/keep-checked.ts';
import { lookDestination, lookDestinations } from '../src/handlers/destinations/look.ts';
import { removeDestination } from '../src/handlers/destinations/remove.ts';
import { unbindUser } from '../src/handlers/destinations/unbind.ts';
import { isConflict } from '../src/errors.ts';
import { bold, cut } from '../src/slack/blocks/mrkdwn.ts';
import { modal, type Action, type Context } from './entry.ts';
import type { IncomingView } from './incoming.ts';
import {
  checkWords,
  DESTINATION_CHECK,
  DESTINATION_REMOVE,
  DESTINATION_UNBIND,
  DESTINATIONS_BACK,
  destinationView,
} from './modals/destination-view.ts';
import {
  DESTINATION_SHOW,
  DESTINATIONS_OPEN,
  DESTINATIONS_PREVIOUS,
  DESTINATIONS_NEXT,
  destinationsView,
} from './modals/destinations-view.ts';
import { messageView } from './modals/message-view.ts';
import {
  parseRemove,
  REMOVE_FORM,
  removeDestinationForm,
  type ToRemove,
} from './modals/remove-destination.ts';
import { refusalText } from './refusal.ts';

/** All destinations as they are now. */
async function all(context: Context, page: number, said: string | null): Promise<ModalView> {
  return destinationsView(await lookDestinations(context.services, context.actor), page, said);
}

/** One destination as it is now. */
export async function one(context: Context, destinationId: string, said: string | null): Promise<ModalView> {
  return destinationView(await lookDestination(context.services, context.actor, destinationId), said);
}

/** Closes a form and shows in the window below it what was done; in its own place when there is none below. */
export function shownBelow(
  context: Context,
  view: IncomingView,
  [title, said]: readonly [title: string, said: string],
  below: () => Promise<ModalView>,
): ModalView | 'close' {
  const { previousId } = view;
  if (previousId === null) return messageView(title, said);
  context.later(async () => {
    await context.desk.update(previousId, await below());
  });
  return 'close';
}

const open: Action = {
  actionId: DESTINATIONS_OPEN,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await context.show(await all(context, 0, null));
  },
};

/** The list and one destination share a window: Slack stacks three. */
const pages = [DESTINATIONS_PREVIOUS, DESTINATIONS_NEXT].map((actionId): Action => ({
  actionId,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    const page = Number(context.incoming.text) || 0;
    if (view !== null) await context.desk.update(view.id, await all(context, page, null));
  },
}));

const show: Action = {
  actionId: DESTINATION_SHOW,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view !== null) await context.desk.update(view.id, await one(context, context.incoming.text, null));
  },
};

const back: Action = {
  actionId: DESTINATIONS_BACK,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view !== null) await context.desk.update(view.id, await all(context, 0, null));
  },
};

const check: Action = {
  actionId: DESTINATION_CHECK,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const request = context.request({ decision: `${DESTINATION_CHECK}:${view.id}:${view.hash}` });
    const destination = await beginCheck(context.services, request, context.incoming.text);
    const { users } = await lookDestination(context.services, context.actor, destination.id);
    if (users.length === 0) {
      const said = 'Bind it to a user first: what is checked depends on whose keys go there.';
      await context.desk.update(view.id, await one(context, destination.id, said));
      return;
    }
    await context.desk.update(view.id, await one(context, destination.id, 'Asking AWS…'));
    context.later(async () => {
      await context.desk.update(
        view.id,
        await one(context, destination.id, await checked(context, request, destination)),
      );
    });
  },
};

/** What the check found, in mrkdwn. */
async function checked(
  context: Context,
  request: ReturnType<Context['request']>,
  destination: Awaited<ReturnType<typeof beginCheck>>,
): Promise<string> {
  const { services } = context;
  try {
    const bound = await services.stores.rotation.bindings.ofDestination(destination.id);
    const users = await Promise.all(
      bound.map(({ accountId, userId }) => services.stores.inventory.users.byId(accountId, userId)),
    );
    const here = users.flatMap((user) => (user === null || user.goneAt !== null ? [] : [user]));
    if (here.length === 0) return '*Not checked:* the bound users are gone.';
    const checks = await checkUsers(services, destination, here);
    await keepChecked(services, request, destination, checks).catch((error: unknown) => {
      // Somebody changed or decided meanwhile; the next check keeps what it finds.
      if (!isConflict(error)) throw error;
    });
    return checkWords(checks, services.clock.now());
  } catch (error) {
    return `*Not checked.* ${refusalText(error, context.correlationId, context.log)}`;
  }
}

const unbind: Action = {
  actionId: DESTINATION_UNBIND,
  needs: 'admin',
  irreversible: true,
  opensModal: false,
  async run(context, view) {
    const bindingId = context.incoming.text;
    const request = context.request({ decision: `${DESTINATION_UNBIND}:${bindingId}` });
    const { destinationId, userName } = await unbindUser(context.services, request, bindingId);
    const said = `${bold(cut(userName, 80))} was unbound.`;
    if (view !== null) await context.desk.update(view.id, await one(context, destinationId, said));
  },
};

const remove: Action = {
  actionId: DESTINATION_REMOVE,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const look = await lookDestination(context.services, context.actor, context.incoming.text);
    await context.show(removeDestinationForm(look));
  },
};

export const removeDestinationModal = modal<ToRemove>({
  callbackId: REMOVE_FORM,
  needs: 'admin',
  irreversible: true,
  errorBlock: null,
  parse: parseRemove,
  async submit(context, input, view) {
    const removed = await removeDestination(context.services, context.request(), input);
    const said = `${bold(cut(removed.name, 80))} was removed.`;
    return shownBelow(context, view, ['Removed', said], () => all(context, 0, said));
  },
});

export const destinationActions: readonly Action[] = [open, ...pages, show, back, check, unbind, remove];
