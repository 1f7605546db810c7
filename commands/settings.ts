import type { Connection } from '../src/domain/connection.ts';
import { PAGER_OUTLET } from '../src/domain/notice.ts';
import { isConflict } from '../src/errors.ts';
import { channelWatchStop, watchedChannels } from '../src/handlers/leaks/channel-watch.ts';
import { countDestinations } from '../src/handlers/destinations/look.ts';
import { onCallSetting } from '../src/handlers/on-call.ts';
import { lastDrill } from '../src/handlers/drills/kept.ts';
import { pagerSetting } from '../src/handlers/pager.ts';
import { keyTags } from '../src/handlers/key-settings.ts';
import { pauseOf } from '../src/handlers/pause.ts';
import { giveRole, listRoles, takeRole } from '../src/handlers/roles.ts';
import { scheduleStop } from '../src/handlers/rotations/schedule-stop.ts';
import { keptSchedules } from '../src/handlers/rotations/schedules.ts';
import { alertChannel, postTest, setAlertChannel } from '../src/handlers/settings.ts';
import { workingHours } from '../src/handlers/working-hours.ts';
import type { Message } from '../src/ports/slack.ts';
import { section } from '../src/slack/blocks/elements.ts';
import { channel, person, words } from '../src/slack/blocks/mrkdwn.ts';
import { refreshHome } from './refresh-home.ts';
import { modal, type Action, type Command, type Context } from './entry.ts';
import { messageView } from './modals/message-view.ts';
import type { SchedulesLook } from './modals/rotation-schedule-stop.ts';
import {
  chosenChannel,
  GIVE_ROLE,
  GIVE_ROLE_ERROR_BLOCK,
  GIVE_ROLE_FORM,
  giveRoleForm,
  parseGiveRole,
  parseSettings,
  SETTINGS_ERROR_BLOCK,
  SETTINGS_FORM,
  settingsView,
  TAKE_ROLE,
  TEST_POST,
  type GiveRoleInput,
} from './modals/settings-view.ts';
import { refusalText } from './refusal.ts';
import { whichGroups } from './user-groups.ts';

export const settings: Command = {
  command: '/aws-settings',
  usage: '[help]',
  summary: 'Set alerts, paging, reminders, key policy and roles; pause Rekey',
  needs: 'admin',
  opensModal: true,
  async run(context) {
    await openSettings(context);
    return null;
  },
};

export async function openSettings(context: Context): Promise<void> {
  await context.show(await look(context, null));
}

export const settingsModal = modal<{ channelId: string | null }>({
  callbackId: SETTINGS_FORM,
  needs: 'admin',
  irreversible: false,
  errorBlock: SETTINGS_ERROR_BLOCK,
  parse: parseSettings,
  async submit(context, { channelId }) {
    if (channelId !== null) {
      await setAlertChannel(context.services, context.request(), channelId, testMessage(context));
      context.later(() => refreshHome(context.services, context.desk, context.actor.userId));
    }
    return 'close';
  },
});

export const testPost: Action = {
  actionId: TEST_POST,
  needs: 'admin',
  opensModal: false,
  async run(context, view) {
    if (view === null) return;
    const chosen = chosenChannel(view) ?? (await alertChannel(context.services)).channelId;
    const said =
      chosen === null ? 'Choose a channel first.' : await posted(context, chosen, `${view.id}:${view.hash}`);
    await context.desk.update(view.id, await look(context, said));
  },
};

/** What came of a test message; `once` names the state of the window, of which each posts one. */
async function posted(context: Context, channelId: string, once: string): Promise<string> {
  try {
    const request = context.request({ decision: `${TEST_POST}:${once}` });
    await postTest(context.services, request, channelId, testMessage(context));
    return `A test message was posted in ${channel(channelId)}.`;
  } catch (error) {
    if (isConflict(error)) throw error;
    return `*Not posted.* ${refusalText(error, context.correlationId, context.log)}`;
  }
}

export const openGiveRole: Action = {
  actionId: GIVE_ROLE,
  needs: 'admin',
  opensModal: true,
  async run(context) {
    const groups = await whichGroups(context);
    await context.show(giveRoleForm('why' in groups ? groups.why : null));
  },
};

export const giveRoleModal = modal<GiveRoleInput>({
  callbackId: GIVE_ROLE_FORM,
  needs: 'admin',
  // A grant outlives the doubt about who gave it.
  irreversible: true,
  errorBlock: GIVE_ROLE_ERROR_BLOCK,
  parse: parseGiveRole,
  async submit(context, input, view) {
    const count = await giveRole(context.services, context.request(), input.role, input);
    const said =
      count === 0
        ? `They all are ${input.role} already.`
        : `The role ${input.role} was given to ${count === 1 ? 'one more' : `${count} more`}.`;
    const rootId = view.rootId;
    if (rootId !== null && rootId !== view.id) {
      const settingsAgain = await look(context, said);
      context.later(async () => {
        await context.desk.update(rootId, settingsAgain);
      });
    }
    return messageView('Given', said);
  },
});

export const takeRoleBack: Action = {
  actionId: TAKE_ROLE,
  needs: 'admin',
  irreversible: true,
  opensModal: false,
  async run(context, view) {
    const grantId = context.incoming.text;
    await takeRole(context.services, context.request({ decision: `role.take:${grantId}` }), grantId);
    if (view !== null) await context.desk.update(view.id, await look(context, 'The role was taken back.'));
  },
};

/** The settings window as it is now; `said`: what the last button did. */
export async function look(context: Context, said: string | null): Promise<ReturnType<typeof settingsView>> {
  const { services, actor } = context;
  const connections = await services.stores.connections.list();
  return settingsView({
    channel: await alertChannel(services),
    grants: await listRoles(services, { actor }),
    admins: services.admins,
    pager: await pagerSetting(services),
    onCall: await onCallSetting(services),
    pagerTrouble: (await services.stores.outlets.byId(PAGER_OUTLET))?.trouble ?? null,
    keys: {
      hours: await workingHours(services, null),
      tags: await keyTags(services),
      rules: (await services.stores.inventory.ownerRules.list()).length,
      connections: connections.map(({ id, name }) => ({ id, name })),
    },
    schedules: await lookSchedules(services, connections),
    destinations: await countDestinations(services, actor),
    trailQueues: (await services.stores.watch.queues.list()).length,
    channelWatch: {
      seen: services.workspace.scopes === null ? null : watchedChannels(services.workspace.scopes).seen,
      stop: await channelWatchStop(services),
    },
    drill: (await lastDrill(services))?.row ?? null,
    pause: await pauseOf(services),
    said,
  });
}

async function lookSchedules(
  services: Context['services'],
  connections: readonly Connection[],
): Promise<SchedulesLook> {
  const kept = await keptSchedules(services);
  const shown = connections.map(({ id, name }) => ({ id, name, on: kept.get(id)?.schedule.on === true }));
  return { connections: shown, stop: await scheduleStop(services) };
}

function testMessage(context: Context): Message {
  const text = 'Rekey can post here: alerts about AWS access keys will come to this channel.';
  return { text, blocks: [section(`${words(text)} Set up by ${person(context.actor.userId)}.`)] };
}
