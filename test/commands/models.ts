import type { HomeView, ModalView } from '@slack/types';
import { trailQueueViewsOf } from './trail-queue-models.ts';
import { homeView, refusedHome } from '../../commands/home.ts';
import { ANYTHING, auditView } from '../../commands/modals/audit-view.ts';
import { connectForm } from '../../commands/modals/connect-form.ts';
import { disconnectForm, editForm, replaceForm } from '../../commands/modals/connection-forms.ts';
import { messageView } from '../../commands/modals/message-view.ts';
import { missingPolicyView } from '../../commands/modals/missing-policy.ts';
import { outcomeView, workingView } from '../../commands/modals/outcome-view.ts';
import { giveRoleForm, settingsView } from '../../commands/modals/settings-view.ts';
import { setupView } from '../../commands/modals/setup.ts';
import { refusalOf, refusalText } from '../../commands/refusal.ts';
import type { AttemptResult } from '../../src/domain/attempt-result.ts';
import type { Attempt } from '../../src/domain/attempt.ts';
import { ROLES, type Role } from '../../src/domain/actor.ts';
import { quotedName, type Connection } from '../../src/domain/connection.ts';
import {
  CAPABILITIES,
  type Diagnosis,
  type Verification,
  type VerificationReport,
} from '../../src/domain/verification.ts';
import type { HomeKeys } from '../../src/handlers/look-home-keys.ts';
import type { PagerSetting } from '../../src/domain/pager.ts';
import { RekeyError } from '../../src/errors.ts';
import { pagingForm } from '../../commands/modals/paging-view.ts';
import { channelWatchForm } from '../../commands/modals/channel-watch-view.ts';
import { pauseForm } from '../../commands/modals/pause-view.ts';
import { PAUSE_WHY_LENGTH } from '../../src/domain/pause.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import type { Message } from '../../src/ports/slack.ts';
import { attempt, connection, draft, entry, verified } from '../db/samples.ts';
import { destinationMessagesOf, destinationViewsOf } from './destination-models.ts';
import { NOW, tame, type Outside } from './outside.ts';
import { homeRotationsOf, rotationMessagesOf, rotationViewsOf } from './rotation-models.ts';
import type { HomeWatch } from '../../src/handlers/look-home-watch.ts';
import { newRegion } from '../../src/watch/plan.ts';
import { accountWatch, keptIncident } from '../db/watch-samples.ts';
import { containmentMessagesOf, containmentViewsOf } from './containment-models.ts';
import { evidenceMessagesOf, evidenceViewsOf } from './evidence-models.ts';
import { ON_CALL, peopleMessagesOf, peopleViewsOf } from './people-models.ts';
import { deletionMessagesOf, deletionViewsOf, drillMessagesOf, drillViewsOf } from './deletion-models.ts';
import { incidentMessagesOf, incidentViewsOf } from './incident-models.ts';
import { leakMessagesOf } from './leak-models.ts';
import { homeKeysOf, keyMessagesOf, keySettings, keyViewsOf } from './key-models.ts';
import { scheduleMessagesOf, scheduleViewsOf } from './schedule-models.ts';
import { recordingLog } from '../support/system-world.ts';

const host = {
  available: true,
  arn: 'arn:aws:sts::111122223333:assumed-role/rekey/i-1',
  accountId: '111122223333',
  partition: 'aws',
} as const;

function reportOf(outside: Outside): VerificationReport {
  if (verified.status !== 'verified') throw new Error('The sample passed.');
  return {
    ...verified.report,
    accountAlias: outside.alias,
    arn: `arn:aws:iam::123456789012:user/${outside.path}`,
    userName: outside.path.slice(0, 64),
    keyCreatedAt: NOW - 100 * 86_400_000,
    checkedAt: NOW,
    capabilities: {
      ...verified.report.capabilities,
      rotate_others: { answer: 'unknown', why: outside.description },
      contain: {
        answer: 'no',
        missing: ['iam:UpdateAccessKey', 'iam:AttachUserPolicy', 'a', 'b', outside.path],
      },
    },
    warnings: [{ code: 'could_not_check', text: `Could not check ${outside.path}.` }],
  };
}

function diagnosisOf(outside: Outside): Diagnosis {
  return {
    code: 'denied_by_policy',
    what: `arn:aws:iam::123456789012:user/${outside.path} may not call iam:GetUser.`,
    why: outside.description,
    mend: 'Allow `iam:GetUser` with the policy Rekey prints.',
    reference: outside.reference,
  };
}

