import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from '@slack/types';
import * as z from 'zod';
import { ageWords, lastUseWords, statusName } from '../../src/domain/key-words.ts';
import type { NoticePlace } from '../../src/domain/notice.ts';
import type { UserSnapshot } from '../../src/domain/rotation.ts';
import { lengthWords } from '../../src/domain/time-words.ts';
import { factsOf } from '../../src/destinations/index.ts';
import type { BoundDestination } from '../../src/handlers/destinations/bound.ts';
import type { Permission } from '../../src/handlers/rotations/may.ts';
import type { RotationPlan } from '../../src/handlers/rotations/plan.ts';
import {
  actions,
  button,
  context,
  divider,
  header,
  input,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import {
  brief,
  channel,
  code,
  cut,
  mentions,
  plain,
  wholeLines,
  words,
} from '../../src/slack/blocks/mrkdwn.ts';
import { NEVER_SEEN, useText } from '../../src/slack/blocks/rotation-use.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { carriedBy } from './metadata.ts';
import { readReason } from './why-form.ts';

export const ROTATION_FORM = 'rotation.form';
/** Each carries the access key id. */
export const ROTATION_DRY_RUN = 'rotation.dry_run';
export const ROTATION_BY_HAND = 'rotation.by_hand';

const PLACES_FIELD = 'field.rotationPlaces';
const REASON_FIELD = 'field.rotationReason';
export const ROTATION_ERROR_BLOCK = REASON_FIELD;

export const LONGEST_REASON = 300;
const SHOWN_USERS = 10;
const SHOWN_KEYS = 8;
/** Slack's limit of check boxes; more destinations get a menu. */
const CHECK_BOXES = 10;
const MENU = 100;

/** The first frame, while AWS is asked; `keys`: the user's, as soon as they are known. */
export function planningView(
  accessKeyId: string,
  userName: string,
  known: { readonly keys: RotationPlan['keys']; readonly now: number } | null = null,
): ModalView {
  return {
    type: 'modal',
    title: plain('Rotate', 24),
    close: plain('Close', 24),
    blocks: [
      section(`*${brief(userName, 90)}* · ${code(accessKeyId)}`),
      ...(known === null ? [] : keyBlocks({ keys: known.keys, accessKeyId }, known.now)),
      section(
        known === null
          ? 'Asking AWS: the user’s keys, who uses this one, and whether the new one could be delivered. Nothing is changed by that.'
          : 'Asking AWS on: who used this one in 90 days (a page a second is what CloudTrail allows), and whether the new one could be delivered. Nothing is changed by that.',
      ),
    ],
  };
}

/** Why nothing could be planned, with the way that is left. */
export function unplannedView(accessKeyId: string, userName: string, why: string): ModalView {
  return {
    type: 'modal',
    title: plain('Rotate', 24),
    close: plain('Close', 24),
    blocks: [
      section(`*${brief(userName, 90)}* · ${code(accessKeyId)}`),
      section(cut(`*It cannot be rotated now.* ${why}`, 3_000)),
      actions('rotation.plan_actions', [byHandButton(accessKeyId)]),
    ],
  };
}

function byHandButton(accessKeyId: string): ReturnType<typeof button> {
  return button('Rotate by hand', ROTATION_BY_HAND, {
    value: accessKeyId,
    about: `How to rotate ${accessKeyId} by hand`,
  });
}

export interface PlanScreen {
  readonly plan: RotationPlan;
  /** What its account is called; null where that is not known to whoever looks. */
  readonly accountName: string | null;
  /** Whether whoever looks may start it, or why not and who may. */
  readonly permission: Permission;
  /** Where the rotation’s message goes. */
  readonly card: NoticePlace;
  readonly now: number;
}

/** What will be done to which key, before anybody agrees to it. Without a submit button when it cannot be started. */
export function planView({ plan, accountName, permission, card, now }: PlanScreen): ModalView {
  const { accessKeyId, snapshot, problems } = plan;
  const ready = problems.length === 0 && permission.allowed;
  return {
    type: 'modal',
    ...(ready ? { callback_id: ROTATION_FORM, submit: plain('Rotate', 24) } : {}),
    private_metadata: ready ? printPlanned(plan, card) : '',
    title: plain('Rotate', 24),
    close: plain(ready ? 'Cancel' : 'Close', 24),
    blocks: [
      section(
        `*${brief(snapshot.userName, 90)}* · ${code(accessKeyId)} · ${accountName === null ? code(plan.accountId) : `${brief(accountName, 90)} (${code(plan.accountId)})`}`,
      ),
      ...problemBlocks(plan),
      ...warningBlocks(plan),
      ...keyBlocks(plan, now),
      ...useBlocks(plan),
      ...(problems.length === 0 ? doneBlocks(plan) : []),
      ...(ready ? formBlocks(plan, card) : []),
      ...(permission.allowed ? [] : [section(`*You may not start it:* ${mentions(permission.why)}.`)]),
      actions('rotation.plan_actions', [
        button('Dry run', ROTATION_DRY_RUN, {
          value: accessKeyId,
          about: 'Dry run: show each API call it would make',
        }),
        byHandButton(accessKeyId),
      ]),
    ],
  };
}

/** Why it cannot be started, and what to do about each. */
function problemBlocks({ problems }: RotationPlan): KnownBlock[] {
  if (problems.length === 0) return [];
  return [
    section('*It cannot be rotated now.*'),
    ...problems.slice(0, 8).map(({ what, next }) => section(`• *${brief(what, 500)}*\n${brief(next, 700)}`)),
  ];
}

function warningBlocks({ warnings }: RotationPlan): KnownBlock[] {
  if (warnings.length === 0) return [];
  const lines = wholeLines(
    warnings.map((warning) => `• ${brief(warning, 400)}`),
    2_800,
  );
  return [section(`*Before you go on*\n${lines.join('\n')}`)];
}

/** Both keys with their facts where there are two: which one is replaced is for a person to say. */
function keyBlocks(
  { keys, accessKeyId }: Pick<RotationPlan, 'keys' | 'accessKeyId'>,
  now: number,
): KnownBlock[] {
  const lines = keys.slice(0, SHOWN_KEYS).map(({ accessKeyId: id, status, createdAt, lastUse }) => {
    const which = id === accessKeyId ? ' (the one to be replaced)' : '';
    return `• ${code(id)}${which}: ${words(statusName(status))}, ${words(ageWords(createdAt, now))}, ${brief(lastUseWords(lastUse), 240)}`;
  });
  const title = keys.length === 1 ? 'The user’s only key' : `The user’s ${keys.length} keys`;
  return keys.length === 0 ? [] : [section(`*${title}*\n${lines.join('\n')}`)];
}

function useBlocks({ use, keys }: RotationPlan): KnownBlock[] {
  if (keys.length === 0) return [];
  if (use === null) {
    return [
      section(
        '*Who uses it now:* unknown. Nothing Rekey has here may read CloudTrail; that takes the capability watch.',
      ),
    ];
  }
  return [section(`*Who uses it now* (90 days)\n${useText(use, SHOWN_USERS)}`), context(NEVER_SEEN)];
}

function doneBlocks(plan: RotationPlan): KnownBlock[] {
  return [divider(), header('What will happen'), section(stepsText(plan))];
}

function formBlocks(plan: RotationPlan, card: NoticePlace): KnownBlock[] {
  const allowed = plan.destinations.filter(({ refusal }) => refusal === null);
  return [
    ...(allowed.length === 0 ? [] : [placesInput(allowed, plan.ownConnection !== null)]),
    input(
      REASON_FIELD,
      'Reason',
      { type: 'plain_text_input', action_id: REASON_FIELD, max_length: LONGEST_REASON },
      { hint: 'Shown to everybody who sees the rotation, and kept in the audit log. No secrets.' },
    ),
    context(
      `One message tells how it goes, and has Undo, Wait and Reactivate: it comes to ${placeName(card)}.`,
    ),
  ];
}

function placeName(card: NoticePlace): string {
  return card.kind === 'channel'
    ? channel(card.channelId)
    : 'you, in a direct message, since no alert channel is set';
}

/** The steps with honest times: what takes seconds, and what takes as long as it takes. */
function stepsText({ quietMs, quietWhy, soakMs, signer, ownConnection }: RotationPlan): string {
  const own =
    ownConnection === null
      ? []
      : [`Rekey itself takes the new key up for *${brief(ownConnection.name, 90)}*, in all its processes.`];
  return [
    `1. *Now, some seconds:* a second key is made by *${brief(signer, 90)}*, its secret sealed, and tried until AWS takes it reliably. The old one works on.`,
    '2. *Then, some seconds:* it is delivered, and each destination asked whether it holds it. Both keys work.',
    ...own.map((text) => `    ${text}`),
    '3. *Then:* redeploy hooks are called where there are any, and the owners are told, with ready text to read the destinations.',
    `4. *At least ${lengthWords(quietMs)}:* the old key must be silent for so long. ${brief(quietWhy, 240)} Each use of it begins that anew; the clock alone never ends it.`,
    `5. *Then:* the old key is made Inactive. For ${lengthWords(soakMs)} it can be reactivated at one click.`,
    '6. *Then:* a second person approves, and the old key is deleted for good.',
    'Until step 5 all of it can be undone.',
  ].join('\n');
}

function placesInput(allowed: readonly BoundDestination[], optional: boolean): InputBlock {
  const options: PlainTextOption[] = allowed.slice(0, MENU).map(({ destination }) => {
    const facts = factsOf(destination.kind);
    return option(destination.name, destination.id, `${facts.label}: ${facts.describe(destination.target)}`);
  });
  const common = { action_id: PLACES_FIELD, options, initial_options: options };
  return input(
    PLACES_FIELD,
    'Destinations',
    options.length <= CHECK_BOXES
      ? { type: 'checkboxes', ...common }
      : { type: 'multi_static_select', ...common },
    {
      optional,
      hint: 'All of them, unless you know better: what is left out goes on with the old key until that is gone.',
    },
  );
}

const planned = z.object({
  key: z.string(),
  quietMs: z.number().int().positive(),
  snapshot: z.object({
    userId: z.string(),
    userName: z.string(),
    arn: z.string(),
    takenAt: z.number().int(),
    keys: z.array(
      z.object({
        accessKeyId: z.string(),
        status: z.enum(['Active', 'Inactive', 'Expired']),
        createdAt: z.number().int().nullable(),
      }),
    ),
  }),
  card: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('channel'), channelId: z.string() }),
    z.object({ kind: z.literal('person'), userId: z.string() }),
  ]),
});

