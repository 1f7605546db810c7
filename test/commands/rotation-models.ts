import type { ModalView } from '@slack/types';
import { dryRunView } from '../../commands/modals/dry-run-view.ts';
import { actForm, isAsked } from '../../commands/modals/rotation-act-form.ts';
import { planningView, planView, unplannedView } from '../../commands/modals/rotation-plan.ts';
import { rotationView } from '../../commands/modals/rotation-view.ts';
import { snippetsView } from '../../commands/modals/snippets-view.ts';
import { waitForm } from '../../commands/modals/wait-form.ts';
import { whichKeyView } from '../../commands/modals/which-key-view.ts';
import { rotationList } from '../../commands/messages/rotation-list.ts';
import type { KeyUse } from '../../src/domain/key-use.ts';
import type { ReadyToRead, RotationCard } from '../../src/domain/rotation-card.ts';
import { rotationLines } from '../../src/domain/rotation-lines.ts';
import { LEGAL_MOVES, type BlockCode, type Rotation, type RotationState } from '../../src/domain/rotation.ts';
import type { HomeRotations } from '../../src/handlers/look-home-rotations.ts';
import type { RotationLook } from '../../src/handlers/rotations/look.ts';
import { actsOf } from '../../src/domain/rotation-acts.ts';
import type { RotationPlan } from '../../src/handlers/rotations/plan.ts';
import type { Message } from '../../src/ports/slack.ts';
import { secretSnippets } from '../../src/destinations/snippets.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import { rotationAnswered } from '../../src/slack/blocks/rotation-messages.ts';
import { key } from '../db/key-samples.ts';
import {
  binding,
  destination as kept,
  fullRotation,
  journalEntry,
  rotation,
} from '../db/rotation-samples.ts';
import { NOW, type Outside } from './outside.ts';

