import type { KnownBlock, ModalView } from '@slack/types';
import type { OnCall } from '../../src/domain/on-call.ts';
import type { OnCallInput } from '../../src/handlers/on-call.ts';
import {
  actions,
  button,
  confirm,
  context,
  header,
  input,
  section,
} from '../../src/slack/blocks/elements.ts';
import { group, person, plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Parsed } from '../entry.ts';
import type { IncomingView } from '../incoming.ts';
import { groupSelect, type GroupsLook } from './owner-fields.ts';
import { NO_GROUP } from './policy-form.ts';
import { chosenSeverity, severityField } from './severity-field.ts';

export const ON_CALL_OPEN = 'settings.on_call';
export const ON_CALL_REMOVE = 'settings.remove_on_call';
export const ON_CALL_FORM = 'settings.on_call_form';
export const MENTION_GROUP_FIELD = 'field.mentionGroup';
const MENTION_PERSON_FIELD = 'field.mentionPerson';
const LEAST_FIELD = 'field.mentionLeast';
export const ON_CALL_ERROR_BLOCK = LEAST_FIELD;

/** The part of the settings about who is mentioned in Slack. */
export function onCallBlocks(set: OnCall | null): KnownBlock[] {
  if (set === null) {
    return [
      section(
        '*On-call:* nobody is mentioned in incidents.',
        button('Set on-call', ON_CALL_OPEN, { about: 'Set who is mentioned in incidents' }),
      ),
    ];
  }
  const who = set.kind === 'group' ? group(set.id) : person(set.id);
  return [
    section(
      `*On-call:* ${who} is mentioned in incidents of severity *${set.least}* and above, set by ${person(set.setBy)}.`,
    ),
    actions('settings.on_call_actions', [
      button('Change on-call', ON_CALL_OPEN),
      button('Remove on-call', ON_CALL_REMOVE, {
        about: 'Mention nobody in incidents any more',
        style: 'danger',
        confirm: confirm('Mention nobody?', 'Incidents mention nobody any more.', 'Remove', true),
      }),
    ]),
  ];
}

/** Who is mentioned, and from which severity on: a user group or a person. */
export function onCallForm(set: OnCall | null, groups: GroupsLook): ModalView {
  return {
    type: 'modal',
    callback_id: ON_CALL_FORM,
    title: plain('On-call', 24),
    submit: plain('Save', 24),
    close: plain('Cancel', 24),
    blocks: [
      header('Who is mentioned'),
      context(
        'In the first message of an incident, when it becomes worse, when its owner does not answer and when the owner says that it was not them. Edits mention nobody.',
      ),
      ...groupSelect(MENTION_GROUP_FIELD, 'User group', set?.kind === 'group' ? set.id : null, groups),
      input(
        MENTION_PERSON_FIELD,
        'Or a person',
        {
          type: 'users_select',
          action_id: MENTION_PERSON_FIELD,
          placeholder: plain('Nobody', 150),
          ...(set?.kind === 'user' ? { initial_user: set.id } : {}),
        },
        { optional: true, hint: 'Only where no user group is chosen.' },
      ),
      severityField(LEAST_FIELD, 'From this severity', set?.least ?? null),
    ],
  };
}

export function parseOnCall(view: IncomingView): Parsed<OnCallInput> {
  const one = (field: string): string | null => view.values.get(field)?.one ?? null;
  const least = chosenSeverity(view, LEAST_FIELD);
  if (least === undefined) return { ok: false, errors: { [LEAST_FIELD]: 'Choose a severity.' } };
  const chosen = one(MENTION_GROUP_FIELD);
  const groupId = chosen === NO_GROUP ? null : chosen;
  if (groupId !== null) return { ok: true, input: { kind: 'group', id: groupId, least } };
  const userId = one(MENTION_PERSON_FIELD);
  if (userId !== null) return { ok: true, input: { kind: 'user', id: userId, least } };
  return { ok: false, errors: { [MENTION_PERSON_FIELD]: 'Choose a user group above, or a person.' } };
}