export function connectionOf(outside: Outside, over: Partial<Connection> = {}): Connection {
  const report = reportOf(outside);
  return connection({
    id: '01k0000000000000000000000a',
    name: outside.name,
    description: outside.description,
    accountAlias: outside.alias,
    arn: report.arn,
    userName: report.userName,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    keyCreatedAt: report.keyCreatedAt,
    alertChannel: 'C0ALERTS',
    owners: ['U0ADMIN', 'U0VIEWER'],
    lastCheck: { status: 'verified', report },
    ...over,
  });
}

export function roleOf(outside: Outside): Connection {
  const roleArn = `arn:aws:iam::123456789012:role/${outside.path}`;
  return connectionOf(outside, {
    method: 'role',
    accessKeyId: null,
    roleArn,
    externalId: 'x',
    keyCreatedAt: null,
  });
}

export function checksOf(outside: Outside): Verification[] {
  const diagnosis = diagnosisOf(outside);
  return [
    { status: 'verified', report: reportOf(outside) },
    { status: 'rejected', diagnosis, checkedAt: NOW },
    { status: 'unknown', diagnosis, checkedAt: NOW },
  ];
}

/** Every way an attempt ends. */
export function endingsOf(outside: Outside): [Attempt['kind'], AttemptResult][] {
  const report = reportOf(outside);
  const kept = connectionOf(outside);
  const changes = [outside.description, `The alias is now ${outside.alias}.`];
  return [
    ['connect', { kind: 'connected', connection: kept, report }],
    ['replace', { kind: 'replaced', connection: kept, report }],
    ...checksOf(outside).map((lastCheck): [Attempt['kind'], AttemptResult] => [
      'test',
      { kind: 'tested', connection: { ...kept, lastCheck }, changes },
    ]),
    ['test', { kind: 'tested', connection: { ...kept, lastCheck: null }, changes: [] }],
    ['disconnect', { kind: 'disconnected', connection: kept, key: { state: 'untouched' } }],
    ['disconnect', { kind: 'disconnected', connection: kept, key: { state: 'inactive', confirmed: true } }],
    ['disconnect', { kind: 'disconnected', connection: kept, key: { state: 'inactive', confirmed: false } }],
    ['disconnect', { kind: 'disconnected', connection: roleOf(outside), key: { state: 'untouched' } }],
    ['connect', { kind: 'not_verified', verdict: 'rejected', diagnosis: diagnosisOf(outside) }],
    ['replace', { kind: 'not_verified', verdict: 'unknown', diagnosis: diagnosisOf(outside) }],
    ['disconnect', { kind: 'stopped', why: `“${outside.name}” is still connected.`, next: 'Try again.' }],
  ];
}

export function attemptOf(outside: Outside, kind: Attempt['kind']): Attempt {
  const typed = { ...draft, name: outside.name, description: outside.description };
  return attempt({ id: 'a', kind, draft: kind === 'test' || kind === 'disconnect' ? null : typed });
}

/** Watching as bad as it can be: every account cannot be read, or is behind, and many incidents are open. */
function homeWatchOf(connections: readonly Connection[]): HomeWatch {
  const behind = Array.from({ length: 9 }, (_, at) => newRegion(`eu-west-${at}`, NOW));
  const trouble = { why: '<!channel> *no*'.repeat(30), since: NOW, toldAt: null };
  const regions = [...behind, { ...newRegion('us-east-1', NOW), readTo: NOW, completeTo: NOW, trouble }];
  const accounts = connections.map(
    ({ accountId }, at) =>
      [accountId, accountWatch({ accountId, regions, trouble: at % 2 === 0 ? null : trouble })] as const,
  );
  const hostile = keptIncident({ userName: '<!channel> *x*'.repeat(9), subject: `arn:${'<x>'.repeat(400)}` });
  const incidents = Array.from({ length: 3 }, () => ({ incident: hostile, title: 'A trail was stopped' }));
  return { accounts: new Map(accounts), incidents, told: 12, mild: 3 };
}

export function homeOf(
  connections: readonly Connection[],
  role: Role | null,
  page = 0,
  keys: HomeKeys = homeKeysOf(tame),
): HomeView {
  const actor = { teamId: 'T1', userId: 'U0ADMIN', roles: role === null ? [] : [role], rolesUnsure: null };
  const since = { nextAt: 0, limitedUntil: 0, channelId: null, troubleSince: 1, troubleAt: 1 };
  const troubles = ['C1', 'U1', 'pager'].map((id) => ({ id, trouble: 'not_in_channel', ...since }));
  const undelivered = { troubles, lost: 2, lastLoss: 'is_archived' };
  const pause = { by: 'U0ADMIN', why: 'a *freeze*', at: NOW - 3_600_000 };
  const rotations = homeRotationsOf(tame);
  const schedules = { on: connections.length, stop: null };
  const watch = homeWatchOf(connections);
  const base = { actor, connections, host, undelivered, keys, pause, schedules, rotations, watch };
  const look = { ...base, admins: ['U0ADMIN'], now: NOW };
  return homeView({ ...look, alertChannel: { channelId: null, from: 'nowhere' } }, page);
}