const TARGET = {
  region: 'eu-central-1',
  name: 'rekey/app',
  fields: { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' },
  mode: 'merge',
  kmsKeyId: null,
};

const DAY = 86_400_000;
const OLD = 'AKIAIOSFODNN7EXAMPLE';
const NEW = 'AKIAI44QH8DHBEXAMPLE';
const PLACES = 10;

export const STATES = Object.keys(LEGAL_MOVES) as RotationState[];

/** Every code a block can have, with the choices the machine gives and where it stood. */
const BLOCKS: readonly (readonly [BlockCode, RotationState, NonNullable<Rotation['block']>['choices']])[] = [
  ['no_free_slot', 'planned', ['retry', 'stop']],
  ['no_destination', 'planned', ['retry', 'stop']],
  ['keys_changed', 'quiet', ['retry', 'undo', 'go_on']],
  ['user_changed', 'quiet', ['retry', 'stop']],
  ['quarantined', 'creating', ['retry', 'undo']],
  ['not_attributed', 'creating', ['retry', 'orphan_is_ours', 'orphan_is_not_ours']],
  ['create_refused', 'creating', ['retry', 'undo']],
  ['not_working', 'verifying', ['retry', 'undo']],
  ['preflight_failed', 'planned', ['retry', 'stop']],
  ['delivery_failed', 'delivering', ['retry', 'undo']],
  ['hook_failed', 'cutover', ['retry', 'go_on', 'undo']],
  ['denied', 'deactivated', ['retry', 'reactivate']],
  ['secret_lost', 'verifying', ['undo']],
  ['undo_failed', 'undoing', ['retry', 'go_on', 'leave_place', 'keep_new']],
  ['needs_approval', 'soaking', ['approve', 'reactivate']],
  ['signer_is_target', 'quiet', ['retry', 'undo']],
  ['too_long', 'quiet', ['retry', 'go_on', 'undo']],
];

/** Who uses a key: two hundred of them, or nobody as far as can be seen. */
export function useOf(outside: Outside, users: number, known: boolean): KeyUse {
  return {
    accessKeyId: OLD,
    since: NOW - 90 * DAY,
    completeTo: known
      ? { known: true, value: NOW - 1_200_000, asOf: NOW }
      : { known: false, why: outside.description, since: NOW - DAY },
    users: Array.from({ length: users }, (_, at) => ({
      network: at % 3 === 0 ? outside.path : `203.0.113.${at % 250}`,
      userAgent: outside.description.slice(0, 200),
      service: outside.alias,
      region: outside.alias,
      lastAt: NOW - at * 60_000,
      calls: at + 1,
      ours: at % 7 === 6,
    })),
    lastAt: users === 0 ? null : NOW,
  };
}

/** A rotation in every state a person can meet, by name. */
function rotationsOf(outside: Outside): [name: string, rotation: Rotation][] {
  const base = rotation({
    id: '01k0000000000000000000000r',
    oldKeyId: OLD,
    newKeyId: NEW,
    snapshot: {
      userId: 'AIDAEXAMPLE',
      userName: outside.path.slice(0, 64),
      arn: `arn:aws:iam::123456789012:user/${outside.path}`,
      keys: [{ accessKeyId: OLD, status: 'Active', createdAt: NOW - 100 * DAY }],
      takenAt: NOW,
    },
    deliveries: Array.from({ length: PLACES }, (_, at) => ({
      destinationId: `d${at}`,
      state: (['waiting', 'written', 'held', 'failed', 'restored'] as const)[at % 5] ?? 'held',
      attempts: at,
      before: null,
      lastError: outside.description,
      at: at % 2 === 0 ? NOW : null,
      hook: (['none', 'waiting', 'done'] as const)[at % 3] ?? 'none',
      hookAttempts: at % 2,
    })),
    reason: outside.description.slice(0, 300),
    requestedBy: 'U0ADMIN',
    stateAt: NOW - DAY,
    createdAt: NOW - 2 * DAY,
    nextAt: NOW + DAY,
  });
  const late: readonly RotationState[] = ['quiet', 'deactivated', 'soaking', 'deleted', 'done'];
  const trouble = { why: outside.description, since: NOW - DAY, times: 4 };
  const wait = { by: 'U0VIEWER', reason: outside.description.slice(0, 300), at: NOW - DAY, until: NOW + DAY };
  const reached = (state: RotationState): Partial<Rotation> => ({
    cutoverAt: late.includes(state) || state === 'cutover' ? NOW - 2 * DAY : null,
    deactivatedAt: ['soaking', 'deleted', 'done'].includes(state) ? NOW - DAY : null,
    endedAt: state === 'done' || state === 'undone' ? NOW : null,
  });
  return [
    ...STATES.filter((state) => state !== 'blocked').flatMap((state): [string, Rotation][] => {
      const plain = { ...base, state, ...reached(state) };
      return [
        [state, plain],
        [`${state}, in trouble and held`, { ...plain, trouble, wait }],
      ];
    }),
    [
      'quiet, allowed',
      { ...base, state: 'quiet', cutoverAt: NOW, approvals: [{ what: 'deactivate', by: 'U1', at: NOW }] },
    ],
    [
      'quiet, reactivating',
      { ...base, state: 'quiet', cutoverAt: NOW, change: { accessKeyId: OLD, change: 'activate', at: NOW } },
    ],
    [
      'quiet, deactivating',
      {
        ...base,
        state: 'quiet',
        cutoverAt: NOW,
        change: { accessKeyId: OLD, change: 'deactivate', at: NOW },
      },
    ],
    ['deactivated, confirmed', { ...base, state: 'deactivated', cutoverAt: NOW, deactivatedAt: NOW }],
    [
      'creating, nobody knows',
      {
        ...base,
        state: 'creating',
        newKeyId: null,
        intents: [
          {
            nonce: 'n',
            openedAt: NOW,
            closesAt: NOW + 300_000,
            signer: 'arn',
            keysBefore: [OLD],
            outcome: 'open',
          },
        ],
        nextAt: NOW + 300_000,
      },
    ],
    [
      'creating, with an orphan',
      {
        ...base,
        state: 'creating',
        newKeyId: null,
        orphans: [{ accessKeyId: NEW, knownBy: 'cloudtrail', inactiveAt: NOW, deletedAt: null }],
      },
    ],
    ['of Rekey’s own key', { ...base, state: 'quiet', cutoverAt: NOW, ownConnectionId: 'c1' }],
    ['everything at once', { ...fullRotation('full'), oldKeyId: OLD }],
    ...BLOCKS.map(([code, from, choices]): [string, Rotation] => [
      `blocked, ${code}`,
      {
        ...base,
        state: 'blocked',
        ...reached(from),
        nextAt: null,
        block: {
          from,
          code,
          choices,
          why: `${outside.description} ${outside.reference}`,
          keyIds: [OLD, NEW],
          seen:
            code === 'keys_changed'
              ? [
                  { accessKeyId: OLD, status: 'Active', createdAt: NOW - DAY },
                  { accessKeyId: NEW, status: 'Inactive', createdAt: null },
                ]
              : null,
          destinationId: code === 'undo_failed' ? 'd0' : null,
          since: NOW - DAY,
        },
      },
    ]),
  ];
}

const FEW = new Set(['quiet', 'quiet, in trouble and held', 'everything at once', 'blocked, keys_changed']);

function chosen(outside: Outside, few: boolean): [name: string, rotation: Rotation][] {
  return rotationsOf(outside).filter(([name]) => !few || FEW.has(name));
}

export function cardOf(rotated: Rotation, outside: Outside): RotationCard {
  return {
    rotation: rotated,
    accountName: outside.name,
    ownConnectionName: rotated.ownConnectionId === null ? null : outside.name,
    destinationNames: new Map(Array.from({ length: PLACES }, (_, at) => [`d${at}`, outside.name] as const)),
    oldUse: useOf(outside, 200, true),
    newUse: useOf(outside, 0, false),
    paused: outside.description,
    now: NOW,
  };
}

function readyOf(outside: Outside): ReadyToRead[] {
  const fields = { accessKeyId: 'AWS_ACCESS_KEY_ID', secretAccessKey: 'AWS_SECRET_ACCESS_KEY' };
  const snippets = secretSnippets({ region: 'eu-central-1', name: 'app/key', fields });
  return Array.from({ length: PLACES }, (_, at) => ({
    destinationId: `d${at}`,
    where: `AWS Secrets Manager, ${outside.path}`,
    snippets: at === PLACES - 1 ? [] : snippets,
  }));
}

export function lookOf(rotated: Rotation, outside: Outside): RotationLook {
  const refusal = { allowed: false, why: 'that takes the role operator; ask <@U0ADMIN>' } as const;
  return {
    card: cardOf(rotated, outside),
    journal: Array.from({ length: 100 }, (_, at) => ({
      ...journalEntry({ id: `j${at}`, at: NOW + at }),
      detail: { why: outside.description, accessKeyId: OLD },
    })),
    acts: actsOf(rotated, NOW).map((act, at) => ({
      act,
      permission: at % 2 === 0 ? { allowed: true } : refusal,
    })),
    ready: readyOf(outside),
  };
}

function planOf(outside: Outside, over: Partial<RotationPlan> = {}): RotationPlan {
  const key = { accessKeyId: OLD, status: 'Active', createdAt: NOW - 100 * DAY } as const;
  const userName = outside.path.slice(0, 64);
  return {
    accessKeyId: OLD,
    accountId: '123456789012',
    snapshot: {
      userId: 'AIDAEXAMPLE',
      userName,
      arn: `arn:aws:iam::123456789012:user/${outside.path}`,
      keys: [key],
      takenAt: NOW,
    },
    keys: [
      { ...key, lastUse: { kind: 'used', at: NOW - DAY, service: outside.alias, region: null, asOf: NOW } },
    ],
    use: useOf(outside, 200, false),
    quietMs: 36 * 3_600_000,
    quietWhy: outside.description,
    soakMs: 7 * DAY,
    signer: outside.name,
    ownConnection: null,
    destinations: Array.from({ length: PLACES }, (_, at) => ({
      destination: kept({ id: `d${at}`, name: `${outside.name}${at}`, target: TARGET }),
      binding: binding({ id: `b${at}`, destinationId: `d${at}` }),
      refusal: at < PLACES - 2 ? null : outside.description,
    })),
    problems: [],
    warnings: Array.from({ length: 14 }, () => outside.description),
    calls: Array.from({ length: 250 }, (_, at) => ({
      state: 'delivering',
      service: 'secretsmanager',
      action: 'PutSecretValue',
      on: outside.path,
      changes: at % 2 === 0,
      when: 'at once',
    })),
    spared: [{ accessKeyId: NEW, why: outside.description }],
    ...over,
  };
}

/** Every window of rotations, in every state; `few`: one of each kind, with everything that a state can hold. */
export function rotationViewsOf(outside: Outside, few = false): [name: string, view: ModalView][] {
  const plan = planOf(outside);
  const allowed = { allowed: true } as const;
  const screen = { accountName: outside.name, permission: allowed, now: NOW };
  const channel = { kind: 'channel', channelId: 'C0ALERTS' } as const;
  const two = planOf(outside, {
    keys: [
      ...plan.keys,
      {
        accessKeyId: NEW,
        status: 'Inactive',
        createdAt: null,
        lastUse: { kind: 'unknown', why: outside.description, since: NOW, last: null },
      },
    ],
    problems: Array.from({ length: 10 }, () => ({ what: outside.description, next: outside.description })),
    use: null,
  });
  const manyPlaces = Array.from({ length: 30 }, (_, at) => ({
    destination: kept({ id: `d${at}`, name: `${outside.name}${at}`, target: TARGET }),
    binding: binding({ id: `b${at}`, destinationId: `d${at}` }),
    refusal: null,
  }));
  const row = {
    key: key({ accessKeyId: OLD, userName: outside.path.slice(0, 64), description: outside.description }),
    standing: null,
  };
  return [
    ['rotate, planning', planningView(OLD, outside.path)],
    ['rotate, nothing to be planned', unplannedView(OLD, outside.path, 'No connection may.')],
    ['rotate', planView({ plan, card: channel, ...screen })],
    [
      'rotate, not this person',
      planView({ plan, card: channel, ...screen, permission: { allowed: false, why: 'ask <@U0ADMIN>' } }),
    ],
    ['rotate, two keys', planView({ plan: two, card: channel, ...screen })],
    [
      'rotate, thirty destinations, a direct message',
      planView({
        plan: planOf(outside, { destinations: manyPlaces, ownConnection: { id: 'c1', name: outside.name } }),
        card: { kind: 'person', userId: 'U1' },
        ...screen,
      }),
    ],
    ['dry run', dryRunView(plan, 0)],
    ['dry run, second page', dryRunView(plan, 1)],
    ['dry run, nothing', dryRunView({ ...plan, calls: [] }, 7)],
    [
      'which key',
      whichKeyView(
        outside.name,
        Array.from({ length: 40 }, () => row),
        new Map(),
        NOW,
      ),
    ],
    ...chosen(outside, few).flatMap(([name, rotated]): [string, ModalView][] => {
      const look = lookOf(rotated, outside);
      return [
        [`rotation ${name}`, rotationView(look, null)],
        ...actsOf(rotated, NOW)
          .filter((act) => isAsked(act))
          .map((act): [string, ModalView] => [`${act} of a rotation ${name}`, actForm(act, look)]),
        [`snippets of a rotation ${name}`, snippetsView(look, null)],
      ];
    }),
    ['wait', waitForm(lookOf(fullRotation('w'), outside))],
    ['snippets, another tool', snippetsView(lookOf(fullRotation('w'), outside), 'boto3')],
    ['snippets, none', snippetsView({ ...lookOf(fullRotation('w'), outside), ready: [] }, null)],
  ];
}

/** Every message of rotations, in every state; `few` as above. */
export function rotationMessagesOf(outside: Outside, few = false): [name: string, message: Message][] {
  const all = chosen(outside, few);
  const [first] = all;
  const rotations = all.slice(0, 10).map(([, each]) => each);
  const look = {
    filter: { state: null, accountId: null, open: true },
    rotations,
    next: 'r9',
    open: 30,
    mayStart: true,
    now: NOW,
  } as const;
  const names = new Map([['123456789012', outside.name]]);
  const row = {
    key: key({ accessKeyId: OLD, userName: outside.path.slice(0, 64), description: outside.description }),
    standing: null,
  };
  return [
    ...all.flatMap(([name, rotated]): [string, Message][] => {
      const card = cardOf(rotated, outside);
      return [
        [`rotation ${name}`, presenter.rotationCard(card)],
        [`cut-over of a rotation ${name}`, presenter.rotationCutover(card, readyOf(outside))],
        [`question of a rotation ${name}`, presenter.rotationQuestion(card)],
        [`end of a rotation ${name}`, presenter.rotationEnd(card)],
        [`answered question of a rotation ${name}`, rotationAnswered(card, 'You said so.')],
        ...rotationLines(first === undefined ? null : first[1], rotated, 'U1', NOW).map(
          (line, at): [string, Message] => [`line ${at} of a rotation ${name}`, presenter.rotationLine(line)],
        ),
      ];
    }),
    ['rotations', rotationList({ look, urgent: [row, row, row], names, now: NOW })],
    [
      'rotations, none',
      rotationList({ look: { ...look, rotations: [], next: null, open: 0 }, urgent: [], names, now: NOW }),
    ],
    ['rotations, of an owner', rotationList({ look: null, urgent: [row], names: new Map(), now: NOW })],
    ['rotations, of nobody', rotationList({ look: null, urgent: [], names: new Map(), now: NOW })],
  ];
}

export function homeRotationsOf(outside: Outside): HomeRotations {
  const waiting = rotationsOf(outside)
    .map(([, each]) => each)
    .filter(({ state }) => state === 'blocked');
  return { open: 30, waiting: waiting.slice(0, 5), moreWaiting: true };
}