/** What the plan saw, carried by the window: the machine compares it with AWS before anything else. */
function printPlanned({ accessKeyId, quietMs, snapshot }: RotationPlan, card: NoticePlace): string {
  return JSON.stringify({ key: accessKeyId, quietMs, snapshot, card } satisfies Readonly<
    Record<keyof z.input<typeof planned>, unknown>
  >);
}

export interface TypedRotation {
  readonly accessKeyId: string;
  readonly destinationIds: readonly string[];
  readonly reason: string;
  readonly planned: { readonly snapshot: UserSnapshot; readonly quietMs: number };
  readonly card: NoticePlace;
}

/** Null for a window whose marks cannot be read. */
export function parseRotation(view: IncomingView): Parsed<TypedRotation | null> {
  const reason = readReason(view, REASON_FIELD, 'Say why: others will wonder.');
  if (!reason.ok) return reason;
  const seen = carriedBy(planned.nullable(), view.metadata, null);
  if (seen === null) return { ok: true, input: null };
  const { key, quietMs, snapshot, card } = seen;
  return {
    ok: true,
    input: {
      accessKeyId: key,
      destinationIds: view.values.get(PLACES_FIELD)?.many ?? [],
      reason: cut(reason.input, LONGEST_REASON),
      planned: { snapshot, quietMs },
      card,
    },
  };
}
