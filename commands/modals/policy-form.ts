import type { KnownBlock, ModalView } from '@slack/types';
import type { KeyPolicy } from '../../src/domain/key-policy.ts';
import { findingName } from '../../src/domain/key-words.ts';
import { holdsSecret, SECRET_TYPED } from '../../src/domain/pasted-text.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { KeyPolicyLook } from '../../src/handlers/key-policies.ts';
import type { PolicyPreview } from '../../src/handlers/preview-policy.ts';
import {
  actions,
  button,
  context,
  divider,
  input,
  numberField,
  option,
  section,
} from '../../src/slack/blocks/elements.ts';
import { brief, code, linesAndMore, moment, person, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { fingerprintOf } from './metadata.ts';
import { daysIn } from './days.ts';
import { groupSelect, type GroupsLook } from './owner-fields.ts';

export const POLICY_FORM = 'policy.form';
export const POLICY_PREVIEW = 'policy.preview';

const NUMBERS = {
  maxAgeDays: ['Maximum age, days', 'AWS sets none; CIS and Security Hub (IAM.3) ask for 90.'],
  repeatDays: ['Remind again every … days', 'Once a key is over its maximum age.'],
  unusedDays: [
    'Unused after, days',
    'Then Rekey proposes to deactivate it. What is unknown is never unused.',
  ],
  inactiveDays: ['Delete after days Inactive', 'Then Rekey proposes to delete it.'],
  channelDays: ['Tell the channel … days before', 'The owner is told from the first warning on.'],
  onCallDays: ['Mention on-call … days after', 'After the maximum age, if a group is chosen below.'],
  snoozeDays: ['Longest snooze, days', 'No snooze may be longer.'],
} as const;
type NumberName = keyof typeof NUMBERS;
const NUMBER_NAMES = [
  'maxAgeDays',
  'repeatDays',
  'unusedDays',
  'inactiveDays',
  'channelDays',
  'onCallDays',
  'snoozeDays',
] as const satisfies readonly NumberName[];

const WARN_FIELD = 'field.warnDays';
const TAGS_FIELD = 'field.requiredTags';
const ROTATE_FIELD = 'field.ownersRotate';
const OWNERS_MAY = option(
  'Owners may start the rotation of their keys',
  'yes',
  'Else that takes the role operator',
);
export const ON_CALL_FIELD = 'field.onCallGroup';
/** Chosen to mention nobody. */
export const NO_GROUP = 'none';
export const POLICY_ERROR_BLOCK = 'field.maxAgeDays';

const MOST_WARNINGS = 10;
const MOST_TAGS = 10;
/** What IAM allows as a tag's name (IAM user guide, tags). */
const TAG_NAME = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;

export interface PolicyFormLook {
  readonly look: KeyPolicyLook;
  /** What the fields show: what is kept, or what was typed. */
  readonly policy: KeyPolicy;
  readonly groups: GroupsLook;
  readonly preview: PolicyPreview | null;
  /** What the last button did, in mrkdwn, or null. */
  readonly said: string | null;
}

/** The policy of one connection. The window remembers what its preview was of, so that nothing else is saved unseen. */
export function policyForm({ look, policy, groups, preview, said }: PolicyFormLook): ModalView {
  const { connection, version, kept, overruledBy } = look;
  const previewed = preview === null ? '' : fingerprint(policy);
  const set =
    kept === null
      ? 'These are the defaults.'
      : `Set by ${person(kept.updatedBy)} at ${moment(kept.updatedAt)}.`;
  return {
    type: 'modal',
    callback_id: POLICY_FORM,
    private_metadata: `${connection.id} ${version} ${previewed}`,
    title: plain('Key policy', 24),
    submit: plain('Save', 24),
    close: plain('Cancel', 24),
    blocks: [
      ...(said === null ? [] : [section(said)]),
      section(
        `For the keys of *${brief(connection.name, 90)}*, account ${code(connection.accountId)}. ${set}`,
      ),
      ...(overruledBy === null
        ? []
        : [
            section(
              `*Not in force now:* for this account *${brief(overruledBy.name, 90)}* reads the keys, and its policy holds.`,
            ),
          ]),
      actions('policy.actions', [
        button('Preview', POLICY_PREVIEW, { about: 'Show which keys this policy would hit today' }),
      ]),
      ...(preview === null ? [] : previewBlocks(preview)),
      divider(),
      numberOf('maxAgeDays', policy),
      input(
        WARN_FIELD,
        'Warn … days before',
        { type: 'plain_text_input', action_id: WARN_FIELD, initial_value: policy.warnDays.join(', ') },
        { hint: 'Days before the maximum age, such as 14, 7, 3, 1.' },
      ),
      ...NUMBER_NAMES.filter((name) => name !== 'maxAgeDays').map((name) => numberOf(name, policy)),
      ...groupSelect(ON_CALL_FIELD, 'On-call user group', policy.onCallGroup, groups),
      input(
        TAGS_FIELD,
        'Tags that users must have',
        {
          type: 'plain_text_input',
          action_id: TAGS_FIELD,
          ...(policy.requiredTags.length === 0 ? {} : { initial_value: policy.requiredTags.join(', ') }),
        },
        { optional: true, hint: 'Names of tags, with commas between. Empty: none.' },
      ),
      input(
        ROTATE_FIELD,
        'Rotation',
        {
          type: 'checkboxes',
          action_id: ROTATE_FIELD,
          options: [OWNERS_MAY],
          ...(policy.ownersRotate ? { initial_options: [OWNERS_MAY] } : {}),
        },
        { optional: true, hint: 'Only into destinations an admin has bound to the user.' },
      ),
      // Again at the end, where whoever pressed Save is looking.
      context(said ?? 'Nothing is saved before you have seen which keys it would hit today.'),
    ],
  };
}

function numberOf(name: NumberName, policy: KeyPolicy): ReturnType<typeof numberField> {
  const [label, hint] = NUMBERS[name];
  return numberField(`field.${name}`, label, policy[name], { hint });
}

function previewBlocks(preview: PolicyPreview): KnownBlock[] {
  const { keys, hit, hitNow, newly, counts, first, partly, readAt } = preview;
  const asOf = readAt === null ? 'the account was never read completely' : `as read at ${moment(readAt)}`;
  const scope = partly ? `the first ${counted(keys, 'key')} of the account` : counted(keys, 'access key');
  const lines = first.map(
    ({ userName, accessKeyId, codes }) =>
      `• ${brief(userName, 90)} · ${code(accessKeyId)}: ${codes.map(findingName).join(', ')}`,
  );
  return [
    section(
      `*Today this policy would hit ${hit} of ${scope}* (${asOf}); the present one hits ${hitNow}. ${newly === 0 ? 'None is hit newly.' : `${counted(newly, 'key')} would be hit that ${newly === 1 ? 'is' : 'are'} not now.`}`,
    ),
    ...(counts.length === 0
      ? []
      : [
          context(
            counts
              .map(
                ({ code: finding, wanted, present }) =>
                  `${words(findingName(finding))}: ${wanted} (now ${present})`,
              )
              .join(' · '),
          ),
        ]),
    ...(lines.length === 0 ? [] : [section(linesAndMore(lines, 2_600, hit))]),
  ];
}

/** Names the values of a policy, so that a window can tell whether its preview was of them. */
export function fingerprint(policy: KeyPolicy): string {
  return fingerprintOf([
    ...NUMBER_NAMES.map((name) => policy[name]),
    policy.warnDays,
    policy.onCallGroup,
    policy.requiredTags,
    policy.ownersRotate,
  ]);
}

export interface TypedPolicy {
  readonly connectionId: string;
  readonly seen: number;
  readonly policy: KeyPolicy;
  /** Whether the preview shown is of exactly these values. */
  readonly previewed: boolean;
}

export function parsePolicy(view: IncomingView): Parsed<TypedPolicy> {
  const errors: Record<string, string> = {};
  const numbers = Object.fromEntries(
    NUMBER_NAMES.map((name) => {
      const days = daysIn(view.values, `field.${name}`);
      if (typeof days === 'number') return [name, days];
      errors[`field.${name}`] = 'A whole number of days, from 1 to 3650.';
      return [name, 0];
    }),
  ) as Record<NumberName, number>;
  const warnDays = warningsOf(view.values.get(WARN_FIELD)?.one ?? '');
  if (warnDays === null) {
    errors[WARN_FIELD] =
      `One to ${MOST_WARNINGS} whole numbers of days with commas between, such as 14, 7, 3, 1.`;
  } else if (errors['field.maxAgeDays'] === undefined && Math.max(...warnDays) >= numbers.maxAgeDays) {
    errors[WARN_FIELD] = 'Every warning must come after the key was made: fewer days than the maximum age.';
  }
  const typedTags = view.values.get(TAGS_FIELD)?.one ?? '';
  const requiredTags = tagsOf(typedTags);
  if (holdsSecret(typedTags)) {
    errors[TAGS_FIELD] = SECRET_TYPED;
  } else if (requiredTags === null) {
    errors[TAGS_FIELD] =
      `At most ${MOST_TAGS} names of tags, with letters, digits, spaces and _ . : / = + - @ in them.`;
  }
  if (Object.keys(errors).length > 0 || warnDays === null || requiredTags === null)
    return { ok: false, errors };
  const [connectionId = '', seen = '', previewed = ''] = view.metadata.split(' ');
  const policy: KeyPolicy = {
    ...numbers,
    warnDays,
    requiredTags,
    onCallGroup: groupIn(view),
    ownersRotate: view.values.get(ROTATE_FIELD)?.many.includes('yes') === true,
  };
  return {
    ok: true,
    input: { connectionId, seen: Number(seen), policy, previewed: previewed === fingerprint(policy) },
  };
}

function groupIn(view: IncomingView): string | null {
  const chosen = view.values.get(ON_CALL_FIELD)?.one ?? null;
  return chosen === NO_GROUP ? null : chosen;
}

/** Largest first, each once. */
function warningsOf(typed: string): number[] | null {
  const words = typed.split(/[\s,;]+/).filter((word) => word !== '');
  const days = words.map((word) => (/^\d{1,4}$/.test(word) ? Number(word) : 0));
  if (days.length === 0 || days.length > MOST_WARNINGS || days.some((count) => count < 1)) return null;
  return [...new Set(days)].toSorted((a, b) => b - a);
}

function tagsOf(typed: string): string[] | null {
  const names = typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names.length > MOST_TAGS || names.some((name) => !TAG_NAME.test(name)) ? null : [...new Set(names)];
}
