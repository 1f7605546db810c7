import type { ModalView } from '@slack/types';
import { factsOf } from '../src/destinations/index.ts';
import { whySecondPerson } from '../src/domain/approval.ts';
import { RekeyError } from '../src/errors.ts';
import { allAdmins } from '../src/handlers/admins.ts';
import { secondPeople } from '../src/handlers/destinations/approvers.ts';
import { bindUsers, usersToBind } from '../src/handlers/destinations/bind.ts';
import { checkUsers, type UserCheck } from '../src/handlers/destinations/check.ts';
import { destinationAt } from '../src/handlers/destinations/kept.ts';
import { lookDestination } from '../src/handlers/destinations/look.ts';
import { lookAccounts, namesOf } from '../src/handlers/look-keys.ts';
import { ANY_KEY } from '../src/ports/inventory.ts';
import { needsSecondPerson } from '../src/handlers/destinations/ask.ts';
import { option } from '../src/slack/blocks/elements.ts';
import { bold, cut } from '../src/slack/blocks/mrkdwn.ts';
import { one, shownBelow } from './destinations.ts';
import { modal, type Action, type Context, type Suggestions } from './entry.ts';
import {
  BIND_CONFIRM,
  BIND_ERROR_BLOCK,
  BIND_FORM,
  BIND_USERS_FIELD,
  bindConfirm,
  bindForm,
  bindLooking,
  parseBind,
  parseBindConfirm,
  userValue,
  type BindTarget,
  type ChosenUsers,
  type ToBind,
} from './modals/bind-form.ts';
import { DESTINATION_BIND } from './modals/destination-view.ts';
import { messageView } from './modals/message-view.ts';
import { refusalText } from './refusal.ts';

const open: Action = {
  actionId: DESTINATION_BIND,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const { destination } = await lookDestination(context.services, context.actor, context.incoming.text);
    const { id, version, name } = destination;
    await context.show(bindForm({ id, seen: version }, name));
  },
};

/** Users with access keys whose name has what was typed. */
export const bindSuggestions: Suggestions = {
  actionId: BIND_USERS_FIELD,
  needs: 'admin',
  async options({ services }, typed) {
    const part = typed.trim().slice(0, 100);
    const filter = { ...ANY_KEY, userName: part === '' ? null : part };
    const rows = await services.stores.inventory.standings.page(filter, null, 200);
    const accounts = await lookAccounts(services);
    const names = new Map(
      accounts.filter(({ connected }) => connected).map((each) => [each.accountId, each.name]),
    );
    const users = new Map(rows.map(({ key }) => [userValue(key), key]));
    return [...users]
      .filter(([, { accountId }]) => names.has(accountId))
      .map(([value, { userName, accountId }]) =>
        option(`${cut(userName, 45)} · ${names.get(accountId) ?? accountId}`, value, accountId),
      );
  },
};

/** What AWS says of the users is read behind the acknowledgement, and shown before anything is kept. */
export const bindModal = modal<ChosenUsers>({
  callbackId: BIND_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: BIND_ERROR_BLOCK,
  parse: parseBind,
  async submit(context, { target, users }, view) {
    const destination = await destinationAt(context.services, target.id, target.seen);
    const found = await usersToBind(context.services, destination, users);
    context.later(async () => {
      await context.desk.update(view.id, await looked(context, target, found));
    });
    return bindLooking(found.length);
  },
});

async function looked(
  context: Context,
  target: BindTarget,
  found: Awaited<ReturnType<typeof usersToBind>>,
): Promise<ModalView> {
  const { services } = context;
  try {
    const destination = await destinationAt(services, target.id, target.seen);
    const checks = await checkUsers(
      services,
      destination,
      found.map(({ user }) => user),
    );
    const [admins, accounts] = await Promise.all([allAdmins(services), lookAccounts(services)]);
    const kind = factsOf(destination.kind);
    const whys = checks.map(({ user, administrator }: UserCheck) =>
      whySecondPerson({ kind, administrator, userName: user.userName }),
    );
    const binder = { createdBy: context.actor.userId };
    return bindConfirm({
      target,
      name: destination.name,
      place: kind.describe(destination.target),
      checks,
      names: namesOf(accounts),
      whys,
      secondPeople: secondPeople(admins, destination, [binder]),
      unsure: admins.unread.length > 0,
    });
  } catch (error) {
    if (error instanceof RekeyError)
      return messageView('Not bound', refusalText(error, context.correlationId, context.log));
    context.log.error('users could not be looked at', { error });
    return messageView('Not bound', 'AWS could not be asked. Nothing was changed; try again.');
  }
}

export const bindConfirmModal = modal<ToBind>({
  callbackId: BIND_CONFIRM,
  needs: 'admin',
  irreversible: true,
  errorBlock: null,
  parse: parseBindConfirm,
  async submit(context, { target, users }, view) {
    const request = context.request();
    const made = await bindUsers(
      context.services,
      request,
      { destinationId: target.id, seen: target.seen },
      users,
    );
    const destination = await destinationAt(context.services, target.id, null);
    const waiting = made.filter((binding) => needsSecondPerson(destination, binding));
    const names = made.map(({ userName }) => bold(cut(userName, 80))).join(', ');
    const asked =
      waiting.length === 0
        ? 'Their keys may go there now.'
        : `A second admin was asked about ${waiting.length} of ${made.length}.`;
    const said = `Bound: ${names}. ${asked}`;
    return shownBelow(context, view, ['Bound', said], () => one(context, target.id, said));
  },
});

export const bindActions: readonly Action[] = [open];
