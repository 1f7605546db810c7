import type { ModalView } from '@slack/types';
import { KEY_KINDS, type KeyKind } from '../../src/domain/key-kind.ts';
import type { KeyPolicyOverride } from '../../src/domain/key-policy.ts';
import { kindMeaning, kindName, kindWords } from '../../src/domain/key-words.ts';
import { counted } from '../../src/domain/time-words.ts';
import type { ChoiceInput } from '../../src/handlers/choose-for-key.ts';
import type { KeyLook } from '../../src/handlers/look-key.ts';
import { context, input, numberField, option, section } from '../../src/slack/blocks/elements.ts';
import { ownerText } from '../../src/slack/blocks/keys.ts';
import { brief, code, plain, words } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { daysIn } from './days.ts';
import { chosenOwners, ownerFields, type GroupsLook } from './owner-fields.ts';

export const KEY_CHOICES_FORM = 'key.choices_form';

const KIND_FIELD = 'field.keyKind';
const MAX_AGE_FIELD = 'field.keyMaxAge';
const UNUSED_FIELD = 'field.keyUnused';
const INACTIVE_FIELD = 'field.keyInactive';
export const KEY_CHOICES_ERROR_BLOCK = KIND_FIELD;

const BY_TAG = 'by_tag';

/** What an admin may set for one key. */
export function keyChoicesForm(look: KeyLook, groups: GroupsLook): ModalView {
  const { key, standing, choices, policy } = look;
  const own = choices?.policy ?? null;
  const options = [
    option('By tag, or by the look of it', BY_TAG),
    ...KEY_KINDS.map((kind) => option(kindLabel(kind), kind, kindMeaning(kind))),
  ];
  const initial = options.find(({ value }) => value === (choices?.kind ?? BY_TAG));
  return {
    type: 'modal',
    callback_id: KEY_CHOICES_FORM,
    private_metadata: `${key.accessKeyId} ${choices?.version ?? 0}`,
    title: plain('Kind, owners, limits', 24),
    submit: plain('Save', 24),
    close: plain('Cancel', 24),
    blocks: [
      section(`*${brief(key.userName, 90)}* · ${code(key.accessKeyId)}`),
      ...(standing === null
        ? []
        : [context(`Now: ${words(kindWords(standing.kind))} · owner ${ownerText(standing.ownership)}`)]),
      input(KIND_FIELD, 'Kind', {
        type: 'static_select',
        action_id: KIND_FIELD,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      }),
      ...ownerFields(choices?.owners ?? [], groups, {
        optional: true,
        hint: 'Leave both empty, and the owner is found by tag, by the rules in the settings, or by the user’s name.',
      }),
      numberField(MAX_AGE_FIELD, 'Maximum age, days', own?.maxAgeDays ?? null, {
        optional: true,
        hint: `Empty: that of the account, ${counted(policy.maxAgeDays, 'day')}.`,
      }),
      numberField(UNUSED_FIELD, 'Unused after, days', own?.unusedDays ?? null, {
        optional: true,
        hint: `Empty: that of the account, ${counted(policy.unusedDays, 'day')}.`,
      }),
      numberField(INACTIVE_FIELD, 'Delete after days Inactive', own?.inactiveDays ?? null, {
        optional: true,
        hint: `Empty: that of the account, ${counted(policy.inactiveDays, 'day')}.`,
      }),
    ],
  };
}

function kindLabel(kind: KeyKind): string {
  const name = kindName(kind);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

export interface TypedChoices {
  readonly accessKeyId: string;
  readonly seen: number;
  readonly choices: ChoiceInput;
}

export function parseKeyChoices(view: IncomingView): Parsed<TypedChoices> {
  const [accessKeyId = '', seen = ''] = view.metadata.split(' ');
  const typed = view.values.get(KIND_FIELD)?.one ?? null;
  const kind = KEY_KINDS.find((each) => each === typed) ?? null;
  if (kind === null && typed !== BY_TAG) return { ok: false, errors: { [KIND_FIELD]: 'Choose a kind.' } };
  const limits = {
    maxAgeDays: daysIn(view.values, MAX_AGE_FIELD),
    unusedDays: daysIn(view.values, UNUSED_FIELD),
    inactiveDays: daysIn(view.values, INACTIVE_FIELD),
  };
  const blocks = { maxAgeDays: MAX_AGE_FIELD, unusedDays: UNUSED_FIELD, inactiveDays: INACTIVE_FIELD };
  const errors: Record<string, string> = {};
  const policy: { -readonly [Limit in keyof KeyPolicyOverride]: KeyPolicyOverride[Limit] } = {};
  for (const limit of ['maxAgeDays', 'unusedDays', 'inactiveDays'] as const) {
    const days = limits[limit];
    if (days === 'wrong') errors[blocks[limit]] = 'A whole number of days, from 1 to 3650.';
    else if (days !== null) policy[limit] = days;
  }
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const owners = chosenOwners(view.values);
  return {
    ok: true,
    input: {
      accessKeyId,
      seen: Number(seen),
      choices: {
        kind,
        owners: owners.length === 0 ? null : owners,
        policy: Object.keys(policy).length === 0 ? null : policy,
      },
    },
  };
}
