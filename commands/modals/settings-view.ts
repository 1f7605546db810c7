import type { KnownBlock, ModalView } from '@slack/types';
import { ROLES, type Role } from '../../src/domain/actor.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { Drill } from '../../src/domain/drill.ts';
import { counted } from '../../src/domain/time-words.ts';
import { hoursWords, type WorkingHours } from '../../src/domain/working-hours.ts';
import type { KeyTags } from '../../src/handlers/key-settings.ts';
import type { OnCall } from '../../src/domain/on-call.ts';
import type { PagerSetting } from '../../src/domain/pager.ts';
import type { Pause } from '../../src/domain/pause.ts';
import type { RoleGrant } from '../../src/domain/records.ts';
import type { AlertChannel } from '../../src/handlers/settings.ts';
import {
  actions,
  button,
  confirm,
  context,
  divider,
  header,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { drillBlocks } from '../../src/slack/blocks/drill.ts';
import { channel, code, cut, group, person, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import { channelWatchBlocks, type ChannelWatchLook } from './channel-watch-view.ts';
import { destinationBlocks } from './destinations-view.ts';
import { HOURS_OPEN } from './hours-form.ts';
import { OWNERS_OPEN } from './owner-rules-view.ts';
import type { IncomingView } from '../incoming.ts';
import { onCallBlocks } from './on-call-view.ts';
import { pagingBlocks } from './paging-view.ts';
import { pauseBlocks } from './pause-view.ts';
import { trailQueueBlocks } from './trail-queues-view.ts';
import { scheduleBlocks, type SchedulesLook } from './rotation-schedule-stop.ts';

export const SETTINGS_FORM = 'settings.form';
export const TEST_POST = 'settings.test_post';
export const GIVE_ROLE = 'settings.give_role';
export const TAKE_ROLE = 'settings.take_role';
export const GIVE_ROLE_FORM = 'settings.give_role_form';
export const GROUP_SUGGESTIONS = 'field.groups';
export const SETTINGS_POLICY = 'settings.policy';

const CHANNEL_FIELD = 'field.workspaceChannel';
const PEOPLE_FIELD = 'field.people';
const GROUPS_FIELD = 'field.groups';
const ROLE_FIELD = 'field.role';

/** How many given roles one window lists; each takes a block, and a modal holds a hundred. */
const SHOWN_GRANTS = 60;

export interface SettingsLook {
  readonly channel: AlertChannel;
  readonly grants: readonly RoleGrant[];
  readonly admins: readonly string[];
  readonly pager: PagerSetting | null;
  /** Why pages do not get through, or null. */
  readonly pagerTrouble: string | null;
  readonly onCall: OnCall | null;
  readonly keys: KeySettingsLook;
  readonly schedules: SchedulesLook;
  readonly destinations: { readonly count: number; readonly waiting: number };
  /** How many are set. */
  readonly trailQueues: number;
  readonly channelWatch: ChannelWatchLook;
  /** The last one, open or not. */
  readonly drill: Drill | null;
  readonly pause: Pause | null;
  /** What the last button of this window did, or null. */
  readonly said: string | null;
}

/** What is set about keys and their reminders, in short. */
export interface KeySettingsLook {
  readonly hours: WorkingHours;
  readonly tags: KeyTags;
  /** How many rules say whose keys are whose. */
  readonly rules: number;
  readonly connections: readonly Pick<Connection, 'id' | 'name'>[];
}

export function settingsView(look: SettingsLook): ModalView {
  const { channel: alert, grants, admins, said } = look;
  return {
    type: 'modal',
    callback_id: SETTINGS_FORM,
    title: plain('Rekey settings', 24),
    submit: plain('Save', 24),
    close: plain('Close', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      header('Alerts'),
      input(
        CHANNEL_FIELD,
        'Alert channel',
        {
          type: 'conversations_select',
          action_id: CHANNEL_FIELD,
          placeholder: plain('Choose a channel', 150),
          filter: {
            include: ['public', 'private'],
            exclude_external_shared_channels: true,
            exclude_bot_users: true,
          },
          ...(alert.channelId === null ? {} : { initial_conversation: alert.channelId }),
        },
        {
          optional: true,
          hint: 'For all connections without a channel of their own. Invite Rekey there first; saving posts a test message.',
        },
      ),
      context(whereFrom(alert)),
      actions('settings.actions', [button('Post a test message', TEST_POST)]),
      divider(),
      ...pagingBlocks(look.pager, look.pagerTrouble),
      ...onCallBlocks(look.onCall),
      divider(),
      ...keyBlocks(look.keys),
      ...scheduleBlocks(look.schedules),
      ...destinationBlocks(look.destinations),
      ...trailQueueBlocks(look.trailQueues),
      divider(),
      ...channelWatchBlocks(look.channelWatch),
      divider(),
      ...drillBlocks(look.drill),
      divider(),
      ...pauseBlocks(look.pause),
      divider(),
      header('Roles'),
      context(
        `Admins by configuration (REKEY_ADMINS, cannot be changed here): ${admins.map(person).join(', ')}. ` +
          'Who may edit a user group decides who has the role given to it.',
      ),
      ...grants.slice(0, SHOWN_GRANTS).map(grantBlock),
      ...(grants.length === 0
        ? [context('No role was given yet. People without one may use /aws-help only.')]
        : []),
      ...(grants.length > SHOWN_GRANTS
        ? [context(`${grants.length - SHOWN_GRANTS} more are not shown.`)]
        : []),
      actions('settings.roles', [button('Give a role', GIVE_ROLE)]),
    ],
  };
}

function keyBlocks({ hours, tags, rules, connections }: KeySettingsLook): KnownBlock[] {
  const names = tags.owners.slice(0, 5).map((name) => code(cut(name, 40)));
  const asked = names.length === 0 ? 'No tag is asked' : `Tags ${names.join(', ')} are asked first`;
  return [
    header('Access keys'),
    section(`*Reminders* come ${words(hoursWords(hours))}`, button('Working hours', HOURS_OPEN)),
    section(
      `*Owners.* ${asked}; ${rules === 0 ? 'there is no rule' : `then ${counted(rules, 'rule')}`}.`,
      button('Owners', OWNERS_OPEN, { about: 'Owners of keys: tags and rules' }),
    ),
    ...(connections.length === 0
      ? []
      : [
          section('*Policy:* how old keys may become, when people are told, and how long they may snooze.'),
          actions('settings.keys', [
            {
              type: 'static_select',
              action_id: SETTINGS_POLICY,
              placeholder: plain('Key policy of…', 150),
              options: connections.slice(0, 100).map(({ id, name }) => option(name, id)),
            },
          ]),
        ]),
  ];
}

function whereFrom(alert: AlertChannel): string {
  switch (alert.from) {
    case 'settings':
      return `Alerts go to ${channel(alert.channelId ?? '')}, as set here.`;
    case 'environment':
      return `Alerts go to ${channel(alert.channelId ?? '')}, from REKEY_ALERT_CHANNEL; a choice here takes its place.`;
    case 'nowhere':
      return 'No alert channel is set: alerts of connections without their own reach nobody.';
  }
}

function grantBlock(grant: RoleGrant): KnownBlock {
  const who = grant.subjectKind === 'user' ? person(grant.subjectId) : group(grant.subjectId);
  return section(
    `${who} is *${grant.role}*, given by ${person(grant.grantedBy)}`,
    button('Take back', TAKE_ROLE, {
      value: grant.id,
      about: `Take the role ${grant.role} back from ${grant.subjectId}`,
      style: 'danger',
      confirm: confirm('Take the role back?', `${who} will no longer be ${grant.role}.`, 'Take back', true),
    }),
  );
}

export function parseSettings(view: IncomingView): Parsed<{ channelId: string | null }> {
  return { ok: true, input: { channelId: chosenChannel(view) } };
}

/** The channel chosen in the open settings window, saved or not. */
export function chosenChannel(view: IncomingView): string | null {
  return view.values.get(CHANNEL_FIELD)?.one ?? null;
}

export const SETTINGS_ERROR_BLOCK = CHANNEL_FIELD;
export const GIVE_ROLE_ERROR_BLOCK = PEOPLE_FIELD;

const ROLE_WORDS: Record<Role, string> = {
  viewer: 'look at connections, keys and rotations',
  operator: 'viewer, and rotate into approved places',
  responder: 'viewer, and contain and undo',
  admin: 'everything, connecting included',
};

/** `whyNoGroups`: why Slack does not let us read user groups, in mrkdwn, or null. */
export function giveRoleForm(whyNoGroups: string | null): ModalView {
  return {
    type: 'modal',
    callback_id: GIVE_ROLE_FORM,
    title: plain('Give a role', 24),
    submit: plain('Give', 24),
    close: plain('Cancel', 24),
    blocks: [
      input(
        PEOPLE_FIELD,
        'People',
        { type: 'multi_users_select', action_id: PEOPLE_FIELD },
        { optional: true },
      ),
      ...(whyNoGroups === null
        ? [
            input(
              GROUPS_FIELD,
              'User groups',
              {
                type: 'multi_external_select',
                action_id: GROUP_SUGGESTIONS,
                min_query_length: 0,
                placeholder: plain('Type a part of the name', 150),
              },
              { optional: true },
            ),
          ]
        : [context(`User groups cannot be chosen now. ${whyNoGroups}`)]),
      input(ROLE_FIELD, 'Role', {
        type: 'static_select',
        action_id: ROLE_FIELD,
        options: ROLES.map((role) => option(role, role, ROLE_WORDS[role])),
      }),
    ],
  };
}

export interface GiveRoleInput {
  readonly role: Role;
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

export function parseGiveRole(view: IncomingView): Parsed<GiveRoleInput> {
  const users = view.values.get(PEOPLE_FIELD)?.many ?? [];
  const groups = view.values.get(GROUPS_FIELD)?.many ?? [];
  const role = ROLES.find((name) => name === view.values.get(ROLE_FIELD)?.one);
  if (role === undefined) return { ok: false, errors: { [ROLE_FIELD]: 'Choose a role.' } };
  if (users.length + groups.length === 0) {
    return { ok: false, errors: { [PEOPLE_FIELD]: 'Choose at least one person or user group.' } };
  }
  return { ok: true, input: { role, users, groups } };
}