const pagerSet = { region: 'eu', host: null, least: 'high', setBy: 'U0ADMIN', setAt: 1 } as const;
const PAGERS: readonly (PagerSetting | null)[] = [
  null,
  { ...pagerSet, kind: 'pagerduty' },
  { ...pagerSet, kind: 'opsgenie' },
  { ...pagerSet, kind: 'webhook', host: 'pager.example.com:8443' },
];

const auditLook = {
  filter: { userId: null, connectionId: null, family: null, since: null },
  from: null,
  hasOlder: true,
  hasNewer: true,
  lastCheck: null,
  unchained: 1,
  now: NOW,
};

function auditOf(outside: Outside): ModalView {
  const verbs = ['connection.connect', 'role.give', 'settings.alert_channel', 'connection.edit'];
  const entries = verbs.map((verb, at) => ({
    ...entry({ id: `e${at}`, at: NOW, verb, entityId: outside.path, why: outside.description }),
    detail: { name: outside.name, to: [outside.alias], arn: outside.path },
    seq: at,
    hmac: null,
    keyId: null,
  }));
  return auditView({ ...auditLook, entries, connections: [connectionOf(outside)] }, ANYTHING, null);
}

/** Every view Rekey draws, of one set of outside texts, by name. */
export function viewsOf(outside: Outside): [name: string, view: ModalView | HomeView][] {
  const kept = connectionOf(outside);
  const fields = {
    name: outside.name,
    description: outside.description,
    accountId: outside.alias,
    region: 'eu-central-1',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    roleArn: outside.path,
    alertChannel: 'C0ALERTS',
    owners: ['U0ADMIN'],
  };
  const noHost = { available: false, why: outside.description, mend: outside.reference } as const;
  const look = { host, accessKeyId: '', roleArn: outside.path };
  const grants = [
    {
      id: 'g1',
      subjectKind: 'user',
      subjectId: outside.alias,
      role: 'viewer',
      grantedBy: 'U0ADMIN',
      grantedAt: 1,
    },
    {
      id: 'g2',
      subjectKind: 'group',
      subjectId: 'S0GROUP',
      role: 'admin',
      grantedBy: outside.name,
      grantedAt: 1,
    },
  ] as const;
  const keys = keySettings(outside);
  const settings = {
    grants,
    admins: ['U0ADMIN'],
    pager: null,
    pagerTrouble: null,
    keys,
    schedules: {
      connections: [{ id: 'c', name: outside.name, on: true }],
      stop: null,
    },
    destinations: { count: 2, waiting: 1 },
    trailQueues: 1,
    channelWatch: { seen: [], stop: null },
    onCall: null,
    drill: null,
    pause: null,
    said: null,
  };
  const error = new RekeyError('conflict', `There is ${quotedName(outside.name)} already.`, {
    next: 'Ask <@U0ADMIN>.',
  });
  const many = checksOf(outside).map((lastCheck, at) => connectionOf(outside, { id: `c${at}`, lastCheck }));
  return [
    ['connect by role', connectForm({ ...fields, method: 'role' }, host, outside.alias)],
    ['connect by key', connectForm({ ...fields, method: 'access_key' }, host, null)],
    ['connect without a host identity', connectForm({ ...fields, method: 'role' }, noHost, null)],
    ['edit', editForm(kept)],
    ['replace by key', replaceForm(kept, { ...look, method: 'access_key', externalId: null })],
    ['replace by role', replaceForm(kept, { ...look, method: 'role', externalId: outside.alias })],
    ['disconnect a key', disconnectForm(kept)],
    ['disconnect a role', disconnectForm(roleOf(outside))],
    ...(['connect', 'replace', 'test', 'disconnect'] as const).map((kind): [string, ModalView] => [
      `working on ${kind}`,
      workingView({ kind }, outside.name),
    ]),
    ...endingsOf(outside).map(([kind, result], at): [string, ModalView] => [
      `ending ${at}, ${result.kind}`,
      outcomeView(attemptOf(outside, kind), result, null),
    ]),
    ['missing policy', missingPolicyView(kept, reportOf(outside))],
    ['set up the role', setupView(host, '123456789012', 'rekey-x', CAPABILITIES)],
    ['set up the role of any account', setupView(host, '', 'rekey-x', CAPABILITIES)],
    ['settings', settingsView({ ...settings, channel: { channelId: 'C0ALERTS', from: 'settings' } })],
    ['settings by default', settingsView({ ...settings, channel: { channelId: 'C1', from: 'environment' } })],
    [
      'settings, empty',
      settingsView({ ...settings, grants: [], channel: { channelId: null, from: 'nowhere' } }),
    ],
    ...PAGERS.flatMap((pager, at): [string, ModalView][] => [
      [`paging ${at}`, pagingForm(pager)],
      [
        `settings with paging ${at}`,
        settingsView({
          ...settings,
          pager,
          pagerTrouble: outside.description,
          channel: { channelId: 'C1', from: 'environment' },
        }),
      ],
    ]),
    ['pause', pauseForm()],
    ['channel watch off', channelWatchForm()],
    ...(
      [
        ['settings with channel watch', { seen: ['public channels', 'private channels'], stop: null }],
        [
          'settings with channel watch off',
          {
            seen: null,
            stop: { by: 'U0ADMIN', why: outside.description.slice(0, PAUSE_WHY_LENGTH), at: NOW },
          },
        ],
      ] as const
    ).map(([name, channelWatch]): [string, ModalView] => [
      name,
      settingsView({ ...settings, channelWatch, channel: { channelId: 'C1', from: 'environment' } }),
    ]),
    [
      'settings, paused',
      settingsView({
        ...settings,
        pause: { by: 'U0ADMIN', why: outside.description.slice(0, PAUSE_WHY_LENGTH), at: NOW },
        channel: { channelId: 'C1', from: 'environment' },
      }),
    ],
    [
      'settings, schedules stopped',
      settingsView({
        ...settings,
        schedules: {
          connections: [
            { id: 'c', name: outside.name, on: true },
            { id: 'd', name: 'other', on: false },
          ],
          stop: { by: 'U0ADMIN', why: outside.description.slice(0, PAUSE_WHY_LENGTH), at: NOW },
        },
        channel: { channelId: 'C1', from: 'environment' },
      }),
    ],
    ...scheduleViewsOf(outside, kept),
    ['audit log', auditOf(outside)],
    ['audit log, empty', auditView({ ...auditLook, entries: [], connections: [] }, ANYTHING, null)],
    ...keyViewsOf(outside, kept),
    ...rotationViewsOf(outside, true),
    ...destinationViewsOf(outside, kept),
    ...incidentViewsOf(outside),
    ...evidenceViewsOf(outside),
    ...trailQueueViewsOf(outside, kept),
    ...containmentViewsOf(outside),
    ...peopleViewsOf(outside),
    [
      'settings, with on-call',
      settingsView({ ...settings, onCall: ON_CALL, channel: { channelId: 'C1', from: 'environment' } }),
    ],
    ...deletionViewsOf(outside),
    ...drillViewsOf(outside, (drill) =>
      settingsView({ ...settings, drill, channel: { channelId: 'C1', from: 'settings' } }),
    ),
    ['give a role', giveRoleForm(null)],
    ['give a role to people', giveRoleForm('This workspace’s plan has no user groups.')],
    ['refusal', messageView('Not done', refusalText(error, 'r', recordingLog()))],
    ['refused Home', refusedHome(refusalText(error, 'r', recordingLog()))],
    ...[...ROLES, null].map((role): [string, HomeView] => [
      `Home of ${role}`,
      homeOf([...many, roleOf(outside)], role, 0, homeKeysOf(outside)),
    ]),
    ['Home, empty', homeOf([], 'admin')],
    ['Home, disconnecting', homeOf([connectionOf(outside, { state: 'disconnecting' })], 'admin')],
    ...[0, 1, 2, 9].map((page): [string, HomeView] => [
      `Home, page ${page}`,
      homeOf(
        Array.from({ length: 45 }, (_, at) => connectionOf(outside, { id: `c${at}` })),
        'admin',
        page,
        homeKeysOf(outside),
      ),
    ]),
  ];
}

/** Every message, by name. */
export function messagesOf(outside: Outside): [name: string, message: Message][] {
  const error = new RekeyError('invalid', `There is ${quotedName(outside.name)} already.`);
  return [
    ...endingsOf(outside).map(([kind, result], at): [string, Message] => [
      `ending ${at}, ${result.kind}`,
      presenter.attemptMessage(attemptOf(outside, kind), result),
    ]),
    ...keyMessagesOf(outside),
    ...scheduleMessagesOf(outside),
    ...rotationMessagesOf(outside, true),
    ...destinationMessagesOf(outside),
    ...incidentMessagesOf(outside),
    ...leakMessagesOf(outside),
    ...evidenceMessagesOf(outside),
    ...containmentMessagesOf(outside),
    ...peopleMessagesOf(outside),
    ...deletionMessagesOf(outside),
    ...drillMessagesOf(outside),
    ['refusal', refusalOf(error, 'r', recordingLog())],
    ['alarm', presenter.alarmMessage(outside.description, outside.name)],
  ];
}
